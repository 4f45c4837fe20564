"""Time series read off a record's columns: counts by outcome, quantiles, levels, spans."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from meshsim._native import core

if TYPE_CHECKING:
    from meshsim.record import RunRecord

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Grid:
    """Equal time steps from 0 to the end of the run."""

    step_s: float
    merge: int  # recorded buckets per step
    count: int
    ended_s: float

    @property
    def starts_s(self) -> Floats:
        """Begin of each step, seconds."""
        return np.arange(self.count, dtype=np.float64) * self.step_s

    @property
    def edges_s(self) -> Floats:
        """The `count + 1` borders of the steps; the last one is the end of the run."""
        edges = np.arange(self.count + 1, dtype=np.float64) * self.step_s
        edges[-1] = min(edges[-1], self.ended_s) if self.count else 0.0
        return edges

    @property
    def widths_s(self) -> Floats:
        """Length of each step, seconds: the last one may be cut short."""
        return np.asarray(np.maximum(np.diff(self.edges_s), 1e-9), np.float64)


def grid(record: "RunRecord", step_ns: int | None = None, at_most: int | None = None) -> Grid:
    """Steps of `step_ns` (rounded up to whole buckets), or as fine as `at_most` steps allow."""
    bucket = record.info.bucket_ns
    ended = max(record.info.ended_ns, 1)
    merge = 1
    if step_ns is not None:
        merge = max(1, -(-step_ns // bucket))
    elif at_most is not None:
        merge = max(1, -(-ended // (bucket * at_most)))
    step = bucket * merge
    return Grid(step / 1e9, merge, -(-ended // step), ended / 1e9)


def rows_where(values: NDArray[Any], rows: Sequence[int] | None) -> NDArray[np.bool_]:
    """Which entries belong to one of `rows`; all when `rows` is None."""
    if rows is None:
        return np.ones(len(values), dtype=bool)
    return np.isin(values, np.asarray(rows, dtype=values.dtype))


def counts(
    record: "RunRecord",
    table: str,
    steps: Grid,
    *,
    rows: Sequence[int] | None = None,
    groups: NDArray[np.int64] | None = None,
    group_count: int = 1,
    by_row: bool = False,
) -> Floats:
    """Counts per (group, step) of an outcome series.

    Args:
        record: The run.
        table: "series_by_load", "series_by_edge" or "visits_by_endpoint".
        steps: The time grid.
        rows: Only these rows of the table; None = all.
        groups: Group of each outcome (or, with `by_row`, of each row); -1 = left out.
        group_count: How many groups there are.
        by_row: `groups` is indexed by row and not by outcome.
    """
    column = record.column
    bucket, row = column(f"{table}.bucket"), column(f"{table}.row")
    outcome, count = column(f"{table}.outcome"), column(f"{table}.count")
    keep = rows_where(row, rows)
    group = np.zeros(len(row), dtype=np.int64)
    if groups is not None:
        group = groups[row if by_row else outcome]
        keep &= group >= 0
    step = bucket.astype(np.int64) // steps.merge
    keep &= step < steps.count
    cell = group[keep] * steps.count + step[keep]
    flat = np.bincount(cell, weights=count[keep], minlength=group_count * steps.count)
    return flat.astype(np.float64).reshape(group_count, steps.count)


def quantiles(
    record: "RunRecord",
    table: str,
    steps: Grid,
    q: Sequence[float],
    *,
    rows: Sequence[int] | None = None,
) -> Floats:
    """Latency quantiles in milliseconds per (quantile, step); NaN where nothing ended.

    Inside its histogram bin (at most 10 % wide) a quantile is interpolated.
    """
    column = record.column
    bucket, bins = column(f"{table}.bucket"), column(f"{table}.bin")
    keep = rows_where(column(f"{table}.row"), rows)
    step = bucket.astype(np.int64) // steps.merge
    keep &= step < steps.count
    if not keep.any():
        return np.full((len(q), steps.count), np.nan)
    used, place = np.unique(bins[keep], return_inverse=True)
    cells = step[keep] * len(used) + place
    weight = column(f"{table}.count")[keep]
    table_of = np.bincount(cells, weights=weight, minlength=steps.count * len(used))
    dense = table_of.astype(np.float64).reshape(steps.count, len(used))
    return _interpolated(dense, used, np.asarray(q))


def _interpolated(table: Floats, bins: NDArray[np.uint32], q: Floats) -> Floats:
    """Quantiles of each row of (steps, bins) counts, milliseconds."""
    lower, upper = (bound[bins] * 1e-6 for bound in core.bin_bounds(int(bins.max()) + 1))
    running = table.cumsum(axis=1)
    total = running[:, -1]
    out = np.full((len(q), len(table)), np.nan)
    filled = np.flatnonzero(total > 0)
    for i, share in enumerate(q):
        rank = share * total[filled]
        at = np.minimum((running[filled] < rank[:, None]).sum(axis=1), len(bins) - 1)
        inside = table[filled, at]
        before = running[filled, at] - inside
        fraction = np.clip((rank - before) / np.maximum(inside, 1e-300), 0.0, 1.0)
        out[i, filled] = lower[at] + fraction * (upper[at] - lower[at])
    return out


def levels(record: "RunRecord", workload: int, column: str) -> tuple[Floats, Floats]:
    """(seconds, values) of a workload's "in_flight", "queued", "busy" or "replicas" samples.

    Of merged replications the values are means.
    """
    mine = record.column("samples.workload") == workload
    at = record.column("samples.at_ns")[mine]
    values = record.column(f"samples.{column}")[mine].astype(np.float64)
    when, place = np.unique(at, return_inverse=True)
    sums = np.bincount(place, weights=values, minlength=len(when))
    samples = np.bincount(place, minlength=len(when))
    return when / 1e9, sums / np.maximum(samples, 1)


@dataclasses.dataclass(frozen=True)
class Span:
    """Something that lasted: a fault, or one proxy's ejection of a host."""

    from_s: float
    to_s: float
    label: str


def fault_spans(record: "RunRecord") -> list[Span]:
    """The faults, cut to the run's length; one that hits several workloads is one."""
    end = record.info.ended_s
    spans = (
        Span(start / 1e9, min(stop / 1e9, end), record.names.faults[fault])
        for start, stop, fault in record.info.fault_spans
        if start / 1e9 < end
    )
    return list(dict.fromkeys(spans))


def config_changes(record: "RunRecord") -> list[Span]:
    """Configuration changes and scalings as spans without length, once per instant."""
    kinds = {core.event_names.index("config change"), core.event_names.index("scale")}
    found: dict[tuple[float, str], None] = {}
    for at, what, detail in zip(
        record.column("events.at_ns").tolist(),
        record.column("events.what").tolist(),
        record.column("events.detail").tolist(),
        strict=True,
    ):
        if what in kinds:
            known = detail < len(record.names.changes)
            label = record.names.changes[detail] if known else core.event_names[what]
            found[(at / 1e9, label)] = None
    return [Span(at, at, label) for at, label in found]


@dataclasses.dataclass(frozen=True)
class Ejection:
    """One stay of a host outside: as one proxy saw it."""

    host: int
    proxy: int
    cluster: int
    detector: int  # index of core.detector_names
    from_s: float
    to_s: float  # the end of the run when it had not returned


def every_ejection(record: "RunRecord") -> list[Ejection]:
    """All ejections that were enforced, in order of time."""
    begin, end = core.event_names.index("eject"), core.event_names.index("uneject")
    column = record.column
    out: dict[tuple[int, int, int, int], Ejection] = {}
    inside: dict[tuple[int, int, int], tuple[int, int, int, int]] = {}
    for at, what, proxy, cluster, host, detail in zip(
        column("events.at_ns").tolist(), column("events.what").tolist(),
        column("events.proxy").tolist(), column("events.cluster").tolist(),
        column("events.endpoint").tolist(), column("events.detail").tolist(),
        strict=True,
    ):  # fmt: skip
        view = (proxy, cluster, host)
        if what == begin and view not in inside:
            inside[view] = (*view, at)
            out[inside[view]] = Ejection(
                host, proxy, cluster, detail, at / 1e9, record.info.ended_s
            )
        elif what == end and view in inside:
            key = inside.pop(view)
            out[key] = dataclasses.replace(out[key], to_s=at / 1e9)
    return list(out.values())


def ejections(record: "RunRecord", endpoint: int) -> list[tuple[float, float]]:
    """Spans, in seconds, in which at least one proxy had ejected the endpoint."""
    spans: list[tuple[float, float]] = []
    for stay in every_ejection(record):  # in order of their begin
        if stay.host != endpoint:
            continue
        if spans and stay.from_s <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], stay.to_s))
        else:
            spans.append((stay.from_s, stay.to_s))
    return spans


def outcome_groups(record: "RunRecord", group_of: Callable[[int, str], int]) -> NDArray[np.int64]:
    """`group_of(code, flags)` for every outcome of the record."""
    codes = record.column("outcomes.code").tolist()
    flags = record.outcome_flags
    return np.array([group_of(c, f) for c, f in zip(codes, flags, strict=True)], dtype=np.int64)


__all__ = [
    "Floats",
    "Grid",
    "Span",
    "config_changes",
    "counts",
    "ejections",
    "fault_spans",
    "grid",
    "levels",
    "outcome_groups",
    "quantiles",
    "rows_where",
]
