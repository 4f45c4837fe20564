"""Scenarios without YAML: services, calls, load and failures as calls of Python."""

from pathlib import Path
from typing import Any

from meshsim._native import core
from meshsim.errors import ScenarioErrors
from meshsim.laws import Load, Words, time_word
from meshsim.scenario import Scenario
from meshsim.units import Time
from meshsim.words import behaviour_words, here, law, matching, words_of


class Script:
    """Steps of an application, one after the other; every method gives the script back."""

    def __init__(self, builder: "Builder", workload: str, number: int | None) -> None:
        self._builder, self._workload, self._number = builder, workload, number

    def step(self, step: Any) -> "Script":
        """Any step of the grammar: `{"repeat": {…}}`; a list is parallel branches."""
        self._builder._core.step(self._workload, self._number, step, here())
        return self

    def works(self, time: Time | Words) -> "Script":
        """Keeps the worker busy."""
        return self.step({"work": law(time)})

    def sleeps(self, time: Time | Words) -> "Script":
        """Waits and keeps the worker, like a blocking sleep."""
        return self.step({"sleep": law(time)})

    def calls(self, service: "Service | str", **options: Any) -> "Script":
        """Calls a service and waits for its answer.

        Args:
            service: Which, or its name.
            options: Words of `call`: path, timeout, on_error, wait …; `retries=2` is short for
                `retry={"attempts": 2}`.
        """
        return self.step(call(service, **options))

    def then_parallel(self, *branches: Any) -> "Script":
        """Branches that start together: services, their names, steps or lists of steps."""
        return self.step([branch(b) for b in branches])


class Service:
    """A service with its Deployment; `Builder.service` makes it."""

    def __init__(self, builder: "Builder", name: str, workload: str, namespace: str) -> None:
        self._builder = builder
        self.name, self.workload, self.namespace = name, workload, namespace

    @property
    def address(self) -> str:
        """What callers write: its name, with the namespace unless it is the default one."""
        return f"{self.name}.{self.namespace}" if self.namespace else self.name

    def handler(self, match: str | Words | None = None, **options: Any) -> Script:
        """What it does for some requests; the first handler that matches counts.

        Args:
            match: "GET /cart": a method and the beginning of a path, or one of the two; or words
                of `match`; None = every request.
            options: Words of the handler: time, error_rate, status …
        """
        words = words_of(options)
        if match is not None:
            words = {"match": match if isinstance(match, dict) else matching(match)} | words
        number = self._builder._core.handler(self._key, words, here())
        return Script(self._builder, self._key, number)

    @property
    def script(self) -> Script:
        """What it does for requests that no handler matches."""
        return Script(self._builder, self._key, None)

    def version(self, version: str, *, replicas: int = 1, **behaviour: Any) -> "Service":
        """Another Deployment of the service, `NAME-VERSION`, with its own behaviour."""
        return self._builder._deployed(self.name, version, self.namespace, replicas, behaviour)

    def behave(self, **words: Any) -> "Service":
        """Words of its behaviour: workers, queue, time, cancel and so on."""
        self._builder._core.behave(self._key, behaviour_words(words), here())
        return self

    @property
    def _key(self) -> str:
        return f"{self.workload}.{self.namespace}" if self.namespace else self.workload

    def __repr__(self) -> str:
        return f"<Service {self.address}>"


class Builder:
    """Builds a scenario call by call; equal content has the digest and the runs of its YAML.

    Every keyword that is not named here is passed on as a word of the scenario grammar, and every
    word may be given as a dict, so that whatever YAML can say can be said here.

    Example:
        >>> import meshsim as ms
        >>> b = ms.Builder("shop")
        >>> db = b.service("db", workers=8, time=ms.exponential("4ms"), error=0.001)
        >>> api = b.service("api", replicas=3, workers=16)
        >>> script = api.handler("GET /cart").works("2ms").calls(db, timeout="200ms", retries=2)
        >>> load = b.ingress(api, path="/cart", load=ms.poisson("300/s"))
        >>> b.outage(db, at="5s", duration="2s").run(until="10s", seed=7).build().name
        'shop'
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._core = core.Builder(name)
        self._services: set[tuple[str, str]] = set()
        self._loads: set[str] = set()

    # ---- services ----

    def service(
        self,
        name: str,
        *,
        replicas: int = 1,
        port: int = 80,
        version: str = "",
        namespace: str = "",
        **behaviour: Any,
    ) -> Service:
        """A Service and its Deployment.

        Args:
            name: Of both; with a version the Deployment is `NAME-VERSION`.
            replicas: Pods.
            port: Of the service.
            version: Label of the pods.
            namespace: "" = the default one.
            behaviour: Words of its behaviour: workers, queue, time, error_rate (or error) …
        """
        if (name, namespace) in self._services:
            raise ValueError(f"there is a service {name!r} already; .version() adds a Deployment")
        self._services.add((name, namespace))
        self._core.service(name, namespace, port, here())
        return self._deployed(name, version, namespace, replicas, behaviour)

    def _deployed(
        self, name: str, version: str, namespace: str, replicas: int, behaviour: Words
    ) -> Service:
        workload = f"{name}-{version}" if version else name
        self._core.deployment(workload, name, version, namespace, replicas, here())
        service = Service(self, name, workload, namespace)
        return service.behave(**behaviour) if behaviour else service

    def defaults(self, **words: Any) -> "Builder":
        """What workloads do of which nothing is said: workers, queue, time."""
        return self.set("behaviour.defaults", behaviour_words(words))

    # ---- load ----

    def ingress(
        self,
        service: Service | str,
        *,
        load: Load | Words,
        host: str = "",
        path: str = "/",
        name: str = "users",
        gateway: str = "ingress",
        **options: Any,
    ) -> "Builder":
        """A load from outside, through a Gateway and a route to the service.

        Args:
            service: Where it leads.
            load: `ms.poisson("300/s")`, `ms.closed(50, think="1s")`, or words of a load.
            host: Of the requests; "" = `NAME.example`.
            path: Of the requests.
            name: Of the load.
            gateway: Name of the Gateway.
            options: Further words of the load: timeout, retry, start …
        """
        address = address_of(service)
        host = host or f"{address.split('.')[0]}.example"
        self._core.ingress(address, gateway, host, here())
        return self.load(name, {"gateway": gateway, "host": host, "path": path}, load, **options)

    def load(self, name: str, to: Any, load: Load | Words, **options: Any) -> "Builder":
        """A load.

        Args:
            name: Of the load.
            to: A service (asked by a client with a sidecar), or words of `to`.
            load: As of `ingress`.
            options: Further words of the load.
        """
        if name in self._loads:
            raise ValueError(f"there is a load {name!r} already; name= tells them apart")
        self._loads.add(name)
        target = to if isinstance(to, dict) else {"service": address_of(to)}
        words = load.words if isinstance(load, Load) else load
        self._core.add("load", {"name": name, "to": target} | words | words_of(options), here())
        return self

    # ---- failures, changes, thresholds ----

    def fault(
        self,
        kind: str,
        on: Service | str,
        *,
        at: Time,
        duration: Time | None = None,
        **options: Any,
    ) -> "Builder":
        """Something breaks.

        Args:
            kind: Word of the grammar: crash, hang, slow, delay, errors …
            on: The service whose pods it hits, or the name of a workload.
            at: When.
            duration: How long; None = to the end.
            options: Words of that kind: replicas, factor, share …
        """
        words: Words = {"at": time_word(at, "at")}
        if duration is not None:
            words["for"] = time_word(duration, "duration")
        words[kind] = {"workload": workload_of(on)} | words_of(options)
        self._core.add("faults", words, here())
        return self

    def outage(
        self, on: Service | str, *, at: Time, duration: Time | None = None, **options: Any
    ) -> "Builder":
        """Pods of a service crash; `replicas=` of them."""
        return self.fault("crash", on, at=at, duration=duration, **options)

    def change(
        self,
        *,
        at: Time,
        apply: Words | list[Words] | None = None,
        scale: tuple[Service | str, int] | None = None,
        **options: Any,
    ) -> "Builder":
        """Somebody runs kubectl.

        Args:
            at: When.
            apply: Objects to apply.
            scale: Or: (service, replicas).
            options: Further words of the change: label …
        """
        words: Words = {"at": time_word(at, "at")} | words_of(options)
        if apply is not None:
            words["apply"] = apply
        if scale is not None:
            words["scale"] = {"workload": workload_of(scale[0]), "replicas": scale[1]}
        self._core.add("changes", words, here())
        return self

    def threshold(self, metric: str, **words: Any) -> "Builder":
        """A bound on a metric: `max="800ms"`, `min=…`, `edge="a->b"` or `load=…`."""
        self._core.add("thresholds", {"metric": metric} | words_of(words), here())
        return self

    # ---- everything else ----

    def run(self, **words: Any) -> "Builder":
        """How to run: until, warmup, seed, replications, memory_limit."""
        for name, value in words_of(words).items():
            self.set(f"run.{name}", value)
        return self

    def set(self, path: str, value: Any) -> "Builder":
        """A value of the scenario's spec: `set("platform.network.sameZone.rtt", "0.4ms")`."""
        self._core.set(path, value, here())
        return self

    def object(self, document: Words) -> "Builder":
        """A Kubernetes or Istio object; it replaces one of the same kind and name."""
        self._core.object(document, here())
        return self

    def policy(self, service: Service | str, **traffic_policy: Any) -> "Builder":
        """A DestinationRule: connection_pool, outlier_detection, load_balancer."""
        return self._istio("DestinationRule", service, {
            "host": address_of(service), "trafficPolicy": words_of(traffic_policy),
        })  # fmt: skip

    def route(self, service: Service | str, **http: Any) -> "Builder":
        """A VirtualService with one route to the service: timeout, retries, fault."""
        to = {"route": [{"destination": {"host": address_of(service)}}]}
        return self._istio("VirtualService", service, {
            "hosts": [address_of(service)], "http": [to | words_of(http)],
        })  # fmt: skip

    def _istio(self, kind: str, service: Service | str, spec: Words) -> "Builder":
        name, _, namespace = address_of(service).partition(".")
        metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
        head = {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": metadata}
        return self.object(head | {"spec": spec})

    def include(self, *paths: str | Path) -> "Builder":
        """YAML files of objects, folders or globs, as they are applied in production."""
        for path in paths:
            self._core.include(str(path), here())
        return self

    def build(self) -> Scenario:
        """The scenario; the builder can go on afterwards.

        Raises:
            ScenarioErrors: With every problem, each at the line of the call that said it.
        """
        built = self._core.build()
        if any(d.severity == "error" for d in built.diagnostics):
            raise ScenarioErrors(built.diagnostics)
        return Scenario(built)

    def __repr__(self) -> str:
        return f"<Builder {self.name}: {len(self._services)} services>"


# ---- words ----


def address_of(service: Service | str) -> str:
    """The address of a service, or the text itself."""
    return service.address if isinstance(service, Service) else service


def workload_of(service: Service | str) -> str:
    """The Deployment of a service, or the text itself."""
    return service._key if isinstance(service, Service) else service


def call(service: Service | str, *, retries: int | None = None, **options: Any) -> Words:
    """A step `call`; for branches of `then_parallel`.

    Example:
        >>> call("db", timeout="1s", retries=2)
        {'call': {'service': 'db', 'timeout': '1s', 'retry': {'attempts': 2}}}
    """
    words: Words = {"service": address_of(service)} | words_of(options)
    if retries:
        words["retry"] = {"attempts": retries}
    return {"call": words}


def branch(what: Any) -> Any:
    """A branch: a service or its name is called; anything else is a step or a list of them."""
    return call(what) if isinstance(what, Service | str) else what


__all__ = ["Builder", "Script", "Service", "call"]
