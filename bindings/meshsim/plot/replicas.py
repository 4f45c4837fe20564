"""Pods of each workload over time."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from meshsim import series
from meshsim.plot import style
from meshsim.plot.choices import highest_workloads
from meshsim.record import RunRecord


def changing(record: RunRecord) -> list[int]:
    """Sampled workloads whose number of pods changes, then the others, the largest first."""
    ranked = highest_workloads(record, "replicas", at_most=None)
    moved = {w for w in ranked if len(set(series.levels(record, w, "replicas")[1].tolist())) > 1}
    return sorted(ranked, key=lambda w: w not in moved)


def has_changes(record: RunRecord) -> bool:
    """Whether the number of pods of any workload changes."""
    ranked = changing(record)[:1]
    return any(len(set(series.levels(record, w, "replicas")[1].tolist())) > 1 for w in ranked)


def draw(axes: Axes, record: RunRecord) -> None:
    """Steps of pods that are there; workloads that scale or crash come first."""
    axes.set_title("Pods over time")
    axes.set_ylabel("pods (count)")
    style.time_axis(axes, record)
    style.shade(axes, record)
    chosen = changing(record)[:6]
    if not chosen:
        return style.nothing_here(axes, "no workload was sampled in this run")
    top = style.level_lines(axes, record, chosen, "replicas", drawstyle="steps-post")
    axes.set_ylim(0, top * 1.1 + 0.2)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    style.legend_below(axes)
    return None
