"""How much work one request of a user becomes at each layer of the call graph over time."""

import dataclasses

import numpy as np
from matplotlib.axes import Axes

from meshsim import series
from meshsim._native import core
from meshsim.plot import style
from meshsim.plot.choices import versions_of
from meshsim.record import RunRecord

LINES_MAX = 6


@dataclasses.dataclass(frozen=True)
class Layered:
    """A service and what retries do to it."""

    service: int
    layer: int
    factor: float  # attempts per request of its callers
    cumulative: float  # of its layer and all above


def services_by_layer(record: RunRecord) -> list[Layered]:
    """Services that were asked, from the users' side down."""
    found = core.retry_amplification(record._core)
    cumulative = {row[0]: row[4] for row in found["layers"]}
    best: dict[int, tuple[int, float]] = {}
    services = record.column("edges.service").tolist()
    for service, (layer, factor) in zip(services, found["edges"], strict=True):
        if service >= len(record.names.services):
            continue
        known = best.get(service)
        if known is None or (layer, -factor) < (known[0], -known[1]):
            best[service] = (layer, factor)
    rows = [Layered(s, la, f, cumulative.get(la, 1.0)) for s, (la, f) in best.items()]
    return sorted(rows, key=lambda row: (row.layer, row.service))


def has_retries(record: RunRecord) -> bool:
    """Whether retries made any layer more expensive."""
    return any(row.factor > 1.0005 for row in services_by_layer(record))


def draw(axes: Axes, record: RunRecord) -> None:
    """Lines of arrivals at the pods of a service per request that the users sent at that time."""
    axes.set_title("Amplification by layer")
    axes.set_ylabel("arrivals at pods per user's request (1)")
    style.time_axis(axes, record)
    style.shade(axes, record)
    steps = series.grid(record, at_most=120)
    sent = series.counts(record, "series_by_load", steps)[0]
    owner = record.column("endpoints.workload")
    lines: list[tuple[str, series.Floats]] = []
    for row in services_by_layer(record):
        hosts = np.flatnonzero(np.isin(owner, list(versions_of(record, row.service)))).tolist()
        came = series.counts(record, "visits_by_endpoint", steps, rows=hosts)[0]
        if not came.any() or not sent.any():
            continue
        ratio = np.full(steps.count, np.nan)
        np.divide(came, sent, out=ratio, where=sent > 0)
        name = style.short(style.service_short(record.names.services[row.service]))
        retried = f" (attempts ×{row.factor:.2f})" if row.factor > 1.0005 else ""
        lines.append((f"{row.layer}: {name}{retried}", ratio))
    if not lines:
        axes.set_ylim(0, 1)
        return style.nothing_here(axes, "no request of a load reached a pod")
    lines = sorted(lines, key=lambda line: -float(np.nanmax(line[1])))[:LINES_MAX]
    middle = steps.starts_s + steps.widths_s / 2
    for (name, ratio), colour in zip(sorted(lines), style.colours(len(lines)), strict=False):
        axes.plot(middle, ratio, color=colour, label=name)
    axes.set_ylim(0, max(1.08 * max(float(np.nanmax(line[1])) for line in lines), 1.2))
    style.legend_below(axes, columns=2)
    return None
