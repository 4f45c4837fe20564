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
SERVICES = [f"{s}.default.svc.cluster.local" for s in ("ingress", "productpage", "details")]
SERVICES += ["reviews.default.svc.cluster.local"]
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
# (source, service, destination)
EDGES = [(0, 0, 1), (1, 1, 2), (2, 2, 3), (2, 3, 4), (2, 3, 5), (2, 3, NONE)]
# (code, packed flags): 200, 500, 503 UO, 504 UT, 404 NR, 0 DC
FLAG = {"-": 0, "UO": 8, "UT": 3, "NR": 9, "DC": 15}
OUTCOMES = [(200, "-"), (500, "-"), (503, "UO"), (504, "UT"), (404, "NR"), (0, "DC")]


class FakeCore:
    """What RunRecord asks of a compiled record."""

    def __init__(
        self, info: dict[str, Any], names: dict[str, list[str]], columns: dict[str, NDArray[Any]]
    ) -> None:
        self.info = info
        self.names = names
        self._columns = columns

    def columns(self) -> dict[str, NDArray[Any]]:
        """Every column."""
        return self._columns

    def hash(self) -> str:
        """Some digest."""
        return "0123456789abcdef"


def bin_of(ms: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Histogram bins of latencies."""
    lower = core.bin_bounds(1700)[0]
    return (np.searchsorted(lower, ms * 1e6, side="right") - 1).astype(np.uint32)


def packed_flags(name: str) -> int:
    """The packed number of one flag."""
    return next(p for p in range(64) if core.flag_names(np.array([p], np.uint32))[0] == name)


def info(seconds: int, **changes: Any) -> dict[str, Any]:
    """Facts of the run."""
    facts: dict[str, Any] = {
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
        "fault_spans": [(seconds * SECOND // 3, seconds * SECOND // 2, 0)],
        "bucket_ns": SECOND,
    }
    return facts | changes


def names(workloads: list[str] | None = None) -> dict[str, list[str]]:
    """Names behind the ids."""
    return {
        "workloads": workloads or WORKLOADS,
        "workload_namespaces": ["default"] * len(WORKLOADS),
        "versions": VERSIONS,
        "services": SERVICES,
        "endpoints": [name for name, _ in ENDPOINTS],
        "clusters": [f"outbound|9080||{s}" for s in SERVICES],
        "routes": ["default"],
        "route_places": ["reviews.yaml:9"],
        "requests": ["GET productpage:9080/productpage"],
        "loads": ["shoppers"],
        "faults": ["slow reviews-v3 x4"],
        "changes": ["apply reviews-50-50.yaml", "scale reviews-v3 to 2"],
    }


def fake_record(
    seconds: int = 60, rps: int = 200, *, workloads: list[str] | None = None, seed: int = 1
) -> RunRecord:
    """The made-up run."""
    random = np.random.default_rng(seed)
    out: dict[str, list[list[float]]] = {}

    def put(table: str, *row: float) -> None:
        out.setdefault(table, []).append(list(row))

    for t in range(seconds):
        share = min(1.0, t / (0.8 * seconds))
        slow = seconds // 3 <= t < seconds // 2
        for edge in range(len(EDGES)):
            part = (1 - share) if edge == 3 else share if edge == 4 else 1.0
            count = random.poisson(rps * part) if edge < 5 else (random.poisson(4) if slow else 0)
            failing = 0.03 * share + (0.15 if slow else 0.0) if edge in (0, 1, 4) else 0.0
            bad = random.binomial(count, failing)
            late = bad // 3 if slow else 0
            rows = [(0, count - bad), (1, bad - late), (3, late)]
            if edge == 5:
                rows = [(2, count)]
            for outcome, n in rows:
                if n:
                    put("series_by_edge", t, edge, outcome, n)
                    if edge == 0:
                        put("series_by_load", t, 0, outcome, n)
            mean = {4: 14.0, 0: 22 + 6 * share, 1: 21 + 6 * share}.get(edge, 8.0)
            factor = 4.0 if slow and edge in (0, 1, 4) else 1.0
            bins, n = np.unique(
                bin_of(random.lognormal(np.log(mean * factor), 0.5, count)), return_counts=True
            )
            for b, c in zip(bins, n, strict=True):
                put("latency_series_by_edge", t, edge, b, c)
                if edge == 0:
                    put("latency_series_by_load", t, 0, b, c)
        for pod, (_, workload) in enumerate(ENDPOINTS):
            mine = {4: 1 - share, 5: share}.get(workload, 1.0)
            count = random.poisson(rps * mine / (2 if workload >= 4 else 1))
            if pod == 6 and slow:
                count = 0
            if workload and count:
                put("visits_by_endpoint", t, pod, 0, count)
        for workload in range(2, len(WORKLOADS)):
            busy = 6 + random.integers(0, 4) + (20 if slow and workload in (2, 5) else 0)
            queued = random.integers(15, 25) if slow and workload == 5 else 0
            put("samples", t * SECOND, workload, busy + queued, queued, busy, 2)

    columns = columns_of(out)
    columns |= events(seconds)
    columns["edges.source"], columns["edges.service"], columns["edges.destination"] = (
        np.array(column, np.uint32) for column in zip(*EDGES, strict=True)
    )
    columns["outcomes.code"] = np.array([code for code, _ in OUTCOMES], np.uint16)
    columns["outcomes.flags"] = np.array([packed_flags(flag) for _, flag in OUTCOMES], np.uint32)
    columns["endpoints.workload"] = np.array([w for _, w in ENDPOINTS], np.uint32)
    context = RunContext(effective_yaml="kind: Scenario\n", resources_yaml="kind: Service\n")
    return RunRecord(FakeCore(info(seconds), names(workloads), columns), context)


def columns_of(rows: dict[str, list[list[float]]]) -> dict[str, NDArray[Any]]:
    """Lists of rows as typed columns."""
    fields = {
        "series_by_edge": ("bucket", "row", "outcome", "count"),
        "series_by_load": ("bucket", "row", "outcome", "count"),
        "visits_by_endpoint": ("bucket", "row", "outcome", "count"),
        "latency_series_by_edge": ("bucket", "row", "bin", "count"),
        "latency_series_by_load": ("bucket", "row", "bin", "count"),
        "samples": ("at_ns", "workload", "in_flight", "queued", "busy", "replicas"),
    }
    out: dict[str, NDArray[Any]] = {}
    for table, columns in fields.items():
        data = np.array(rows.get(table, np.zeros((0, len(columns)))), dtype=np.int64)
        for i, column in enumerate(columns):
            kind = {"count": np.uint64, "at_ns": np.int64}.get(column, np.uint32)
            out[f"{table}.{column}"] = data[:, i].astype(kind)
    return out


def events(seconds: int) -> dict[str, NDArray[Any]]:
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
    }
