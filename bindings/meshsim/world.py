"""A run in progress: pause it, copy it, change its configuration, go on."""

from pathlib import Path

from meshsim._native import core
from meshsim.plan import Plan
from meshsim.progress import Progress, hook
from meshsim.record import RunRecord
from meshsim.scenario import Scenario
from meshsim.units import Time


class World:
    """A value: forks of a history do not disturb each other. From `Plan.start`.

    Example:
        >>> from meshsim.examples import tiny
        >>> plan = tiny().compile()
        >>> half = plan.start(until="5s", seed=7)
        >>> a, b = half.fork().resume(), half.resume()
        >>> a.hash == b.hash == plan.run(seed=7).hash
        True
    """

    def __init__(self, simulation: core.Simulation, plan: Plan) -> None:
        self._core = simulation
        self.plan = plan

    @property
    def now(self) -> float:
        """Simulated time, seconds."""
        return self._core.now_ns / 1e9

    @property
    def events(self) -> int:
        """Events handled so far."""
        return self._core.events

    @property
    def fingerprint(self) -> str:
        """Digest of the history so far."""
        return self._core.fingerprint

    @property
    def record(self) -> RunRecord:
        """What has been recorded so far."""
        return RunRecord(self._core.record(), self.plan.context())

    def run_until(self, until: Time, *, progress: Progress = False) -> "World":
        """Handles every event up to and including `until`; returns itself."""
        until_ns = self.plan._until_ns(until)
        assert until_ns is not None
        with hook(progress) as callback:
            self._core.run_until(until_ns, callback)
        return self

    def resume(self, *, until: Time | None = None, progress: Progress = False) -> RunRecord:
        """Goes on until `until` (None = the plan's horizon) and returns the record."""
        horizon = self.plan._core.until_ns
        until_ns = horizon if until is None else self.plan._until_ns(until)
        assert until_ns is not None
        with hook(progress) as callback:
            self._core.run_until(until_ns, callback)
        return self.record

    def fork(self) -> "World":
        """An independent copy, mid-flight requests included."""
        return World(self._core.fork(), self.plan)

    def apply(self, change: Scenario | Plan | str | Path) -> "World":
        """Goes on under a changed configuration from now on; returns itself.

        Args:
            change: A scenario or plan made from this one's, or a YAML file to apply on top.

        Raises:
            ValueError: Workloads, pods or services differ, which no `kubectl apply` of Istio
                configuration does.
            ScenarioErrors: The change cannot be compiled.
        """
        if isinstance(change, str | Path):
            change = self.plan.scenario.apply(change)
        plan = change.compile() if isinstance(change, Scenario) else change
        if not self._core.adopt(plan._core):
            raise ValueError(
                "the change has other workloads, pods or services than the run in progress; "
                "only configuration can change while it runs"
            )
        self.plan = plan
        return self

    def __repr__(self) -> str:
        return f"<World {self.plan.scenario.name or 'unnamed'} at {self.now:g} s>"


__all__ = ["World"]
