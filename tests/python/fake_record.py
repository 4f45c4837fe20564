"""A made-up run as arrays: a canary that shifts reviews from v1 to a slower v3, one slow fault."""

from typing import Any

import numpy as np
from meshsim._native import core
from meshsim.record import RunContext, RunRecord
from numpy.typing import NDArray

SECOND = 10**9
NONE = 0xFFFFFFFF

WORKLOADS = ["shoppers", "ingress", "productpage-v1", "details-v1", "reviews-v1", "reviews-v3"]
VERSIONS = ["", "", "v1", "v1", "v1", "v3"]
LOCALITIES = ["", "", "east/a", "east/a", "east/a", "east/b"]
SERVICES = [
    f"{name}.default.svc.cluster.local" for name in ("ingress", "productpage", "details", "reviews")
]
ENDPOINTS = [
    ("shoppers-0", 0),
    ("ingress-0", 1),
    ("productpage-v1-0", 2),
    ("details-v1-0", 3),
    ("reviews-v1-0", 4),
    ("reviews-v1-1", 4),
    ("reviews-v3-0", 5),
    ("reviews-v3-1", 5),
]
# (source workload, service, destination workload)
EDGES = [(0, 0, 1), (1, 1, 2), (2, 2, 3), (2, 3, 4), (2, 3, 5), (2, 3, NONE)]
OUTCOMES = [(200, "-"), (500, "-"), (503, "UO"), (504, "UT"), (404, "NR"), (0, "DC")]
OK, BROKEN, OVERFLOW, TIMEOUT = 0, 1, 2, 3

Columns = dict[str, NDArray[Any]]


def fake_record(
    seconds: int = 60, rps: int = 200, *, workloads: list[str] | None = None, seed: int = 1
) -> RunRecord:
    """The made-up run as a record."""
    made = Maker(seconds, rps, np.random.default_rng(seed))
    for second in range(seconds):
        made.second(second)
    columns = empty_columns() | made.columns() | named_columns() | events(seconds)
    record = core.record_from(info(seconds), names(workloads), columns)
    context = RunContext(
        effective_yaml="kind: Scenario\n",
        resources_yaml="kind: Service\n",
        workers=(0, 0, 16, 16, 16, 16),
    )
    return RunRecord(record, context)


def empty_record(**changes: Any) -> RunRecord:
    """A run in which nothing happened."""
    facts = info(10) | {"fault_spans": []} | changes
    nobody: dict[str, list[str]] = {name: [] for name in names()}
    return RunRecord(core.record_from(facts, nobody, empty_columns()))


def empty_columns() -> Columns:
    """Every column a record has, without rows."""
    return dict(core.RunRecord().columns())


def info(seconds: int) -> dict[str, Any]:
    """Facts of the run."""
    return {
        "scenario": "fake-canary",
        "version": "0.1.0",
        "config_digest": "00000000000000aa",
        "seed": 7,
        "until_ns": seconds * SECOND,
        "warmup_ns": 0,
        "ended_ns": seconds * SECOND,
        "ended_by": "horizon",
        "limit": "",
        "events": 123456,
        "fingerprint": "5f0c91ab77e2d410",
        "requests_created": 60212,
        "requests_in_flight": 0,
        "runs": 1,
        "updates_via_merge": 0,
        "fault_spans": [(seconds * SECOND // 3, seconds * SECOND // 2, 0)],
        "bucket_ns": SECOND,
    }


def names(workloads: list[str] | None = None) -> dict[str, list[str]]:
    """Names behind the ids."""
    return {
        "workloads": workloads or WORKLOADS,
        "workload_namespaces": ["default"] * len(WORKLOADS),
        "versions": VERSIONS,
        "localities": LOCALITIES,
        "services": SERVICES,
        "endpoints": [name for name, _ in ENDPOINTS],
        "clusters": [f"outbound|9080||{s}" for s in SERVICES],
        "routes": ["default"],
        "route_places": ["reviews.yaml:9"],
        "requests": ["GET productpage:9080/productpage"],
        "loads": ["shoppers"],
        "faults": ["slow reviews-v3 x4"],
        "changes": ["apply reviews-50-50.yaml", "scale reviews-v3 to 2"],
        "stores": [],
    }


class Maker:
    """Rows of the time series, second by second; totals are their sums."""

    def __init__(self, seconds: int, rps: int, random: np.random.Generator) -> None:
        self.seconds, self.rps, self.random = seconds, rps, random
        self.rows: dict[str, list[tuple[int, ...]]] = {}

    def second(self, t: int) -> None:
        """One second of traffic."""
        share = min(1.0, t / (0.8 * self.seconds))
        slow = self.seconds // 3 <= t < self.seconds // 2
        for edge in range(len(EDGES)):
            self.edge(t, edge, share, slow)
        for pod, (_, workload) in enumerate(ENDPOINTS):
            part = {4: 1 - share, 5: share}.get(workload, 1.0) / (2 if workload >= 4 else 1)
            count = 0 if pod == 6 and slow else int(self.random.poisson(self.rps * part))
            if workload and count:
                self.put("visits_by_endpoint", t, pod, OK, count)
        for workload in range(2, len(WORKLOADS)):
            busy = 6 + int(self.random.integers(0, 4)) + (20 if slow and workload in (2, 5) else 0)
            queued = int(self.random.integers(15, 25)) if slow and workload == 5 else 0
            self.put("samples", t * SECOND, workload, busy + queued, queued, busy, 2)

    def edge(self, t: int, edge: int, share: float, slow: bool) -> None:
        """One second of one edge."""
        part = {3: 1 - share, 4: share, 5: 0.02 if slow else 0.0}.get(edge, 1.0)
        count = int(self.random.poisson(self.rps * part))
        failing = 0.03 * share + (0.15 if slow else 0.0) if edge in (0, 1, 4) else 0.0
        bad = int(self.random.binomial(count, failing))
        late = bad // 3 if slow else 0
        ended = [(OK, count - bad), (BROKEN, bad - late), (TIMEOUT, late)]
        for outcome, n in [(OVERFLOW, count)] if edge == 5 else ended:
            if n:
                self.both(edge, "series", t, outcome, n)
        mean = {4: 14.0, 0: 22 + 6 * share, 1: 21 + 6 * share}.get(edge, 8.0)
        factor = 4.0 if slow and edge in (0, 1, 4) else 1.0
        latency = self.random.lognormal(np.log(mean * factor), 0.5, count)
        for bin_, n in zip(*np.unique(bin_of(latency), return_counts=True), strict=True):
            self.both(edge, "latency_series", t, int(bin_), int(n))

    def both(self, edge: int, table: str, t: int, key: int, count: int) -> None:
        """A row by edge and, of the first edge, by load."""
        self.put(f"{table}_by_edge", t, edge, key, count)
        if edge == 0:
            self.put(f"{table}_by_load", t, 0, key, count)

    def put(self, table: str, *row: int) -> None:
        """A row."""
        self.rows.setdefault(table, []).append(row)

    def columns(self) -> Columns:
        """The series and the totals that belong to them."""
        out: Columns = {}
        for table, fields in FIELDS.items():
            data = np.array(self.rows[table], dtype=np.int64)
            for i, field in enumerate(fields):
                out[f"{table}.{field}"] = data[:, i].astype(KINDS.get(field, np.uint32))
        for by in ("edge", "load"):
            out |= totals(by, out)
            out |= histograms(by, out)
        for column in ("row", "outcome", "count", "latency_sum_ns"):
            out[f"attempts_by_edge.{column}"] = out[f"requests_by_edge.{column}"]
        return out


FIELDS = {
    "series_by_edge": ("bucket", "row", "outcome", "count"),
    "series_by_load": ("bucket", "row", "outcome", "count"),
    "visits_by_endpoint": ("bucket", "row", "outcome", "count"),
    "latency_series_by_edge": ("bucket", "row", "bin", "count"),
    "latency_series_by_load": ("bucket", "row", "bin", "count"),
    "samples": ("at_ns", "workload", "in_flight", "queued", "busy", "replicas"),
}
KINDS: dict[str, Any] = {"count": np.uint64, "at_ns": np.int64}


def totals(by: str, series: Columns) -> Columns:
    """`requests_by_…` of a series."""
    keys = np.stack([series[f"series_by_{by}.row"], series[f"series_by_{by}.outcome"]])
    cells, place = np.unique(keys, axis=1, return_inverse=True)
    count = np.bincount(place.ravel(), weights=series[f"series_by_{by}.count"])
    return {
        f"requests_by_{by}.row": cells[0].astype(np.uint32),
        f"requests_by_{by}.outcome": cells[1].astype(np.uint32),
        f"requests_by_{by}.count": count.astype(np.uint64),
        f"requests_by_{by}.latency_sum_ns": (count * 1e7).astype(np.uint64),
    }


def histograms(by: str, series: Columns) -> Columns:
    """`latency_by_…` of a latency series."""
    table = f"latency_series_by_{by}"
    keys = np.stack([series[f"{table}.row"], series[f"{table}.bin"]])
    cells, place = np.unique(keys, axis=1, return_inverse=True)
    count = np.bincount(place.ravel(), weights=series[f"{table}.count"])
    lower, upper = core.bin_bounds(1700)
    rows = len(EDGES) if by == "edge" else 1
    ends = [cells[1][cells[0] == row] for row in range(rows)]
    total = np.bincount(cells[0], weights=count, minlength=rows)
    middle = (lower[cells[1]] + upper[cells[1]]) // 2
    out = {
        "row": cells[0].astype(np.uint32),
        "bin": cells[1].astype(np.uint32),
        "count": count.astype(np.uint64),
        "total": total.astype(np.int64),
        "sum_ns": np.bincount(cells[0], weights=count * middle, minlength=rows).astype(np.int64),
        "min_ns": np.array([lower[b.min()] if b.size else 0 for b in ends], np.int64),
        "max_ns": np.array([upper[b.max()] - 1 if b.size else 0 for b in ends], np.int64),
    }
    return {f"latency_by_{by}.{name}": column for name, column in out.items()}


def bin_of(ms: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Histogram bins of latencies."""
    lower = core.bin_bounds(1700)[0]
    return (np.searchsorted(lower, ms * 1e6, side="right") - 1).astype(np.uint32)


def packed_flags(name: str) -> int:
    """The packed number of one flag."""
    return next(p for p in range(64) if core.flag_names(np.array([p], np.uint32))[0] == name)


def named_columns() -> Columns:
    """Edges, outcomes, endpoints."""
    out: Columns = {
        f"edges.{name}": np.array(column, np.uint32)
        for name, column in zip(
            ("source", "service", "destination"), zip(*EDGES, strict=True), strict=True
        )
    }
    out["outcomes.code"] = np.array([code for code, _ in OUTCOMES], np.uint16)
    out["outcomes.flags"] = np.array([packed_flags(flag) for _, flag in OUTCOMES], np.uint32)
    out["endpoints.workload"] = np.array([w for _, w in ENDPOINTS], np.uint32)
    for column in ("overflowed", "abandoned"):
        out[f"workloads.{column}"] = np.zeros(len(WORKLOADS), np.uint64)
    for column in ("total", "sum_ns", "min_ns", "max_ns"):
        for table in ("queue_time_by_workload", "service_time_by_workload"):
            out[f"{table}.{column}"] = np.zeros(len(WORKLOADS), np.int64)
    return out


def events(seconds: int) -> Columns:
    """One canary step, one scaling, one ejected pod, one fault."""
    what = core.event_names.index
    third, half = seconds * SECOND // 3, seconds * SECOND // 2
    rows = [
        (seconds * SECOND // 5, what("config change"), NONE, NONE, NONE, NONE, 0),
        (third, what("fault start"), NONE, NONE, NONE, NONE, 0),
        (third + SECOND, what("eject"), 2, 2, 3, 6, 0),
        (half, what("fault end"), NONE, NONE, NONE, NONE, 0),
        (half + 2 * SECOND, what("uneject"), 2, 2, 3, 6, 0),
        (seconds * SECOND * 4 // 5, what("scale"), NONE, NONE, NONE, NONE, 1),
    ]
    fields = ("at_ns", "what", "proxy_workload", "proxy", "cluster", "endpoint", "detail")
    kinds = (np.int64, np.uint8, *[np.uint32] * 5)
    return {
        f"events.{field}": np.array([row[i] for row in rows], kind)
        for i, (field, kind) in enumerate(zip(fields, kinds, strict=True))
    } | {
        f"events.{rate}": np.zeros(len(rows), np.uint8)
        for rate in ("host_rate", "mean_rate", "threshold_rate")
    }
