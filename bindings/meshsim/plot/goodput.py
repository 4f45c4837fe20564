"""Goodput against offered load: a system that fails under load bends down and stays there."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from meshsim import series
from meshsim.plot import style
from meshsim.plot.choices import load_id
from meshsim.record import RunRecord


def rates(
    record: RunRecord, steps: series.Grid, rows: list[int] | None = None
) -> tuple[series.Floats, series.Floats]:
    """(offered, good) requests per second of each step, by the time at which they were sent."""
    failed = series.outcome_groups(record, lambda code, _: int(code == 0 or code >= 500))
    ended = series.counts(record, "series_by_load", steps, rows=rows, groups=failed, group_count=2)
    per_second = ended / steps.widths_s / record.info.runs
    return per_second.sum(axis=0), per_second[0]


def tells(record: RunRecord) -> bool:
    """Whether the load varies or some of it fails: else all points are one."""
    offered, good = rates(record, series.grid(record, at_most=60))
    sent = offered[offered > 0][:-1]  # the last step may be cut short
    if not sent.size:
        return False
    return bool((good < 0.99 * offered).any() or sent.max() > 1.5 * np.median(sent))


def draw(axes: Axes, record: RunRecord, *, load: str | None = None) -> None:
    """A point per time step, darker with time; a rim tells a fault, marks tell where one begins.

    Args:
        axes: Where.
        record: Of which run.
        load: Only this load; None = all.
    """
    rows = None if load is None else [load_id(record, load)]
    axes.set_title("Goodput against offered load" + (f": {style.short(load)}" if load else ""))
    axes.set_xlabel("offered load (1/s)")
    axes.set_ylabel("goodput (1/s)")
    steps = series.grid(record, at_most=120)
    offered, good = rates(record, steps, rows)
    if not offered.any():
        return style.nothing_here(axes, "no request ended in this run")
    top = float(offered.max()) * 1.08
    axes.plot([0, top], [0, top], color=style.GREY, ls=(0, (4, 3)), lw=1, gid="all good")
    axes.plot(offered, good, color="#BBBBBB", lw=0.7, zorder=1.5, gid="path")
    middle = steps.starts_s + steps.widths_s / 2
    faulty = np.zeros(steps.count, dtype=bool)
    for span in series.fault_spans(record):
        faulty |= (middle >= span.from_s) & (middle < span.to_s)
    points = axes.scatter(
        offered, good, c=middle, cmap="viridis_r", vmin=0, vmax=max(record.info.ended_s, 1e-9),
        s=26, linewidths=[1.6 if f else 0.0 for f in faulty.tolist()],
        edgecolors=style.VERMILLION, zorder=2,
    )  # fmt: skip
    bar = axes.figure.colorbar(points, ax=axes, pad=0.02, aspect=30)
    bar.set_label("simulated time (s)", fontsize=9)
    bar.outline.set_visible(False)
    for name, span in style.marks(record):
        step = min(int(span.from_s / steps.step_s), steps.count - 1)
        axes.annotate(
            name, (offered[step], good[step]), (6, -10), textcoords="offset points", fontsize=9,
            fontweight="bold", color="#333333",
        )  # fmt: skip
    axes.set_xlim(0, top)
    axes.set_ylim(0, top)
    handles = [
        Line2D([], [], color=style.GREY, ls=(0, (4, 3)), lw=1, label="all good"),
        Line2D([], [], color="none", marker="o", markerfacecolor="#31688E",
               markeredgecolor="none", label=f"{steps.step_s:g} s of the run"),
    ]  # fmt: skip
    if faulty.any():
        handles.append(Line2D([], [], color="none", marker="o", markerfacecolor="#31688E",
                              markeredgecolor=style.VERMILLION, markeredgewidth=1.6,
                              label="during a fault"))  # fmt: skip
    style.legend_below(axes, handles=handles)
    return None
