"""What B changes against A: differences of metrics with their intervals and verdicts."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from meshsim.intervals import value_text
from meshsim.plot import style

if TYPE_CHECKING:
    from meshsim.study import Comparison

COLOURS = {
    "better": style.GREEN,
    "worse": style.VERMILLION,
    "changed": style.BLUE,
    "unclear": style.GREY,
    "same": style.BLACK,
}


def relative(row: Mapping[str, Any]) -> tuple[float, float, float]:
    """(difference, low, high) in percent of A; NaN when A is 0."""
    base = abs(row["a"])
    if not base > 0:
        return math.nan, math.nan, math.nan
    mean, low, high = (100 * row[name] / base for name in ("difference", "low", "high"))
    return mean, low, high


def told(row: Mapping[str, Any]) -> str:
    """`221 ms → 98 ms, better`."""
    metric = row["metric"]
    values = f"{value_text(metric, row['a'])} → {value_text(metric, row['b'])}"
    return f"{values}, {row['verdict']}"


def draw(axes: Axes, rows: Sequence[Mapping[str, Any]], labels: tuple[str, str]) -> None:
    """A line per metric: where the difference lies, how sure that is, what it means."""
    axes.set_xlabel(f"{labels[1]} relative to {labels[0]} (%)")
    axes.axvline(0, color="#333333", lw=1, gid="no difference")
    reach = [1.0]
    for place, row in enumerate(rows):
        mean, low, high = relative(row)
        colour = COLOURS[row["verdict"]]
        sure = math.isfinite(low) and math.isfinite(high)
        if sure:
            axes.plot([low, high], [place, place], color=colour, lw=4, alpha=0.45,
                      solid_capstyle="butt", gid="interval")  # fmt: skip
            reach += [abs(low), abs(high)]
        if math.isfinite(mean):
            axes.plot([mean], [place], color=colour, marker="o", ms=7, ls="none", gid="mean")
            reach.append(abs(mean))
        axes.annotate(told(row), (1.02, place), xycoords=("axes fraction", "data"), va="center",
                      fontsize=9, color=colour, annotation_clip=False)  # fmt: skip
    widest = max(reach) * 1.1
    axes.set_xlim(-widest, widest)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [str(row["metric"]) for row in rows])
    axes.grid(visible=False, axis="y")
    used = [v for v in COLOURS if any(row["verdict"] == v for row in rows)]
    handles = [Line2D([], [], color=COLOURS[v], lw=4, alpha=0.7, label=v) for v in used]
    style.legend_below(axes, columns=5, handles=handles)


def figure(
    comparison: "Comparison", rows: Sequence[Mapping[str, Any]], *, ci: float
) -> style.Picture:
    """The picture of a comparison."""
    with style.styled():
        made = style.new_figure(style.WIDTH_IN * 0.7, 2.4 + 0.5 * len(rows))
        axes = made.subplots()
        draw(axes, rows, comparison.labels)
        runs = min((row["runs"] for row in rows), default=0)
        kind = "pairs of runs" if comparison.paired else "independent runs of each"
        a, b = comparison.labels
        axes.set_title(f"{b} against {a}: {runs} {kind}, {100 * ci:g} % intervals")
        return made
