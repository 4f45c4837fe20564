"""Means over replications with their confidence intervals, as tables and texts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from meshsim._native import core
from meshsim.tables import Column, Table, names_column
from meshsim.units import digits, milliseconds_text, percent

#: What is shown when nobody says which metrics.
METRICS = ("p50", "p99", "error_rate", "goodput", "retries")


def unit_of(metric: str) -> str:
    """The unit of a metric: "ms", "1/s", or "" for shares and counts."""
    if metric in ("rps", "goodput"):
        return "1/s"
    return "" if metric in ("error_rate", "retries") else "ms"


def checked_metrics(metrics: Sequence[str] | str | None) -> tuple[str, ...]:
    """The metrics, or METRICS; an unknown one is an error that names those there are."""
    chosen = METRICS if metrics is None else (metrics,) if isinstance(metrics, str) else metrics
    known = core.metric_names()
    for metric in chosen:
        if metric not in known:
            raise ValueError(f"no metric {metric!r}; there are {', '.join(known)}")
    return tuple(chosen)


def checked_confidence(ci: float) -> float:
    """A confidence between 0 and 1, both excluded."""
    if not 0 < ci < 1:
        raise ValueError(f"ci: a confidence between 0 and 1, e.g. 0.95, not {ci!r}")
    return float(ci)


def value_text(metric: str, value: float) -> str:
    """A value as people read it, with its unit.

    Example:
        >>> value_text("p99", 12.34), value_text("error_rate", 0.012), value_text("goodput", 99.5)
        ('12.3 ms', '1.2 %', '99.5 1/s')
    """
    if math.isnan(value):
        return "–"
    if value < 0:
        return f"-{value_text(metric, -value)}"
    if metric == "error_rate":
        return percent(value)
    if unit_of(metric) == "ms":
        return milliseconds_text(value)
    return f"{digits(value)} {unit_of(metric)}".rstrip()


def half_width_text(metric: str, half_width: float) -> str:
    """`± 0.4 ms`, or a question mark when a single run says nothing about the spread."""
    return "± ?" if math.isinf(half_width) else f"± {value_text(metric, half_width)}"


def interval_rows(values: Mapping[str, Sequence[float]], ci: float) -> list[dict[str, Any]]:
    """A row per metric: mean, low, high and how many runs had it."""
    rows = []
    for metric, all_runs in values.items():
        known = [v for v in all_runs if not math.isnan(v)]
        mean, half, count = core.mean_interval(known, ci)
        if count == 0:
            mean, half = math.nan, math.nan
        row = {"metric": metric, "unit": unit_of(metric), "mean": mean, "half_width": half}
        rows.append(row | {"low": mean - half, "high": mean + half, "runs": count})
    return rows


def figures_by_metric(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Metric -> value of each replication; NaN where a run has none."""
    figures = [row["figures"] for row in rows if "figures" in row]
    names = figures[0] if figures else {}
    return {m: [math.nan if f[m] is None else f[m] for f in figures] for m in names}


def rows_table(name: str, rows: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> Table:
    """Rows as a Table; `texts` are the columns of words."""
    columns = []
    for key in rows[0] if rows else texts:
        values = [row[key] for row in rows]
        columns.append(names_column(key, values) if key in texts else Column(key, np.array(values)))
    return Table(name, columns)


__all__ = [
    "METRICS", "checked_confidence", "checked_metrics", "figures_by_metric", "half_width_text",
    "interval_rows", "rows_table", "unit_of", "value_text",
]  # fmt: skip
