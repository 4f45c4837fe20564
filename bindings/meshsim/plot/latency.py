"""Latency quantiles over time, of loads or of one edge."""

import numpy as np
from matplotlib.axes import Axes

from meshsim import series
from meshsim.plot import style
from meshsim.plot.choices import edge_rows, load_id
from meshsim.record import RunRecord

QUANTILES = (0.5, 0.9, 0.99)
COLOURS = (style.BLUE, style.ORANGE, style.VERMILLION)


def quantile_name(q: float) -> str:
    """`p50`, `p99.9`."""
    return f"p{100 * q:g}"


def draw(
    axes: Axes,
    record: RunRecord,
    *,
    load: str | None = None,
    service: str | None = None,
    q: tuple[float, ...] = QUANTILES,
) -> None:
    """Lines of quantiles by time of the request's end.

    Args:
        axes: Where.
        record: Of which run.
        load: What the users of this load saw; None = of all loads.
        service: Or: what callers of this service saw.
        q: Quantiles, 0 … 1.
    """
    table, rows, of = "latency_series_by_load", None, ""
    if service is not None:
        table, rows, of = "latency_series_by_edge", edge_rows(record, service), f" of {service}"
    elif load is not None:
        rows, of = [load_id(record, load)], f" of {load}"
    steps = series.grid(record, at_most=160)
    values = series.quantiles(record, table, steps, q, rows=rows)
    axes.set_title(f"Latency{style.short(of, 40)}")
    style.time_axis(axes, record)
    style.shade(axes, record)
    style.latency_axis(axes, values)
    if not np.isfinite(values).any():
        return style.nothing_here(axes, "no request ended in this run")
    middle = steps.starts_s + steps.widths_s / 2
    colours = COLOURS if len(q) <= len(COLOURS) else tuple(style.colours(len(q)))
    for share, line, colour in zip(q, values, colours, strict=False):
        marker = "." if np.isfinite(line).sum() < 3 else None
        axes.plot(middle, line, color=colour, label=quantile_name(share), marker=marker)
    style.legend_below(axes, columns=4)
    return None
