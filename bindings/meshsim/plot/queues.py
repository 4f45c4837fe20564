"""Requests inside each workload over time: being served and waiting."""

from matplotlib.axes import Axes

from meshsim.plot import style
from meshsim.plot.choices import highest_workloads
from meshsim.record import RunRecord

LINES_MAX = 6


def draw(axes: Axes, record: RunRecord, *, workloads: tuple[str, ...] | None = None) -> None:
    """Lines of requests in flight, the fullest workloads first.

    Args:
        axes: Where.
        record: Of which run.
        workloads: Which; None = the six fullest.
    """
    axes.set_title("Requests inside workloads")
    axes.set_ylabel("in flight (requests)")
    style.time_axis(axes, record)
    style.shade(axes, record)
    chosen = fullest(record) if workloads is None else _named(record, workloads)
    if not chosen:
        return style.nothing_here(axes, "no workload was sampled in this run")
    top = style.level_lines(axes, record, chosen, "in_flight")
    axes.set_ylim(0, max(top * 1.08, 1.0))
    style.legend_below(axes)
    return None


def fullest(record: RunRecord) -> list[int]:
    """The workloads with the highest peak, highest first."""
    return highest_workloads(record, "in_flight", LINES_MAX)


def _named(record: RunRecord, workloads: tuple[str, ...]) -> list[int]:
    missing = [w for w in workloads if w not in record.names.workloads]
    if missing:
        raise KeyError(f"no workload {missing[0]!r}; the run has {list(record.names.workloads)}")
    return [record.names.workloads.index(w) for w in workloads]
