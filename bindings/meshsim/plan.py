"""A compiled scenario, ready to run any number of times."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from meshsim._native import core
from meshsim.progress import Progress, hook
from meshsim.record import RunContext, RunRecord
from meshsim.units import Time, duration_text, nanoseconds

if TYPE_CHECKING:
    from meshsim._core import Diagnostic
    from meshsim.scenario import Scenario
    from meshsim.world import World


class Plan:
    """What istiod would push: immutable, shared by threads; from `Scenario.compile`.

    Attributes:
        scenario: What it was compiled from.
        diagnostics: What the compilation noticed: unknown hosts, subsets, gateways.
    """

    def __init__(
        self, plan: core.Plan, scenario: "Scenario", problems: Sequence["Diagnostic"]
    ) -> None:
        self._core = plan
        self.scenario = scenario
        self.diagnostics = (*scenario.diagnostics, *problems)

    @property
    def until(self) -> str:
        """When a run ends, e.g. "10m"."""
        return duration_text(self._core.until_ns)

    @property
    def seed(self) -> int:
        """The seed that a run uses unless told another."""
        return self._core.seed

    @property
    def replications(self) -> int:
        """How many runs the scenario asks for."""
        return self.scenario._core.replications

    def seeds(self, count: int, *, first: int | None = None) -> list[int]:
        """`count` seeds far from each other, beginning with `first` (None = the plan's)."""
        return core.replication_seeds(self.seed if first is None else first, count)

    @property
    def digest(self) -> str:
        """Digest of the scenario."""
        return self._core.digest

    @property
    def names(self) -> dict[str, list[str]]:
        """Names behind the ids: services, workloads, endpoints, clusters, routes, loads."""
        return self._core.names

    @property
    def versions(self) -> list[tuple[float, str]]:
        """(seconds, reason) of every configuration that istiod would push during the run."""
        return [(at / 1e9, why) for at, why in self._core.versions]

    @property
    def dot(self) -> str:
        """The call graph in Graphviz' language: who can call whom."""
        return self._core.dot()

    @property
    def estimated_bytes(self) -> int:
        """Memory that a run needs at least."""
        return self._core.estimated_bytes()

    def run(
        self,
        *,
        until: Time | None = None,
        warmup: Time | None = None,
        seed: int | None = None,
        progress: Progress = False,
    ) -> RunRecord:
        """Runs from the start to the horizon; the same plan and seed give the same record.

        Ctrl-C stops cleanly: the record then holds what had happened and its `info.ended_by` is
        "interrupt".

        Args:
            until: Where to end, at most the scenario's own `run.until`.
            warmup: Until when nothing enters the totals.
            seed: Of all random draws; None = the scenario's.
            progress: True = a bar; or a function of (share done, events) that may return False
                to stop.

        Raises:
            MemoryLimitExceeded: It would need more than `run.memoryLimit`.

        Example:
            >>> from meshsim.examples import tiny
            >>> record = tiny().compile().run(until="5s", seed=7)
            >>> record.info.ended_s
            5.0
        """
        with hook(progress) as callback:
            record = core.run(
                self._core,
                until_ns=self._until_ns(until),
                warmup_ns=None if warmup is None else nanoseconds(warmup, "warmup"),
                seed=self._seed(seed),
                progress=callback,
            )
        return RunRecord(record, self.context())

    def replicate(
        self,
        *,
        replications: int | None = None,
        seeds: Sequence[int] | None = None,
        threads: int = 0,
        until: Time | None = None,
        warmup: Time | None = None,
        progress: Progress = False,
    ) -> list[RunRecord]:
        """Runs once per seed on threads; the result does not depend on their number.

        Args:
            replications: How many runs: the plan's seed, then others far from it.
            seeds: Or: the seeds themselves.
            threads: How many threads; 0 = one per core.
            until: As for `run`.
            warmup: As for `run`.
            progress: As for `run`.

        Returns:
            One record per seed, in their order; after Ctrl-C those that were finished.
        """
        if (replications is None) == (seeds is None):
            raise TypeError("replicate() takes either replications= or seeds=")
        if seeds is None:
            seeds = self.seeds(replications or 0)
        if not seeds:
            raise ValueError("replications: must be positive")
        with hook(progress) as callback:
            records = core.replicate(
                self._core,
                [self._seed(seed) or 0 for seed in seeds],
                threads=threads,
                until_ns=self._until_ns(until),
                warmup_ns=None if warmup is None else nanoseconds(warmup, "warmup"),
                progress=callback,
            )
        return [RunRecord(record, self.context()) for record in records]

    def start(self, *, until: Time = 0, seed: int | None = None) -> "World":
        """A run in progress, paused at `until`."""
        from meshsim.world import World

        chosen = self._seed(seed)
        world = World(core.Simulation(self._core, self.seed if chosen is None else chosen), self)
        world.run_until(until)
        return world

    def context(self) -> RunContext:
        """What is run, as text for records and reports."""
        return RunContext(
            effective_yaml=self.scenario.effective_yaml,
            resources_yaml=self.scenario.resources_yaml,
            diagnostics=tuple(diagnostic_dict(d) for d in self.diagnostics),
            workers=tuple(core.workers(self._core)),
            scenario=self.scenario._core,
        )

    def _until_ns(self, until: Time | None) -> int | None:
        if until is None:
            return None
        ns = nanoseconds(until, "until")
        if ns > self._core.until_ns:
            raise ValueError(
                f"until: the plan ends at {self.until}; compile "
                f'scenario.with_({{"run.until": "{duration_text(ns)}"}}) for a longer run'
            )
        return ns

    @staticmethod
    def _seed(seed: int | None) -> int | None:
        if seed is not None and not 0 <= seed < 2**64:
            raise ValueError(f"seed: 0 … 2^64 - 1, got {seed}")
        return seed

    def __repr__(self) -> str:
        names = self._core.names
        return (
            f"<Plan {self.scenario.name or 'unnamed'}: {len(names['services'])} services, "
            f"{len(names['workloads'])} workloads, until {self.until}>"
        )


def diagnostic_dict(d: "Diagnostic") -> dict[str, Any]:
    """A diagnostic as JSON holds it."""
    return {
        "severity": d.severity,
        "code": d.code,
        "file": d.place.file,
        "line": d.place.line,
        "column": d.place.column,
        "path": d.path,
        "what": d.what,
        "hint": d.hint,
    }


__all__ = ["Plan", "diagnostic_dict"]
