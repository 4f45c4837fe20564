"""Which service, version or host a picture shows when nobody says."""

from collections.abc import Sequence

import numpy as np

from meshsim import series
from meshsim._native import core
from meshsim.plot import style
from meshsim.record import RunRecord
from meshsim.tables import MISSING


def service_id(record: RunRecord, service: str) -> int:
    """The id of a service by full or short name."""
    for i, host in enumerate(record.names.services):
        if service in (host, host.split(".")[0], style.service_short(host)):
            return i
    known = ", ".join(style.service_short(host) for host in record.names.services)
    raise KeyError(f"no service {service!r}; the run has {known}")


def load_id(record: RunRecord, load: str) -> int:
    """The id of a load by name."""
    if load not in record.names.loads:
        raise KeyError(f"no load {load!r}; the run has {', '.join(record.names.loads)}")
    return record.names.loads.index(load)


def edge_rows(record: RunRecord, service: str) -> list[int]:
    """Rows of the edges that lead to a service."""
    wanted = service_id(record, service)
    return np.flatnonzero(record.column("edges.service") == wanted).tolist()


def versions_of(record: RunRecord, service: int) -> dict[int, list[int]]:
    """Destination workload -> edge rows, for the workloads behind a service."""
    out: dict[int, list[int]] = {}
    services = record.column("edges.service").tolist()
    destinations = record.column("edges.destination").tolist()
    for row, (to, destination) in enumerate(zip(services, destinations, strict=True)):
        if to == service and destination != MISSING:
            out.setdefault(destination, []).append(row)
    return dict(sorted(out.items()))


def version_label(record: RunRecord, workloads: Sequence[int], workload: int) -> str:
    """The version if that tells the workloads apart, else the workload's name."""
    versions = [record.names.versions[w] for w in workloads]
    if all(versions) and len(set(versions)) == len(versions):
        return record.names.versions[workload]
    return record.names.workloads[workload]


def split_service(record: RunRecord) -> int | None:
    """The busiest service with several destination workloads."""
    best, most = None, 0.0
    totals = requests_by_edge(record)
    for service in range(len(record.names.services)):
        versions = versions_of(record, service)
        busy = [w for w, rows in versions.items() if totals[rows].sum() > 0]
        count = float(sum(totals[rows].sum() for rows in versions.values()))
        if len(busy) > 1 and count > most:
            best, most = service, count
    return best


def requests_by_edge(record: RunRecord) -> series.Floats:
    """Requests per edge row over the whole run."""
    weights = record.column("series_by_edge.count")
    edges = len(record.column("edges.source"))
    rows = record.column("series_by_edge.row")
    return np.bincount(rows, weights=weights, minlength=edges).astype(np.float64)


def visits_by_endpoint(record: RunRecord) -> series.Floats:
    """Requests that reached each endpoint over the whole run."""
    weights = record.column("visits_by_endpoint.count")
    rows, weights = (
        record.column("visits_by_endpoint.row"),
        record.column("visits_by_endpoint.count"),
    )
    hosts = len(record.names.endpoints)
    return np.bincount(rows, weights=weights, minlength=hosts).astype(np.float64)


def failures_by_service(record: RunRecord) -> series.Floats:
    """Requests to each service that got 5xx or no answer over the whole run."""
    failed = series.outcome_groups(record, lambda code, _: int(code == 0 or code >= 500))
    weights = record.column("series_by_edge.count") * (
        failed[record.column("series_by_edge.outcome")] == 1
    )
    service = record.column("edges.service")[record.column("series_by_edge.row")]
    known = service != MISSING
    counted = np.bincount(
        service[known], weights=weights[known], minlength=len(record.names.services)
    )
    return counted.astype(np.float64)


def ejecting_service(record: RunRecord) -> int | None:
    """The service whose hosts were ejected most often, refusals included."""
    kinds = [i for i, name in enumerate(core.event_names) if name.startswith("eject")]
    ejected = record.column("events.endpoint")[np.isin(record.column("events.what"), kinds)]
    owner = record.column("endpoints.workload")
    best, most = None, 0
    for service in range(len(record.names.services)):
        mine = np.flatnonzero(np.isin(owner, list(versions_of(record, service))))
        count = int(np.isin(ejected, mine).sum())
        if count > most:
            best, most = service, count
    return best


def hosts_service(record: RunRecord) -> int | None:
    """The service with ejections, else with several versions, else with failures, else busiest."""
    visits = visits_by_endpoint(record)
    owner = record.column("endpoints.workload")
    ejected = record.column("events.endpoint")[
        np.isin(record.column("events.what"), [0])  # eject
    ]
    several = split_service(record)
    failures = failures_by_service(record)
    best, most = None, (0, False, 0.0, 0.0)
    for service in range(len(record.names.services)):
        workloads = list(versions_of(record, service))
        hosts = np.flatnonzero(np.isin(owner, workloads) & (visits > 0))
        mine = int(np.isin(ejected, np.flatnonzero(np.isin(owner, workloads))).sum())
        score = (mine, service == several, failures[service], float(visits[hosts].sum()))
        if (len(hosts) > 1 or mine) and score > most:
            best, most = service, score
    return best


def highest_workloads(record: RunRecord, column: str, at_most: int | None = 6) -> list[int]:
    """Workloads by the peak of a sampled column, the highest first; those at 0 are left out."""
    peak = np.zeros(len(record.names.workloads))
    owners = record.column("samples.workload")
    np.maximum.at(peak, owners, record.column(f"samples.{column}").astype(np.float64))
    ranked = sorted(np.flatnonzero(peak > 0).tolist(), key=lambda w: (-peak[w], w))
    return ranked[:at_most]
