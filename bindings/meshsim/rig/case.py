"""A case as its folder describes it: instances, client, arrivals."""

import dataclasses
import ipaddress
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from meshsim.rig.behaviour import Behaviour
from meshsim.rig.draws import law, seconds, uniform


@dataclasses.dataclass(frozen=True)
class Instance:
    """One pod."""

    name: str
    entry: str  # of `instances`, which is its workload for the mesh
    hop: str  # name of its workload in measures
    address: str
    port: int
    http2: bool
    server_sidecar: bool
    behaviour: Behaviour


@dataclasses.dataclass(frozen=True)
class Send:
    """One request to be sent."""

    name: str  # of the request, "" = the usual one
    method: str
    path: str
    authority: str
    headers: Mapping[str, str]
    body: int

    def numbered(self, number: int) -> "Send":
        """With `{i}` and `{i%K}` filled in."""
        headers = {k: filled(v, number) for k, v in self.headers.items()}
        return dataclasses.replace(self, path=filled(self.path, number), headers=headers)


def filled(text: str, number: int) -> str:
    """A text with `{i}` and `{i%K}` replaced.

    Example:
        >>> filled("/{i}/{i%3}", 7)
        '/7/1'
    """
    out = text.replace("{i}", str(number))
    while "{i%" in out:
        start = out.index("{i%")
        end = out.index("}", start)
        out = out[:start] + str(number % int(out[start + 3 : end])) + out[end + 1 :]
    return out


@dataclasses.dataclass(frozen=True)
class Users:
    """A closed loop."""

    start: float
    stop: float
    users: int
    think: Any
    stagger: float
    per_user: int | None
    request: str


class Case:
    """The folder of a case, read."""

    def __init__(self, folder: str | Path) -> None:
        import yaml

        self.folder = Path(folder)
        self.name = self.folder.resolve().name
        form = yaml.safe_load((self.folder / "case.yaml").read_text("utf-8"))
        self.form: dict[str, Any] = form
        self.repeat = int(form.get("repeat", 3))
        client = form.get("client", {})
        self.client: str = client.get("workload", "client")
        self.client_space: str = client.get("namespace", "default")
        self.client_port = int(client.get("port", 80))
        self.concurrency = int(client.get("concurrency", 1))
        self.instances = list(instances_of(form))
        self.has_calls = any(i.behaviour.calls for i in self.instances)
        load = form["load"]
        self.start_after = seconds(load.get("start_after", "2s" if self.has_calls else "1s"))
        self.connections = int(load.get("connections", 50))
        self.timeout = seconds(load["timeout"]) if "timeout" in load else None
        self.settle = seconds(load.get("settle", "20s"))
        self.requests = requests_of(load)
        self.users: list[Users] = []
        self.arrivals: list[tuple[float, str]] = []
        self._read_phases(load)

    def _read_phases(self, load: Mapping[str, Any]) -> None:
        clock = 0.0
        poisson = False
        self.end = 0.0
        for phase in load.get("phases", []):
            start = seconds(phase["at"]) if "at" in phase else clock
            clock = start + seconds(phase.get("duration", 0))
            self.end = max(self.end, clock)
            if "users" in phase:
                self.users.append(users_of(phase, start, clock))
            else:
                poisson = poisson or phase.get("process") == "poisson"
                name = str(phase.get("request", ""))
                self.arrivals += [(start + t, name) for t in offsets_of(phase)]
        if poisson and (self.folder / "arrivals.csv").exists():
            self.arrivals = list(arrivals_in(self.folder / "arrivals.csv"))
        if "arrivals" in load:
            self.arrivals += arrivals_in(self.folder / load["arrivals"])
        self.arrivals.sort(key=lambda arrival: arrival[0])
        if self.arrivals:
            self.end = max(self.end, self.arrivals[-1][0])


def instances_of(form: Mapping[str, Any]) -> Iterator[Instance]:
    """Every pod of every entry; behaviours of one entry count and draw each for themselves."""
    named = form.get("behaviours", {})
    for entry in form["instances"]:
        behaviour = entry.get("behaviour", {})
        behaviour = named[behaviour] if isinstance(behaviour, str) else behaviour
        count = int(entry.get("count", 1))
        first = ipaddress.IPv4Address(entry["address"])
        for k in range(count):
            yield Instance(
                name=entry["name"] if count == 1 else f"{entry['name']}-{k + 1}",
                entry=entry["name"],
                hop=entry.get("workload", entry["name"]),
                address=str(first + k),
                port=int(entry.get("port", 8080)),
                http2=entry.get("protocol") == "h2",
                server_sidecar=bool(entry.get("server_sidecar", False)),
                behaviour=Behaviour(behaviour),
            )


def requests_of(load: Mapping[str, Any]) -> dict[str, Send]:
    """The usual request under "", the others under their names."""
    usual = load.get("request", {})
    forms = ({"": usual} if usual else {}) | load.get("requests", {})
    return {
        str(name): send_of(str(name), f, usual.get("authority", "")) for name, f in forms.items()
    }


def send_of(name: str, form: Mapping[str, Any], authority: str = "") -> Send:
    """A request of `load`, or of a call."""
    return Send(
        name=name,
        method=form.get("method", "GET"),
        path=form.get("path", "/"),
        authority=form.get("authority", authority),
        headers={str(k): str(v) for k, v in form.get("headers", {}).items()},
        body=int(form.get("body", 0)),
    )


def users_of(phase: Mapping[str, Any], start: float, stop: float) -> Users:
    """A closed loop's phase."""
    return Users(
        start=start,
        stop=stop,
        users=int(phase["users"]),
        think=law(phase.get("think", 0)),
        stagger=seconds(phase.get("stagger", 0)),
        per_user=int(phase["per_user"]) if "per_user" in phase else None,
        request=str(phase.get("request", "")),
    )


def offsets_of(phase: Mapping[str, Any]) -> Iterator[float]:
    """Times of an open phase since its start."""
    if "rate" in phase:
        rate, length = float(phase["rate"]), seconds(phase["duration"])
        if phase.get("process") == "poisson":
            yield from poisson_offsets(rate, length, int(phase.get("seed", 0)))
        else:
            yield from (k / rate for k in range(int(rate * length + 0.5)))
    yield from (0.0 for _ in range(int(phase.get("burst", 0))))
    yield from (seconds(offset) for offset in phase.get("offsets", []))


def poisson_offsets(rate: float, length: float, seed: int) -> Iterator[float]:
    """Times truncated to microseconds."""
    at_us, k = 0.0, 0
    while True:
        at_us += -math.log(uniform(seed, k)) / rate * 1e6
        offset = math.floor(at_us) / 1e6
        if offset >= length:
            return
        yield offset
        k += 1


def arrivals_in(file: Path) -> list[tuple[float, str]]:
    """Lines `offset_us,request` below a header."""
    rows = []
    for line in file.read_text("utf-8").splitlines()[1:]:
        if line:
            offset, _, name = line.partition(",")
            rows.append((int(offset) / 1e6, name.strip()))
    return rows


__all__ = ["Case", "Instance", "Send", "Users", "send_of"]
