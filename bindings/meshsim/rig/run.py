"""One run of a case on a real Envoy: everything started, loaded, read and ended."""

import asyncio
import contextlib
import copy
import dataclasses
import json
import selectors
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshsim.rig.application import Application, Visit
from meshsim.rig.case import Case, Instance, send_of
from meshsim.rig.client import Connections, Load, Sent
from meshsim.rig.clock import Clock
from meshsim.rig.envoy import Envoy, EnvoyError, lines_of
from meshsim.rig.http2 import Http2Server
from meshsim.rig.upstream import Http1Server, Upstream, forget_work

SAMPLE_EVERY = 0.25  # seconds between looks at the gauges, as in the recordings
APART_MAX = 0.3  # seconds between the starts of Envoys that a run may have
BEHIND = 10000  # an application behind its own sidecar listens this much above its port
GAUGES = (
    "membership_healthy",
    "outlier_detection.ejections_active",
    "upstream_cx_active",
    "upstream_rq_active",
    "upstream_rq_pending_active",
)


@dataclasses.dataclass
class Proxy:
    """An Envoy with what it is for."""

    envoy: Envoy
    instance: Instance | None  # whose sidecar it is; None = the client's
    listener: tuple[str, int] | None = None  # outbound
    clusters_at: float = 0.0  # since t0
    stats: dict[str, float] = dataclasses.field(default_factory=dict)
    samples: list[tuple[float, dict[str, float]]] = dataclasses.field(default_factory=list)
    log: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    inbound_log: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    outliers: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Run:
    """What was seen."""

    sent: list[Sent]
    visits: list[Visit]
    client: Proxy
    sidecars: list[Proxy]
    queue_max: dict[str, int]
    app_ends: dict[tuple[str, str], int]
    clock: Clock


class Session:
    """The parts of one run."""

    def __init__(self, case: Case, folder: Path, bootstraps: Mapping[str, dict[str, Any]]) -> None:
        self.case = case
        self.clock = Clock()
        self.visits: list[Visit] = []
        self.app_ends: dict[tuple[str, str], int] = {}
        self.client = Proxy(Envoy("client", folder / "client", copied(bootstraps[""])), None)
        self.sidecars: list[Proxy] = []
        self.applications: list[Application] = []
        self.upstreams: list[Upstream] = []
        self._connections: list[Connections] = []
        for instance in case.instances:
            self._add(instance, folder, bootstraps)

    def _add(self, instance: Instance, folder: Path, bootstraps: Mapping[str, Any]) -> None:
        application = Application(instance, self.clock, self.visits)
        server = (Http2Server if instance.http2 else Http1Server)(application)
        port = instance.port + (BEHIND if instance.server_sidecar else 0)
        self.applications.append(application)
        self.upstreams.append(Upstream(application, server, port))
        if instance.server_sidecar or instance.behaviour.calls:
            bootstrap = copied(bootstraps[instance.entry])
            stand_before(bootstrap, instance)
            envoy = Envoy(instance.name, folder / instance.name, bootstrap)
            self.sidecars.append(Proxy(envoy, instance))

    @property
    def proxies(self) -> list[Proxy]:
        """All of them, the client's first."""
        return [self.client, *self.sidecars]

    async def run(self) -> Run:
        """Runs the case once."""
        try:
            await self._start()
            await self._load()
            await self._finish()
        finally:
            await self._stop()
        return Run(
            sent=self.load.sent,
            visits=self.visits,
            client=self.client,
            sidecars=self.sidecars,
            queue_max={a.instance.name: a.queue_max for a in self.applications},
            app_ends=self.app_ends,
            clock=self.clock,
        )

    async def _start(self) -> None:
        for upstream in self.upstreams:
            await upstream.open()
        for proxy in self.proxies:
            await proxy.envoy.start(self.case.concurrency if proxy is self.client else 1)
        for proxy in self.proxies:
            await proxy.envoy.ready()
        await self._set_clock()
        self._wire_up()

    async def _set_clock(self) -> None:
        made = await self.client.envoy.clusters_made_at()
        self.clock.start_at_day_time(made + self.case.start_after)
        for proxy in self.proxies:
            proxy.clusters_at = self.clock.of_day_time(await proxy.envoy.clusters_made_at())
            if abs(proxy.clusters_at - self.client.clusters_at) > APART_MAX:
                raise EnvoyError(f"Envoy of {proxy.envoy.name} started too late")

    def _wire_up(self) -> None:
        for proxy in self.proxies:
            for name, address in proxy.envoy.ports.items():
                if name == f"outbound_0.0.0.0_{self.case.client_port}":
                    proxy.listener = address
        for proxy in self.sidecars:
            if proxy.instance is None or not proxy.instance.behaviour.calls:
                continue
            assert proxy.listener is not None
            connections = Connections(proxy.listener)
            self._connections.append(connections)
            for application in self.applications:
                if application.instance is proxy.instance:
                    application.call = self._caller(proxy.instance, connections)

    def _caller(self, instance: Instance, connections: Connections) -> Any:
        async def call(step: Mapping[str, Any], visit: Visit) -> int:
            from meshsim.rig.draws import seconds

            send = send_of("", step, str(step["call"])).numbered(max(visit.number, 0))
            extra = {
                "x-rig-id": str(visit.number),
                "x-rig-caller": instance.name,
                "x-request-id": visit.request_id,
            }
            timeout = seconds(step["timeout"]) if "timeout" in step else None
            began = self.clock.now()
            try:
                status = await connections.ask(send, extra, timeout)
            except asyncio.CancelledError:
                self._count_end(instance, "app_cancelled")
                raise
            if status == 0:
                late = timeout is not None and self.clock.now() - began >= timeout
                self._count_end(instance, "app_timeouts" if late else "app_broken")
            return status

        return call

    def _count_end(self, instance: Instance, kind: str) -> None:
        key = (instance.name, kind)
        self.app_ends[key] = self.app_ends.get(key, 0) + 1

    async def _load(self) -> None:
        loop = asyncio.get_running_loop()
        assert self.client.listener is not None, "the client's Envoy has no such port"
        connections = Connections(self.client.listener)
        self._connections.append(connections)
        await connections.open(self.case.connections)
        self.load = Load(self.case, connections, self.clock)
        if self.clock.now() > -0.02:
            raise EnvoyError("Envoy was not ready when the load was due")
        loop_t0 = loop.time() - self.clock.now()
        for upstream in self.upstreams:
            upstream.plan_downs(loop, loop_t0)
        sampling = loop.create_task(self._sample(loop_t0))
        try:
            await self.load.run(loop_t0)
            await self._settle(loop_t0 + self.case.end + self.case.settle)
        finally:
            sampling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sampling

    async def _settle(self, until: float) -> None:
        """Work that nobody waits for goes on; that which hangs has no end."""
        loop = asyncio.get_running_loop()
        while loop.time() < until and any(v.ended is None and not v.hangs for v in self.visits):
            await asyncio.sleep(0.02)

    async def _sample(self, loop_t0: float) -> None:
        loop = asyncio.get_running_loop()
        k = 0
        while True:
            await asyncio.sleep(max(0.0, loop_t0 + k * SAMPLE_EVERY - loop.time()))
            for proxy in self.proxies:
                gauges = await read_gauges(proxy.envoy)
                proxy.samples.append((self.clock.now(), gauges))
            k = max(k + 1, int((loop.time() - loop_t0) / SAMPLE_EVERY) + 1)

    async def _finish(self) -> None:
        await asyncio.sleep(0.1)  # the last lines of the logs
        for proxy in self.proxies:
            proxy.stats = await read_stats(proxy.envoy)
        for _ in range(40):
            if len(lines_of(self.client.envoy.folder / "outbound.log")) >= len(self.load.sent):
                break
            await asyncio.sleep(0.05)

    async def _stop(self) -> None:
        for connections in self._connections:
            connections.close()
        await asyncio.gather(*(p.envoy.stop() for p in self.proxies), return_exceptions=True)
        for proxy in self.proxies:
            proxy.envoy.kill()
            folder = proxy.envoy.folder
            proxy.log = lines_of(folder / "outbound.log")
            proxy.inbound_log = lines_of(folder / "inbound.log")
            proxy.outliers = lines_of(folder / "outlier.log")
        forget_work()
        for upstream in self.upstreams:
            await upstream.stop()


def copied(bootstrap: dict[str, Any]) -> dict[str, Any]:
    """A document of one's own."""
    return copy.deepcopy(bootstrap)


def stand_before(bootstrap: dict[str, Any], instance: Instance) -> None:
    """The inbound side at the instance's address, its application behind it; or no such side."""
    resources = bootstrap["static_resources"]
    if not instance.server_sidecar:
        for kind in ("listeners", "clusters"):
            resources[kind] = [r for r in resources[kind] if not r["name"].startswith("inbound")]
        return
    for listener in resources["listeners"]:
        if listener["name"].startswith("inbound"):
            listener["address"]["socket_address"] = {
                "address": instance.address, "port_value": instance.port,
            }  # fmt: skip
    for cluster in resources["clusters"]:
        if cluster["name"].startswith("inbound"):
            endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
            endpoint["address"]["socket_address"] = {
                "address": instance.address, "port_value": instance.port + BEHIND,
            }  # fmt: skip


async def read_stats(envoy: Envoy) -> dict[str, float]:
    """Counters and gauges by name."""
    answer = json.loads(await envoy.get("/stats?format=json"))
    return {s["name"]: s["value"] for s in answer["stats"] if "value" in s}


async def read_gauges(envoy: Envoy) -> dict[str, float]:
    """The gauges that are sampled."""
    names = "|".join(g.replace(".", "\\.") for g in GAUGES)
    path = f"/stats?format=json&type=Gauges&filter=^cluster\\..*\\.({names})$"
    answer = json.loads(await envoy.get(path))
    return {s["name"]: s["value"] for s in answer["stats"] if "value" in s}


def new_loop(case: Case) -> asyncio.AbstractEventLoop:
    """select() waits microseconds where epoll waits whole milliseconds, for few connections."""
    files = 4 * case.connections + 8 * len(case.instances) + len(case.arrivals)
    if files < 600:
        return asyncio.SelectorEventLoop(selectors.SelectSelector())
    return asyncio.new_event_loop()


def run_once(case: Case, folder: Path, bootstraps: Mapping[str, dict[str, Any]]) -> Run:
    """Runs a case once; bounded in time; no Envoy outlives it."""
    bound = case.start_after + case.end + 2 * case.settle + 45

    async def bounded() -> Run:
        async with asyncio.timeout(bound):
            return await Session(case, folder, bootstraps).run()

    with asyncio.Runner(loop_factory=lambda: new_loop(case)) as runner:
        return runner.run(bounded())


__all__ = ["Proxy", "Run", "run_once"]
