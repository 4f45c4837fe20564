"""The names of expected.json: counts, latencies and series of one run."""

import collections
import dataclasses
import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

from meshsim.rig.application import Visit
from meshsim.rig.case import Case
from meshsim.rig.run import Proxy, Run

QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
LEFT_OUT = ("bytes", ".ssl.", ".http1.", ".http2.", ".zone.", ".high.", "external.", "internal.")


@dataclasses.dataclass
class Measured:
    """What one run says."""

    scalars: dict[str, float] = dataclasses.field(default_factory=dict)
    series: dict[str, dict[int, float]] = dataclasses.field(
        default_factory=lambda: collections.defaultdict(lambda: collections.defaultdict(float))
    )
    sequence: list[list[Any]] = dataclasses.field(default_factory=list)
    outlier_events: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    lateness_us: list[int] = dataclasses.field(default_factory=list)

    def add(self, name: str, by: float = 1) -> None:
        """Counts."""
        self.scalars[name] = self.scalars.get(name, 0) + by


class Measuring:
    """Reads one run."""

    def __init__(self, case: Case, run: Run) -> None:
        self.case = case
        self.run = run
        self.out = Measured()
        self._samples: dict[str, list[float]] = collections.defaultdict(list)
        self._names = {f"{i.address}:{i.port}": i.name for i in case.instances}
        self._hop_of = {i.name: i.hop for i in case.instances}
        self._own: dict[int, list[Visit]] = collections.defaultdict(list)
        for visit in run.visits:
            if visit.caller == "" and not visit.mirrored:
                self._own[visit.number].append(visit)

    def measured(self) -> Measured:
        """Everything."""
        self._client()
        self._visits()
        self._sidecars()
        for proxy in [self.run.client, *self.run.sidecars]:
            self._events(proxy)
            self._stats(proxy)
            self._gauges(proxy)
        for name, values in self._samples.items():
            for key, value in spread_of(values).items():
                self.out.scalars[f"{name}.{key}"] = round(value, 3)
        return self.out

    # ---- the client's requests -----------------------------------------------------------------

    def _client(self) -> None:
        by_number = {int(row["id"]): row for row in self.run.client.log if row.get("id")}
        self.out.scalars["requests"] = len(self.run.client.log)
        answered = sum(1 for sent in self.run.sent if sent.number in by_number)
        if answered < len(self.run.sent):
            self.out.scalars["unanswered"] = len(self.run.sent) - answered
        for sent in self.run.sent:
            self.out.lateness_us.append(round((sent.sent - sent.due) * 1e6))
            row = by_number.get(sent.number)
            if row is None:
                continue
            outcome = self._logged("", row)
            self.out.series[outcome][second(sent.due)] += 1
            if len(self.case.requests) > 1:
                self.out.add(f"request.{sent.name}.{outcome}")
            self._sequence_row(sent.number, sent.name, sent.due, row)
            if sent.answered is not None and sent.status:
                took = (sent.answered - sent.sent) * 1e3
                self._samples["overhead_ms.client"].append(took - latency_of(row))
        for visits in self._own.values():
            self._gaps(visits)

    def _logged(self, prefix: str, row: dict[str, Any], *, whole: bool = True) -> str:
        """Counts one line of an access log; `whole`: with what only the client's line has."""
        outcome = outcome_of(row)
        latency = latency_of(row)
        self.out.add(f"{prefix}outcome.{outcome}")
        self.out.add(f"{prefix}details.{row.get('details') or '-'}")
        self.out.add(f"{prefix}attempts.{attempts_of(row)}")
        self.out.add(f"{prefix}host.{self._host(row)}")
        self._samples[f"{prefix}latency_ms.all"].append(latency)
        self._samples[f"{prefix}latency_ms.{outcome}"].append(latency)
        if prefix or not whole:
            return outcome
        self.out.add(f"code.{row['code']}")
        for flag in flags_of(row).split(","):
            self.out.add(f"flag.{flag}")
        if row.get("cluster"):
            self.out.add(f"cluster.{row['cluster']}")
        if row.get("route") and row["route"] != "default":
            self.out.add(f"route.{row['route']}")
        return outcome

    def _host(self, row: dict[str, Any]) -> str:
        return self._names.get(row.get("host") or "", row.get("host") or "-")

    def _sequence_row(self, number: int, name: str, due: float, row: dict[str, Any]) -> None:
        visits = sorted(self._own.get(number, []), key=lambda v: v.arrived)
        instances = ">".join(v.instance for v in visits) or "-"
        self.out.sequence.append([
            round(due * 1e3, 3), name, row["code"], flags_of(row), attempts_of(row), instances,
            round(latency_of(row), 3),
        ])  # fmt: skip
        if len(visits) == 1 and attempts_of(row) == 1 and visits[0].ended is not None:
            work = (visits[0].ended - visits[0].arrived) * 1e3
            self._samples["overhead_ms.proxy"].append(latency_of(row) - work)

    def _gaps(self, visits: Iterable[Visit]) -> None:
        ordered = sorted(visits, key=lambda v: v.arrived)
        for k, (before, after) in enumerate(itertools.pairwise(ordered), start=1):
            if before.ended is not None:
                self._samples[f"gap_ms.{k}"].append((after.arrived - before.ended) * 1e3)

    # ---- instances -----------------------------------------------------------------------------

    def _visits(self) -> None:
        for visit in self.run.visits:
            self.out.add(f"{'mirrored' if visit.mirrored else 'received'}.{visit.instance}")
            if not visit.mirrored:
                self.out.series[f"received.{visit.instance}"][second(visit.arrived)] += 1
            if visit.answered:
                self.out.add(f"answered.{visit.instance}.{visit.answered}")
            if visit.caller:
                for hop in self._hops(visit.caller):
                    self.out.add(f"{hop}received.{visit.instance}")
        for name, longest in self.run.queue_max.items():
            if longest:
                self.out.scalars[f"queue_max.{name}"] = longest

    def _hops(self, instance: str) -> list[str]:
        """Prefix "hop.page." and, when the workload has several instances, "hop.page-1." too."""
        hop = self._hop_of[instance]
        return [f"hop.{hop}."] + ([f"hop.{instance}."] if instance != hop else [])

    # ---- sidecars ------------------------------------------------------------------------------

    def _sidecars(self) -> None:
        for proxy in self.run.sidecars:
            assert proxy.instance is not None
            name = proxy.instance.name
            called = {row.get("cluster") for row in proxy.log}
            for row in proxy.log:
                for hop in self._hops(name):
                    self.out.add(f"{hop}requests")
                    outcome = self._logged(hop, row)
                    self.out.series[f"{hop}{outcome}"][self._started(row)] += 1
                    service = str(row.get("cluster") or "").rpartition("|")[2].partition(".")[0]
                    if service and len(called) > 1:
                        self.out.add(f"{hop}to.{service}.outcome.{outcome}")
                        self.out.add(f"{hop}to.{service}.attempts.{attempts_of(row)}")
                        self._samples[f"{hop}to.{service}.latency_ms.all"].append(latency_of(row))
            for row in proxy.inbound_log:
                self.out.add(f"inbound.{name}.requests")
                self._logged(f"inbound.{name}.", row)
        for (name, kind), count in self.run.app_ends.items():
            for hop in self._hops(name):
                self.out.add(f"{hop}{kind}", count)

    def _started(self, row: dict[str, Any]) -> int:
        return second(self.run.clock.of_day_time(float(row["start"])))

    # ---- what Envoy counts ---------------------------------------------------------------------

    def _prefixes(self, proxy: Proxy, cluster: str, what: str) -> list[str]:
        if proxy.instance is None:
            return [f"{what}.{cluster}."]
        if cluster.startswith("inbound|"):
            return [f"inbound.{proxy.instance.name}.{what}."]
        return [f"{hop}{what}.{cluster}." for hop in self._hops(proxy.instance.name)]

    def _clusters(self, proxy: Proxy) -> list[str]:
        resources = proxy.envoy.bootstrap["static_resources"]["clusters"]
        return sorted((c["name"] for c in resources), key=len, reverse=True)

    def _stats(self, proxy: Proxy) -> None:
        clusters = self._clusters(proxy)
        for name, value in proxy.stats.items():
            if not value or any(part in name for part in LEFT_OUT):
                continue
            if name.startswith("cluster_manager.") and proxy.instance is None:
                if name.startswith("cluster_manager.cluster_updated_via"):
                    self.out.scalars[f"stat.{name}"] = value
                continue
            cluster = next((c for c in clusters if name.startswith(f"cluster.{c}.")), None)
            if cluster is None:
                continue
            for prefix in self._prefixes(proxy, cluster, "stat"):
                self.out.add(prefix + name[len(f"cluster.{cluster}.") :], value)

    def _gauges(self, proxy: Proxy) -> None:
        clusters = self._clusters(proxy)
        by_second: dict[str, dict[int, list[float]]] = collections.defaultdict(
            lambda: collections.defaultdict(list)
        )
        for at, gauges in proxy.samples:
            for name, value in gauges.items():
                cluster = next((c for c in clusters if name.startswith(f"cluster.{c}.")), None)
                if cluster is None or "|" not in cluster:
                    continue
                gauge = name[len(f"cluster.{cluster}.") :]
                key = f"{cluster}.{gauge}"
                if at >= 0:
                    by_second[key][second(at)].append(value)
                for prefix in self._prefixes(proxy, cluster, "gauge_max")[-1:]:
                    most = max(self.out.scalars.get(prefix + gauge, 0), value)
                    if most:
                        self.out.scalars[prefix + gauge] = most
        if proxy.instance is not None:
            return
        for key, seconds in by_second.items():
            for at_second, values in seconds.items():
                self.out.series[f"gauge {key}"][at_second] = sum(values) / len(values)

    def _events(self, proxy: Proxy) -> None:
        counts: collections.Counter[str] = collections.Counter()
        for row in proxy.outliers:
            host = self._names.get(row["upstream_url"], row["upstream_url"])
            at = self.run.clock.of_day_time(day_time(row["timestamp"]))
            action = row["action"].lower()
            event = {
                "t": round(at, 3), "action": row["action"], "type": row["type"], "host": host,
                "cluster": row["cluster_name"], "enforced": bool(row.get("enforced", False)),
                "num_ejections": int(row.get("num_ejections", 0)),
            }  # fmt: skip
            prefix = ""
            if proxy.instance is not None:
                event["proxy"] = proxy.instance.name
                prefix = f"hop.{proxy.instance.name}."
                if self._hop_of[proxy.instance.name] != proxy.instance.name:
                    self.out.add(f"hop.{self._hop_of[proxy.instance.name]}.{action}.{host}")
            self.out.outlier_events.append(event)
            counts[f"{action}.{host}"] += 1
            self.out.add(f"{prefix}{action}.{host}")
            key = f"{prefix}{action}_at_s.{host}.{counts[f'{action}.{host}']}"
            self.out.scalars[key] = round(at, 3)


def second(at: float) -> int:
    """The second of a time, the first one for what came early."""
    return max(0, math.floor(at))


def day_time(text: str) -> float:
    """Seconds of "2026-11-23T10:00:00.123Z"."""
    import datetime

    return datetime.datetime.fromisoformat(text).timestamp()


def flags_of(row: dict[str, Any]) -> str:
    """As Envoy spells them, "-" = none."""
    return str(row.get("flags") or "-")


def attempts_of(row: dict[str, Any]) -> int:
    """Attempts, 0 when nothing was sent."""
    return int(row.get("attempts") or 0)


def outcome_of(row: dict[str, Any]) -> str:
    """Code and flags: "200", "503 UO"."""
    flags = flags_of(row)
    return str(row["code"]) if flags == "-" else f"{row['code']} {flags}"


def latency_of(row: dict[str, Any]) -> float:
    """Milliseconds; whole ones where the last byte was never sent."""
    return float(row["us"]) / 1e3 if row.get("us") is not None else float(row.get("ms") or 0)


def spread_of(values: Sequence[float]) -> dict[str, float]:
    """Mean, extremes and quantiles by nearest rank.

    Example:
        >>> spread_of([3, 1, 2])["p50"], spread_of([3, 1, 2])["max"]
        (2, 3)
    """
    ordered = sorted(values)
    out = {"mean": sum(ordered) / len(ordered), "min": ordered[0], "max": ordered[-1]}
    for name, q in QUANTILES.items():
        out[name] = ordered[max(0, math.ceil(q * len(ordered)) - 1)]
    return out


__all__ = ["Measured", "Measuring"]
