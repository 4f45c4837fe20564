"""Requests under way on each hop over time, from when they ended and how long they took."""

import numpy as np
from matplotlib.axes import Axes

from meshsim import series
from meshsim._native import core
from meshsim.plot import style
from meshsim.plot.failures import edge_name
from meshsim.record import RunRecord

LINES_MAX = 6


def in_flight(record: RunRecord, rows: list[int], at_s: series.Floats) -> series.Floats:
    """Requests of some edges under way at each instant; exact but for the widths of the bins.

    Those of a time bucket and a latency bin ended evenly over the bucket and took the middle of
    the bin. Requests that had not ended by the end of the run are not seen.
    """
    column = record.column
    keep = series.rows_where(column("latency_series_by_edge.row"), rows)
    if not keep.any():
        return np.zeros(len(at_s))
    width = record.info.bucket_ns / 1e9
    bins = column("latency_series_by_edge.bin")[keep]
    lower, upper = core.bin_bounds(int(bins.max()) + 1)
    took = (lower[bins] + upper[bins]) * 0.5e-9
    ended = column("latency_series_by_edge.bucket")[keep] * width
    count = column("latency_series_by_edge.count")[keep].astype(np.float64)
    begun = _reached(ended - took, count, width, at_s)
    return np.maximum(begun - _reached(ended, count, width, at_s), 0.0) / record.info.runs


def _reached(
    start: series.Floats, count: series.Floats, width: float, at: series.Floats
) -> series.Floats:
    """How many lie before each instant when `count` are spread over [start, start + width)."""
    order = np.argsort(start, kind="stable")
    starts, counts = start[order], count[order]
    total = np.concatenate([[0.0], np.cumsum(counts)])
    moment = np.concatenate([[0.0], np.cumsum(counts * starts)])
    begun = np.searchsorted(starts, at, side="right")
    over = np.searchsorted(starts, at - width, side="right")
    inside = (total[begun] - total[over]) * at - (moment[begun] - moment[over])
    return np.asarray(total[over] + inside / width, np.float64)


def draw(axes: Axes, record: RunRecord) -> None:
    """Lines of the six fullest hops."""
    axes.set_title("Requests under way by hop")
    axes.set_ylabel("in flight (requests)")
    style.time_axis(axes, record)
    style.shade(axes, record)
    hops: dict[str, list[int]] = {}
    for row in range(len(record.column("edges.source"))):
        hops.setdefault(edge_name(record, row), []).append(row)
    at = (np.arange(240) + 0.5) * max(record.info.ended_s, 1e-9) / 240
    lines = {name: in_flight(record, rows, at) for name, rows in hops.items()}
    fullest = sorted((n for n in lines if lines[n].any()), key=lambda n: -lines[n].max())
    if not fullest:
        axes.set_ylim(0, 1)
        return style.nothing_here(axes, "no request ended in this run")
    shown = fullest[:LINES_MAX]
    for name, colour in zip(shown, style.colours(len(shown)), strict=False):
        axes.plot(at, lines[name], color=colour, label=style.short(name, 40))
    axes.set_ylim(0, max(float(lines[shown[0]].max()) * 1.08, 1e-9))
    style.legend_below(axes, columns=2)
    return None
