"""How a service's requests are shared between its versions, and how each version does."""

import numpy as np
from matplotlib.axes import Axes

from meshsim import series
from meshsim.plot import style
from meshsim.plot.choices import service_id, split_service, version_label, versions_of
from meshsim.record import RunRecord
from meshsim.units import percent


def _chosen(record: RunRecord, service: str | None) -> int | None:
    return split_service(record) if service is None else service_id(record, service)


def draw(axes: Axes, record: RunRecord, *, service: str | None = None) -> None:
    """Stacked shares of a service's requests by destination version.

    Args:
        axes: Where.
        record: Of which run.
        service: Which service; None = the busiest with several versions.
    """
    chosen = _chosen(record, service)
    axes.set_title("Split between versions")
    axes.set_ylabel("share of requests (%)")
    axes.set_ylim(0, 100)
    style.time_axis(axes, record)
    style.shade(axes, record)
    versions = {} if chosen is None else versions_of(record, chosen)
    if chosen is None or not versions:
        return style.nothing_here(axes, "no service has several versions with traffic")
    axes.set_title(f"Versions of {style.short(style.service_short(record.names.services[chosen]))}")
    steps = series.grid(record, at_most=160)
    counted = np.concatenate(
        [series.counts(record, "series_by_edge", steps, rows=rows) for rows in versions.values()]
    )
    total = counted.sum(axis=0)
    shares = 100 * np.divide(counted, total, out=np.zeros_like(counted), where=total > 0)
    axes.stackplot(
        steps.edges_s,
        np.concatenate([shares, shares[:, -1:]], axis=1),
        step="post",
        labels=[style.short(version_label(record, list(versions), w)) for w in versions],
        colors=list(style.colours(len(versions))),
        alpha=0.85,
        linewidth=0,
    )
    style.legend_below(axes, columns=4)
    return None


def draw_health(axes: Axes, record: RunRecord, *, service: str | None = None) -> None:
    """p90 latency of each version over time; the legend tells the share that failed.

    Args:
        axes: Where.
        record: Of which run.
        service: Which service; None = the busiest with several versions.
    """
    chosen = _chosen(record, service)
    axes.set_title("p90 by version")
    style.time_axis(axes, record)
    style.shade(axes, record)
    versions = {} if chosen is None else versions_of(record, chosen)
    if chosen is None or not versions:
        style.latency_axis(axes, np.zeros(0))
        return style.nothing_here(axes, "no service has several versions with traffic")
    name = style.short(style.service_short(record.names.services[chosen]))
    axes.set_title(f"p90 by version of {name}")
    steps = series.grid(record, at_most=60)
    middle = steps.starts_s + steps.widths_s / 2
    failed = series.outcome_groups(record, lambda code, _: int(code == 0 or code >= 500))
    lines = []
    for (workload, rows), colour in zip(
        versions.items(), style.colours(len(versions)), strict=False
    ):
        values = series.quantiles(record, "latency_series_by_edge", steps, [0.9], rows=rows)[0]
        ended = series.counts(
            record, "series_by_edge", steps, rows=rows, groups=failed, group_count=2
        ).sum(axis=1)
        share = ended[1] / ended.sum() if ended.sum() else float("nan")
        label = style.short(version_label(record, list(versions), workload))
        axes.plot(middle, values, color=colour, label=f"{label} ({percent(share)} failed)")
        lines.append(values)
    style.latency_axis(axes, np.concatenate(lines))
    style.legend_below(axes, columns=2)
    return None
