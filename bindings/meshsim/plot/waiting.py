"""Requests that wait for a worker in each workload over time."""

from matplotlib.axes import Axes

from meshsim.plot import style
from meshsim.plot.choices import highest_workloads
from meshsim.record import RunRecord


def draw(axes: Axes, record: RunRecord) -> None:
    """Lines of queue lengths, summed over the pods; the longest queues first."""
    axes.set_title("Queues of workloads")
    axes.set_ylabel("waiting for a worker (requests)")
    style.time_axis(axes, record)
    style.shade(axes, record)
    chosen = highest_workloads(record, "queued")
    if not chosen:
        axes.set_ylim(0, 1)
        return style.nothing_here(axes, "no request was seen waiting for a worker")
    top = style.level_lines(axes, record, chosen, "queued")
    axes.set_ylim(0, max(top * 1.08, 1.0))
    style.legend_below(axes)
    return None
