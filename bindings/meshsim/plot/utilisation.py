"""How busy the workers of each workload are over time."""

import numpy as np
from matplotlib.axes import Axes

from meshsim import series
from meshsim.plot import style
from meshsim.record import RunRecord

LINES_MAX = 6


def share(record: RunRecord, workload: int) -> tuple[series.Floats, series.Floats]:
    """(seconds, percent of the workers that are busy); NaN while the workload has no pod."""
    when, busy = series.levels(record, workload, "busy")
    _, pods = series.levels(record, workload, "replicas")
    workers = pods * record.context.workers[workload]
    percent = np.full(len(when), np.nan)
    np.divide(100 * busy, workers, out=percent, where=workers > 0)
    return when, percent


def busiest(record: RunRecord) -> list[int]:
    """Workloads with a limited number of workers, the one with the highest mean first."""
    limited = [w for w, workers in enumerate(record.context.workers) if workers]
    sampled = set(record.column("samples.workload").tolist())
    means = {}
    for workload in limited:
        values = share(record, workload)[1] if workload in sampled else np.zeros(0)
        known = values[np.isfinite(values)]
        if known.size and known.max() > 0:
            means[workload] = float(known.mean())
    return sorted(means, key=lambda w: (-means[w], w))[:LINES_MAX]


def draw(axes: Axes, record: RunRecord) -> None:
    """Lines of busy workers in percent of those of the pods that are there."""
    axes.set_title("Utilisation of workers")
    axes.set_ylabel("busy workers (%)")
    axes.set_ylim(0, 103)
    style.time_axis(axes, record)
    style.shade(axes, record)
    chosen = busiest(record)
    if not chosen:
        return style.nothing_here(axes, "no workload with a limit on its workers was busy")
    for workload, colour in zip(chosen, style.colours(len(chosen)), strict=False):
        when, percent = share(record, workload)
        axes.plot(when, percent, color=colour, label=style.short(record.names.workloads[workload]))
    style.legend_below(axes)
    return None
