"""Traffic of every host of a service over time, with the spans in which it was ejected."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from meshsim import series
from meshsim.plot import style
from meshsim.plot.choices import hosts_service, service_id, versions_of, visits_by_endpoint
from meshsim.record import RunRecord

ROWS_MAX = 24


def draw(axes: Axes, record: RunRecord, *, service: str | None = None) -> None:
    """A row per host: darker = more requests, hatched = ejected by at least one proxy.

    Args:
        axes: Where.
        record: Of which run.
        service: Which service; None = the one with ejections, else the busiest.
    """
    chosen = hosts_service(record) if service is None else service_id(record, service)
    axes.set_title("Requests per host")
    style.time_axis(axes, record)
    if chosen is None:
        axes.set_ylabel("host")
        return style.nothing_here(axes, "no service has several hosts with traffic")
    name = style.service_short(record.names.services[chosen])
    hosts = _hosts(record, chosen)
    axes.set_title(f"Requests per host of {style.short(name)}")
    steps = series.grid(record, at_most=160)
    rates = _rates(record, hosts, steps)
    mesh = axes.pcolormesh(
        steps.edges_s, np.arange(len(hosts) + 1), rates, cmap="Blues", vmin=0,
        vmax=max(float(rates.max(initial=0.0)), 1e-9), rasterized=True,
    )  # fmt: skip
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=30)
    bar.set_label("requests per second (1/s)", fontsize=9)
    bar.outline.set_visible(False)
    for row, host in enumerate(hosts):
        for begin, end in series.ejections(record, host):
            axes.add_patch(_ejected(begin, end, row))
    axes.set_yticks(np.arange(len(hosts)) + 0.5)
    axes.set_yticklabels([style.short(record.names.endpoints[h], 22) for h in hosts], fontsize=8)
    axes.set_ylim(len(hosts), 0)
    axes.set_ylabel("host")
    axes.grid(visible=False)
    style.shade(axes, record)
    if any(series.ejections(record, h) for h in hosts):
        patch = Patch(facecolor="none", edgecolor=style.VERMILLION, hatch="////", label="ejected")
        style.legend_below(axes, handles=[patch])
    return None


def _hosts(record: RunRecord, service: int) -> list[int]:
    """The service's hosts that saw traffic or an ejection; the busiest when there are many."""
    visits = visits_by_endpoint(record)
    owner = record.column("endpoints.workload")
    mine = np.flatnonzero(np.isin(owner, list(versions_of(record, service)))).tolist()
    shown = [h for h in mine if visits[h] > 0 or series.ejections(record, h)]
    if len(shown) > ROWS_MAX:
        ranked = sorted(shown, key=lambda h: (not series.ejections(record, h), -visits[h], h))
        shown = sorted(ranked[:ROWS_MAX])
    return shown


def _rates(record: RunRecord, hosts: list[int], steps: series.Grid) -> series.Floats:
    groups = np.full(len(record.names.endpoints), -1, dtype=np.int64)
    groups[hosts] = np.arange(len(hosts))
    counted = series.counts(
        record, "visits_by_endpoint", steps, groups=groups, group_count=len(hosts), by_row=True
    )
    return counted / steps.widths_s / record.info.runs


def _ejected(begin: float, end: float, row: int) -> Rectangle:
    return Rectangle(
        (begin, row + 0.04), end - begin, 0.92, facecolor="none", edgecolor=style.VERMILLION,
        hatch="////", linewidth=1.2, gid="ejected",
    )  # fmt: skip
