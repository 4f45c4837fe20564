"""Two runs side by side on equal scales: what a change of configuration does."""

import numpy as np
from matplotlib.axes import Axes

from meshsim.plot import latency, queues, style, throughput
from meshsim.record import RunRecord


def draw(
    a: RunRecord, b: RunRecord, *, labels: tuple[str, str] = ("before", "after")
) -> style.Picture:
    """Outcomes, latency and requests in flight, a column per run.

    Args:
        a: The run of the left column.
        b: The run of the right column.
        labels: Their names.
    """
    figure = style.new_figure(style.WIDTH_IN, 13.0)
    axes = figure.subplots(3, 2)
    names = _fullest_of_both(a, b)
    for column, (record, label) in enumerate(zip((a, b), labels, strict=True)):
        throughput.draw(axes[0, column], record)
        latency.draw(axes[1, column], record)
        queues.draw(axes[2, column], record, workloads=names)
        for place in axes[:, column]:
            place.set_title(f"{label}: {place.get_title(loc='left')}")
    for left, right in axes:
        _same_scale(left, right)
    what = (
        a.info.scenario
        if a.info.scenario == b.info.scenario
        else (f"{a.info.scenario} and {b.info.scenario}")
    )
    seeds = (
        f"seed {a.info.seed}"
        if a.info.seed == b.info.seed
        else (f"seeds {a.info.seed} and {b.info.seed}")
    )
    figure.suptitle(
        f"{style.short(what, 70)}    {seeds}", x=0.01, ha="left", fontsize=12, fontweight="bold"
    )
    style.add_caption(figure, a)
    return figure


def _fullest_of_both(a: RunRecord, b: RunRecord) -> tuple[str, ...] | None:
    """The same workloads in both columns: equal colours mean equal workloads."""
    names = [a.names.workloads[w] for w in queues.fullest(a)]
    names += [b.names.workloads[w] for w in queues.fullest(b)]
    common = [n for n in dict.fromkeys(names) if n in a.names.workloads and n in b.names.workloads]
    return tuple(common[: queues.LINES_MAX]) or None


def _same_scale(left: Axes, right: Axes) -> None:
    if "log" in (left.get_yscale(), right.get_yscale()):
        for axes in (left, right):
            lines = [np.asarray(line.get_ydata(), float) for line in axes.get_lines()]
            style.log_latency(
                axes, np.concatenate([x for x in lines if x.size > 2] or [np.ones(1)])
            )
    low = min(left.get_ylim()[0], right.get_ylim()[0])
    high = max(left.get_ylim()[1], right.get_ylim()[1])
    for axes in (left, right):
        axes.set_ylim(low, high)
