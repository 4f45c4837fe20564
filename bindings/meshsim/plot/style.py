"""How every picture looks: colours, sizes, fault bands, change lines, legends, units."""

import io
import string
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from meshsim import series
from meshsim.record import RunRecord
from meshsim.store import atomic_write
from meshsim.units import digits

# Okabe and Ito, "Color Universal Design" (2008): told apart with every kind of colour vision.
GREEN, ORANGE, VERMILLION, PURPLE = "#009E73", "#E69F00", "#D55E00", "#CC79A7"
BLUE, SKY, YELLOW, BLACK, GREY = "#0072B2", "#56B4E9", "#F0E442", "#000000", "#8C8C8C"
#: For things that have no colour of their own, in this order.
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, BLACK)

WIDTH_IN, DPI = 16.0, 100  # 1600 pixels

STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#555555",
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlepad": 18,
    "figure.dpi": DPI,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.alpha": 0.6,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.8,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.dpi": DPI,
    "svg.fonttype": "none",  # text stays text: searchable, and a third of the size
    "text.parse_math": False,  # a name may hold a dollar sign
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}


class Picture(Figure):
    """A figure that notebooks show without pyplot and its global state."""

    def _repr_png_(self) -> bytes:
        return png_bytes(self)


def styled() -> AbstractContextManager[None]:
    """The context in which figures are made and written."""
    return mpl.rc_context(STYLE)


def new_figure(width_in: float, height_in: float) -> Picture:
    """An empty figure of our style; call it inside `styled()`."""
    spacing = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12, wspace=0.03, hspace=0.05)
    figure = Picture(figsize=(width_in, height_in), layout=spacing)
    FigureCanvasAgg(figure)
    return figure


def png_bytes(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes for the same figure."""
    with styled():
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": "meshsim"})
    return out.getvalue()


def svg_text(figure: Figure, salt: str) -> str:
    """The figure as an <svg> element for HTML; `salt` keeps ids of two figures apart."""
    with styled(), mpl.rc_context({"svg.hashsalt": salt}):
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def write_figure(figure: Figure, path: Path) -> Path:
    """Writes PNG or SVG by the suffix, whole or not at all."""
    kind = path.suffix.lower()
    if kind == ".svg":
        return atomic_write(path, svg_text(figure, path.stem).encode())
    if kind == ".png":
        return atomic_write(path, png_bytes(figure))
    raise ValueError(f"a picture is written as .png or .svg, not {path.name!r}")


# ---- axes ------------------------------------------------------------------------------------


def time_axis(axes: Axes, record: RunRecord) -> None:
    """Simulated time from 0 to the end, in seconds or, for long runs, minutes."""
    end = max(record.info.ended_s, 1e-9)
    axes.set_xlim(0, end)
    if end > 600:
        axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 3, 6, 10]))
        step = 60 * max(1, round(end / 60 / 8))
        axes.set_xticks(np.arange(0, end + 1e-9, step))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda s, _: digits(s / 60)))
        axes.set_xlabel("simulated time (min)")
    else:
        axes.set_xlabel("simulated time (s)")


def latency_axis(axes: Axes, values_ms: series.Floats) -> None:
    """Milliseconds; logarithmic when the values span more than a factor of 20."""
    finite = values_ms[np.isfinite(values_ms) & (values_ms > 0)]
    axes.set_ylabel("latency (ms)")
    if finite.size and finite.max() > 20 * finite.min():
        log_latency(axes, finite)
    elif finite.size:
        axes.set_ylim(0, finite.max() * 1.08)


def log_latency(axes: Axes, values_ms: series.Floats) -> None:
    """A logarithmic axis around the positive ones of `values_ms`."""
    finite = values_ms[np.isfinite(values_ms) & (values_ms > 0)]
    if not finite.size:
        return
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0), numticks=20))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: digits(v)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(finite.min() / 1.3, finite.max() * 1.3)
    axes.set_ylabel("latency (ms, log scale)")


def marks(record: RunRecord) -> list[tuple[str, series.Span]]:
    """Faults as A, B … and configuration changes as 1, 2 …, in order of time."""
    letters = (string.ascii_uppercase * 4)[:104]
    faults = list(zip(letters, series.fault_spans(record), strict=False))
    changes = [(str(i + 1), s) for i, s in enumerate(series.config_changes(record))]
    return [*faults, *changes]


def shade(axes: Axes, record: RunRecord) -> None:
    """Fault bands, change lines and the warm-up, named above the upper edge."""
    end = max(record.info.ended_s, 1e-9)
    if record.info.warmup_ns > 0:
        axes.axvspan(0, record.info.warmup_s, color="#000000", alpha=0.05, lw=0, gid="warmup")
    last = -1.0
    for name, span in sorted(marks(record), key=lambda m: m[1].from_s):
        middle = (span.from_s + span.to_s) / 2
        if span.to_s > span.from_s:
            axes.axvspan(
                span.from_s, span.to_s, color=GREY, alpha=0.22, lw=0, zorder=0.5, gid="fault"
            )
        else:
            axes.axvline(span.from_s, color="#333333", ls=(0, (4, 3)), lw=1, gid="change")
        if middle / end - last < 0.025:
            continue  # two names would run into each other
        last = middle / end
        axes.annotate(
            name, (middle, 1), (0, 3), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", va="bottom", fontsize=8, color="#333333",
            fontweight="bold", annotation_clip=False,
        )  # fmt: skip


def level_lines(
    axes: Axes, record: RunRecord, workloads: Sequence[int], column: str, **line: Any
) -> float:
    """A line per workload of a sampled level over time; the highest value of them all."""
    top = 0.0
    for workload, colour in zip(workloads, colours(len(workloads)), strict=False):
        at, values = series.levels(record, workload, column)
        name = short(record.names.workloads[workload])
        axes.plot(at, values, color=colour, label=name, **line)
        top = max(top, float(values.max(initial=0.0)))
    return top


def when(span: series.Span) -> str:
    """`20–30 s`, or `48 s` for what has no length."""
    begin, end = digits(span.from_s, 4), digits(span.to_s, 4)
    return f"{begin}–{end} s" if span.to_s > span.from_s else f"{begin} s"


def caption(record: RunRecord, limit: int = 12) -> str:
    """What the letters and numbers above the axes stand for."""
    parts = [f"{name} = {span.label} ({when(span)})" for name, span in marks(record)]
    more = len(parts) - limit
    return "     ".join(parts[:limit]) + (f"     … and {more} more" if more > 0 else "")


def add_caption(figure: Figure, record: RunRecord) -> None:
    """The caption at the foot of the figure, broken into lines that fit."""
    words = caption(record)
    if not words:
        return
    room, lines = int(figure.get_figwidth() * 11.5), [""]
    for part in words.split("     "):
        if lines[-1] and len(lines[-1]) + len(part) + 5 > room:
            lines.append("")
        lines[-1] += ("     " if lines[-1] else "") + part
    figure.supxlabel("\n".join(lines), fontsize=9, color="#333333", x=0.01, ha="left")


def legend_below(axes: Axes, *, columns: int = 3, handles: Sequence[Any] | None = None) -> None:
    """A legend under the x axis, where no data is."""
    found, labels = axes.get_legend_handles_labels()
    if handles is not None:
        found, labels = list(handles), [str(h.get_label()) for h in handles]
    if not found:
        return
    axes.legend(
        found, labels, loc="upper center", bbox_to_anchor=(0.5, -0.17),
        ncols=min(columns, len(found)), borderaxespad=0, columnspacing=1.4, handlelength=1.6,
    )  # fmt: skip


def nothing_here(axes: Axes, why: str) -> None:
    """An empty panel that says why it is empty."""
    axes.text(
        0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color="#666666",
        wrap=True,
    )  # fmt: skip
    axes.grid(visible=False)


def short(name: str, longest: int = 28) -> str:
    """A name that fits a label; the middle goes first."""
    if len(name) <= longest:
        return name
    head = (longest - 1) // 2
    return name[:head] + "…" + name[len(name) - (longest - 1 - head) :]


def service_short(host: str) -> str:
    """`reviews` of `reviews.default.svc.cluster.local`."""
    return host.removesuffix(".svc.cluster.local").removesuffix(".default")


def colours(count: int) -> Iterable[str]:
    """That many colours, over and over."""
    return (CYCLE[i % len(CYCLE)] for i in range(count))
