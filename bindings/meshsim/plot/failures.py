"""Share of failed requests over time on the edges that failed most."""

import numpy as np
from matplotlib.axes import Axes

from meshsim import series
from meshsim.plot import style
from meshsim.record import RunRecord
from meshsim.tables import MISSING

LINES_MAX = 6


def edge_name(record: RunRecord, row: int) -> str:
    """`source → service`, as a hop is called everywhere."""
    source = int(record.column("edges.source")[row])
    service = int(record.column("edges.service")[row])
    left = "?" if source == MISSING else record.names.workloads[source]
    right = "?" if service == MISSING else style.service_short(record.names.services[service])
    return f"{left} → {right}"


def draw(axes: Axes, record: RunRecord) -> None:
    """Lines of the share that got 5xx or no answer, by time of the request's end."""
    axes.set_title("Failures by hop")
    axes.set_ylabel("failed requests (%)")
    style.time_axis(axes, record)
    style.shade(axes, record)
    steps = series.grid(record, at_most=120)
    failed = series.outcome_groups(record, lambda code, _: int(code == 0 or code >= 500))
    hops: dict[str, list[int]] = {}
    for row in range(len(record.column("edges.source"))):
        hops.setdefault(edge_name(record, row), []).append(row)
    ended = {
        name: series.counts(
            record, "series_by_edge", steps, rows=rows, groups=failed, group_count=2
        )
        for name, rows in hops.items()
    }
    worst = sorted((n for n in ended if ended[n][1].any()), key=lambda n: -ended[n][1].sum())
    if not worst:
        axes.set_ylim(0, 1)
        return style.nothing_here(axes, "no request failed in this run")
    middle = steps.starts_s + steps.widths_s / 2
    shown, top = worst[:LINES_MAX], 0.0
    for name, colour in zip(shown, style.colours(len(shown)), strict=False):
        total = ended[name].sum(axis=0)
        share = np.full(steps.count, np.nan)
        np.divide(100 * ended[name][1], total, out=share, where=total > 0)
        axes.plot(middle, share, color=colour, label=style.short(name, 40))
        top = max(top, float(np.nanmax(share)))
    axes.set_ylim(0, min(max(1.1 * top, 5.0), 103.0))
    style.legend_below(axes, columns=2)
    return None
