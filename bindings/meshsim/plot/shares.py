"""How a service's requests are shared between its hosts, and so between localities."""

import colorsys

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from meshsim import series
from meshsim.plot import style
from meshsim.plot.choices import hosts_service, service_id, visits_by_endpoint
from meshsim.plot.ejections import hosts_of
from meshsim.record import RunRecord

BANDS_MAX = 40


def draw(axes: Axes, record: RunRecord, *, service: str | None = None) -> None:
    """Stacked shares: a band per host, a hue per locality (per workload where there is one).

    Args:
        axes: Where.
        record: Of which run.
        service: Which service; None = the one with ejections, else the busiest.
    """
    axes.set_title("Shares of hosts")
    axes.set_ylabel("share of requests (%)")
    axes.set_ylim(0, 100)
    style.time_axis(axes, record)
    chosen = hosts_service(record) if service is None else service_id(record, service)
    if chosen is None:
        return style.nothing_here(axes, "no service has several hosts with traffic")
    name = style.short(style.service_short(record.names.services[chosen]))
    groups = grouped(record, chosen)
    if not groups:
        return style.nothing_here(axes, f"no host of {name} got a request")
    by = "locality" if len(localities_of(record, chosen)) > 1 else "workload"
    axes.set_title(f"Share of each host of {name}, coloured by {by}")
    steps = series.grid(record, at_most=120)
    handles = []
    floor = np.zeros(steps.count + 1)
    counted = {group: _counts(record, hosts, steps) for group, hosts in groups.items()}
    total = np.sum([rows.sum(axis=0) for rows in counted.values()], axis=0)
    for (group, rows), colour in zip(counted.items(), style.colours(len(groups)), strict=False):
        shares = 100 * np.divide(rows, total, out=np.zeros_like(rows), where=total > 0)
        for k, share in enumerate(shares):
            band = np.append(share, share[-1:])
            axes.fill_between(
                steps.edges_s, floor, floor + band, step="post", lw=0.4, edgecolor="white",
                facecolor=shade_of(colour, k, len(shares)), gid="host",
            )  # fmt: skip
            floor = floor + band
        mean = 100 * rows.sum() / max(total.sum(), 1.0)
        hosts = "1 host" if len(rows) == 1 else f"{len(rows)} hosts"
        handles.append(Patch(color=colour, label=f"{style.short(group)}: {mean:.3g} % ({hosts})"))
    axes.set_ylim(0, 100)
    style.shade(axes, record)
    for span in series.fault_spans(record):  # the bands are below the shares
        for edge in (span.from_s, span.to_s):
            axes.axvline(edge, color="#333333", ls=":", lw=1.2)
    style.legend_below(axes, columns=2, handles=handles)
    return None


def localities_of(record: RunRecord, service: int) -> list[str]:
    """The localities that a service's hosts are in."""
    owner = record.column("endpoints.workload")
    return sorted({record.names.localities[int(owner[h])] for h in hosts_of(record, service)})


def grouped(record: RunRecord, service: int) -> dict[str, list[int]]:
    """Locality, or workload where all hosts are in one, -> hosts with traffic."""
    owner, visits = record.column("endpoints.workload"), visits_by_endpoint(record)
    several = len(localities_of(record, service)) > 1
    groups: dict[str, list[int]] = {}
    for host in hosts_of(record, service):
        workload = int(owner[host])
        names = record.names.localities if several else record.names.workloads
        if visits[host] > 0:
            groups.setdefault(names[workload] or "no locality", []).append(host)
    return dict(sorted(groups.items()))


def _counts(record: RunRecord, hosts: list[int], steps: series.Grid) -> series.Floats:
    """Requests per (host, step); beyond a number of bands the rest is one."""
    groups = np.full(len(record.names.endpoints), -1, dtype=np.int64)
    groups[hosts] = np.minimum(np.arange(len(hosts)), BANDS_MAX - 1)
    return series.counts(
        record, "visits_by_endpoint", steps, groups=groups,
        group_count=min(len(hosts), BANDS_MAX), by_row=True,
    )  # fmt: skip


def shade_of(colour: str, k: int, count: int) -> tuple[float, float, float]:
    """The k-th of `count` shades of a colour, from a little darker to a little lighter."""
    hue, light, full = colorsys.rgb_to_hls(*to_rgb(colour))
    if count > 1:
        light = min(max(light, 0.25), 0.75) + (k / (count - 1) - 0.5) * 0.3
    return colorsys.hls_to_rgb(hue, light, full)
