"""The tables of a record, built from its columns on demand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from meshsim import series
from meshsim._native import core
from meshsim.tables import MISSING, Column, Table

if TYPE_CHECKING:
    from meshsim.record import RunRecord


def _named(name: str, codes: NDArray[Any], names: Sequence[str]) -> Column:
    """A column of ids with the names behind them; ids of equal names become one."""
    index: dict[str, int] = {}
    first = np.array([index.setdefault(n, len(index)) for n in names], dtype=np.uint32)
    if len(index) < len(names):
        codes = _looked_up(codes, first)
    return Column(name, codes, tuple(index))


def _flags(name: str, packed: NDArray[np.uint32]) -> Column:
    """Packed response flags as names."""
    used, codes = np.unique(packed, return_inverse=True)
    return Column(name, codes.astype(np.uint32), tuple(core.flag_names(used).tolist()))


def _milliseconds(begin_ns: NDArray[np.int64], end_ns: NDArray[np.int64]) -> series.Floats:
    return np.asarray((end_ns - begin_ns) * 1e-6, np.float64)


def _looked_up(codes: NDArray[Any], table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """`table[code]`, or MISSING where the code is none."""
    out = np.full(len(codes), MISSING, dtype=np.uint32)
    known = codes < len(table)
    out[known] = table[codes[known]]
    return out


FIGURES = (
    "requests", "failures", "rps", "goodput_rps", "success_rate", "error_rate", "mean_ms",
    "p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms",
)  # fmt: skip


def summary_table(record: "RunRecord") -> Table:
    """What the users of each load saw after the warm-up."""
    figures = _with_success(record.figures["loads"])
    numbers = [Column(name, figures[name]) for name in FIGURES]
    return Table("summary", [_named("load", figures["load"], record.names.loads), *numbers])


def edges_table(record: "RunRecord") -> Table:
    """Each hop that carried requests after the warm-up, callers before the ones they call."""
    names = record.names
    figures = _with_success(record.figures["edges"])
    used = np.flatnonzero((figures["requests"] > 0) | (figures["attempts"] > 0))
    used = used[_callers_first(figures["source"][used], figures["destination"][used])]
    figures = {name: values[used] for name, values in figures.items()}
    destination = figures["destination"]
    return Table(
        "edges",
        [
            _named("source", figures["source"], names.workloads),
            _named("service", figures["service"], names.services),
            _named("destination", destination, names.workloads),
            _named("version", _versions(destination, names.versions), names.versions),
            *(Column(name, figures[name]) for name in FIGURES),
            *(Column(name, figures[name]) for name in ("attempts", "retries", "ejections")),
        ],
    )


def _with_success(figures: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return figures | {"success_rate": 1.0 - figures["error_rate"]}


def _callers_first(source: NDArray[np.uint32], destination: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Order of edges by the number of hops from a workload that nobody calls."""
    edges = list(zip(source.tolist(), destination.tolist(), strict=True))
    called = {to for start, to in edges if to != start}
    depth = {start: 0 for start, _ in edges if start not in called}
    for _ in edges:  # a path has at most as many hops as there are edges
        known = len(depth)
        for start, to in edges:
            if start in depth and to != MISSING:
                depth.setdefault(to, depth[start] + 1)
        if len(depth) == known:
            break
    hops = np.array([depth.get(start, len(edges)) for start in source.tolist()], dtype=np.int64)
    return np.lexsort((destination, source, hops))


def _versions(workloads: NDArray[np.uint32], versions: Sequence[str]) -> NDArray[np.uint32]:
    """The version's index is its workload's; none where the workload has no version."""
    labelled = np.array([bool(v) for v in versions] + [False])
    known = labelled[np.minimum(workloads, len(versions))]
    return np.where(known, workloads, np.uint32(MISSING)).astype(np.uint32)


def stores_table(record: "RunRecord") -> Table:
    """Hits, misses, waits, refusals ... of each store in each bucket; `limit` is a gauge."""
    column = record.column
    return Table(
        "stores",
        [
            Column("at_s", column("stores.bucket") * (record.info.bucket_ns * 1e-9)),
            _named("store", column("stores.store"), record.names.stores),
            _named("event", column("stores.event").astype(np.uint32), core.store_event_names),
            Column("count", column("stores.count")),
        ],
    )


def requests_table(record: "RunRecord") -> Table:
    """Kept requests, in order of ending."""
    column, names = record.column, record.names

    def plain(name: str) -> Column:
        return Column(name, column(f"requests.{name}"))

    edge = column("requests.edge")
    host = column("requests.host")
    return Table(
        "requests",
        [
            plain("id"),
            plain("parent"),
            plain("root"),
            plain("started_ns"),
            plain("ended_ns"),
            Column(
                "latency_ms",
                _milliseconds(column("requests.started_ns"), column("requests.ended_ns")),
            ),
            _named("load", column("requests.load"), names.loads),
            _named("request", column("requests.request"), names.requests),
            _named("source", column("requests.source"), names.workloads),
            _named("proxy", column("requests.proxy"), names.endpoints),
            _named("service", _looked_up(edge, column("edges.service")), names.services),
            _named("destination", _looked_up(edge, column("edges.destination")), names.workloads),
            _named("host", host, names.endpoints),
            _named("cluster", column("requests.cluster"), names.clusters),
            _named("route", column("requests.route"), names.routes),
            _named("rule", column("requests.route"), names.route_places),
            plain("code"),
            _flags("flags", column("requests.flags")),
            _named("details", column("requests.details").astype(np.uint32), core.detail_names),
            plain("attempts"),
            plain("mirror"),
            plain("inbound"),
        ],
    )


def attempts_table(record: "RunRecord") -> Table:
    """Upstream attempts of the kept requests."""
    column, names = record.column, record.names

    def plain(name: str) -> Column:
        return Column(name, column(f"attempts.{name}"))

    return Table(
        "attempts",
        [
            plain("request"),
            plain("number"),
            plain("started_ns"),
            plain("connected_ns"),
            plain("ended_ns"),
            Column(
                "latency_ms",
                _milliseconds(column("attempts.started_ns"), column("attempts.ended_ns")),
            ),
            _named("cluster", column("attempts.cluster"), names.clusters),
            _named("host", column("attempts.host"), names.endpoints),
            plain("code"),
            _named("details", column("attempts.details").astype(np.uint32), core.detail_names),
            plain("new_connection"),
            plain("reached"),
        ],
    )


def events_table(record: "RunRecord") -> Table:
    """Ejections, faults, configuration changes and breakers."""
    column, names = record.column, record.names
    about = _abouts(record)
    return Table(
        "events",
        [
            Column("at_ns", column("events.at_ns")),
            Column("at_s", column("events.at_ns") / 1e9),
            _named("event", column("events.what").astype(np.uint32), core.event_names),
            _named("proxy", column("events.proxy"), names.endpoints),
            _named("cluster", column("events.cluster"), names.clusters),
            _named("host", column("events.endpoint"), names.endpoints),
            about,
        ],
    )


def _abouts(record: "RunRecord") -> Column:
    """What a fault or change is about, by its number; why a host was ejected."""
    texts = (*record.names.faults, *record.names.changes, *core.detector_names)
    detectors = len(record.names.faults) + len(record.names.changes)
    what, detail = record.column("events.what"), record.column("events.detail")
    kinds = [core.event_names[w] for w in what.tolist()]
    out = np.full(len(kinds), MISSING, dtype=np.uint32)
    for i, (kind, number) in enumerate(zip(kinds, detail.tolist(), strict=True)):
        if kind.startswith("fault") and number < len(record.names.faults):
            out[i] = number
        elif kind in ("config change", "scale") and number < len(record.names.changes):
            out[i] = len(record.names.faults) + number
        elif kind.startswith("eject") and number < len(core.detector_names):
            out[i] = detectors + number
    return Column("about", out, texts)


def timeseries_table(record: "RunRecord", step_ns: int, by: str) -> Table:
    """One row per step and load, or per step and edge."""
    if by not in ("load", "edge"):
        raise ValueError(f'by: "load" or "edge", not {by!r}')
    steps = series.grid(record, step_ns)
    failed = series.outcome_groups(record, lambda code, _: int(code == 0 or code >= 500))
    rows = len(record.names.loads) if by == "load" else len(record.column("edges.source"))
    latency = f"latency_series_by_{by}"
    parts: dict[str, list[series.Floats]] = {}
    for row in range(rows):
        ended = series.counts(
            record, f"series_by_{by}", steps, rows=[row], groups=failed, group_count=2
        )
        p50, p90, p99 = series.quantiles(record, latency, steps, (0.5, 0.9, 0.99), rows=[row])
        total = ended.sum(axis=0)
        share = np.full(steps.count, np.nan)
        np.divide(ended[1], total, out=share, where=total > 0)
        values = {
            "at_s": steps.starts_s,
            "requests": total,
            "rps": total / steps.widths_s / record.info.runs,
            "error_rate": share,
            "p50_ms": p50,
            "p90_ms": p90,
            "p99_ms": p99,
        }
        for name, value in values.items():
            parts.setdefault(name, []).append(value)
    numbers = [
        Column(name, _joined(values).astype(np.uint64 if name == "requests" else np.float64))
        for name, values in parts.items()
    ]
    return Table("timeseries", [*_series_keys(record, by, rows, steps.count), *numbers])


def _joined(values: list[series.Floats]) -> series.Floats:
    return np.concatenate(values) if values else np.zeros(0)


def _series_keys(record: "RunRecord", by: str, rows: int, count: int) -> list[Column]:
    row = np.repeat(np.arange(rows, dtype=np.uint32), count)
    if by == "load":
        return [_named("load", row, record.names.loads)]
    return [
        _named("source", record.column("edges.source")[row], record.names.workloads),
        _named("service", record.column("edges.service")[row], record.names.services),
        _named("destination", record.column("edges.destination")[row], record.names.workloads),
    ]
