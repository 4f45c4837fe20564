"""Questions to many runs: replicate one plan, compare two."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from meshsim._native import core
from meshsim.intervals import (
    checked_confidence,
    checked_metrics,
    interval_rows,
    rows_table,
    unit_of,
)
from meshsim.plan import Plan
from meshsim.progress import Progress, hook
from meshsim.record import RunRecord, merged
from meshsim.scenario import Scenario
from meshsim.tables import Table
from meshsim.units import Time, nanoseconds

if TYPE_CHECKING:
    from meshsim.plot.style import Picture

Cells = list[list[dict[str, Any] | None]]


def planned(subject: Plan | Scenario) -> Plan:
    """The plan itself, or that of the scenario."""
    return subject.compile() if isinstance(subject, Scenario) else subject


def run_cells(
    cells: Sequence[tuple[Plan, Sequence[int]]],
    questions: Sequence[tuple[str, str, str]] = (),
    *,
    keep_records: bool,
    threads: int = 0,
    until: Time | None = None,
    warmup: Time | None = None,
    progress: Progress = False,
) -> Cells:
    """A dict per run, collected by index; None for what Ctrl-C left unfinished."""
    with hook(progress) as callback:
        return core.run_study(
            [(plan._core, [plan._seed(s) or 0 for s in seeds]) for plan, seeds in cells],
            questions,
            threads=threads,
            keep_records=keep_records,
            until_ns=cells[0][0]._until_ns(until) if cells else None,
            warmup_ns=None if warmup is None else nanoseconds(warmup, "warmup"),
            progress=callback,
        )


def values_of(
    records: Sequence[RunRecord], metric: str, edge: str = "", load: str = ""
) -> list[float]:
    """The metric of each record; NaN where a record has no such edge or load."""
    found = [core.evaluate(record._core, metric, edge, load) for record in records]
    return [math.nan if value is None else value for value in found]


class Replications(Sequence[RunRecord]):
    """Records of one plan, one per seed, in the order of the seeds.

    Attributes:
        interrupted: Ctrl-C came first: some seeds have no record.
    """

    def __init__(self, records: Sequence[RunRecord], *, interrupted: bool = False) -> None:
        self._records = tuple(records)
        self.interrupted = interrupted

    @property
    def seeds(self) -> list[int]:
        """The seed of each record."""
        return [record.info.seed for record in self._records]

    def values(self, metric: str, *, edge: str = "", load: str = "") -> list[float]:
        """A metric of each run: of all loads, of one load, or of an edge "source->service"."""
        return values_of(self._records, checked_metrics(metric)[0], edge, load)

    def table(
        self,
        metrics: Sequence[str] | None = None,
        *,
        ci: float = 0.95,
        edge: str = "",
        load: str = "",
    ) -> Table:
        """Mean and confidence interval (Student's t) of each metric.

        Args:
            metrics: p50, p90, p99, p999, mean, max (ms), error_rate (0 … 1), rps, goodput (1/s),
                retries (a count); None = the usual ones.
            ci: Confidence of the interval.
            edge: Of one hop, "productpage->reviews".
            load: Or of one load; without either, of all loads.
        """
        values = {m: self.values(m, edge=edge, load=load) for m in checked_metrics(metrics)}
        rows = interval_rows(values, checked_confidence(ci))
        return rows_table("replications", rows, ("metric", "unit"))

    def merged(self) -> RunRecord:
        """All runs added up, as one record; rates and levels are per run."""
        if not self._records:
            raise ValueError("no run was finished")
        return merged(self._records)

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> RunRecord: ...
    @overload
    def __getitem__(self, index: slice) -> "Replications": ...
    def __getitem__(self, index: int | slice) -> "RunRecord | Replications":
        if isinstance(index, slice):
            return Replications(self._records[index], interrupted=self.interrupted)
        return self._records[index]

    def __iter__(self) -> Iterator[RunRecord]:
        return iter(self._records)

    def __repr__(self) -> str:
        more = ", interrupted" if self.interrupted else ""
        return f"<Replications: {len(self)} runs{more}>"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def replicate(
    subject: Plan | Scenario,
    *,
    replications: int | None = None,
    seeds: Iterable[int] | None = None,
    threads: int = 0,
    until: Time | None = None,
    warmup: Time | None = None,
    progress: Progress = False,
) -> Replications:
    """Runs a plan once per seed on threads; the result does not depend on their number.

    Ctrl-C keeps the runs that are finished.

    Args:
        subject: A plan, or a scenario to compile.
        replications: How many runs: the plan's seed, then others far from it; the scenario's own
            `run.replications` when neither this nor `seeds` is given.
        seeds: Or: the seeds themselves.
        threads: How many threads; 0 = one per core.
        until: Where to end, at most the scenario's own `run.until`.
        warmup: Until when nothing enters the totals.
        progress: True = a bar; or a function of (share done, events) that may return False.

    Raises:
        MemoryLimitExceeded: A run would need more than `run.memoryLimit`.

    Example:
        >>> import meshsim as ms
        >>> from meshsim.examples import tiny
        >>> runs = ms.replicate(tiny(), seeds=range(4), until="5s")
        >>> runs.table(["p99", "error_rate"])["runs"].tolist()
        [4, 4]
    """
    plan = planned(subject)
    if replications is not None and seeds is not None:
        raise TypeError("replicate() takes replications= or seeds=, not both")
    chosen = plan.seeds(replications or plan.replications) if seeds is None else list(seeds)
    if not chosen or (replications is not None and replications < 1):
        raise ValueError("replications: must be positive")
    [runs] = run_cells([(plan, chosen)], keep_records=True, threads=threads, until=until,
                       warmup=warmup, progress=progress)  # fmt: skip
    context = plan.context()
    records = [RunRecord(run["record"], context) for run in runs if run is not None]
    return Replications(records, interrupted=len(records) < len(chosen))


class Comparison:
    """Runs of A and of B, and what tells them apart.

    Attributes:
        a: Runs of A.
        b: Runs of B; with `paired` each shares its seed, so its arrivals and service times, with
            the run of A of the same index.
        labels: Names of the two.
        paired: Whether differences are those of pairs.
        interrupted: Ctrl-C came first: fewer runs than asked for.
    """

    def __init__(
        self,
        a: Replications,
        b: Replications,
        *,
        labels: tuple[str, str] = ("A", "B"),
        paired: bool = True,
        interrupted: bool = False,
    ) -> None:
        self.a, self.b = a, b
        self.labels = labels
        self.paired = paired
        self.interrupted = interrupted

    def rows(
        self,
        metrics: Sequence[str] | None = None,
        *,
        ci: float = 0.95,
        edge: str = "",
        load: str = "",
    ) -> list[dict[str, Any]]:
        """What `table` holds, a dict per metric."""
        rows = []
        for metric in checked_metrics(metrics):
            values = [side.values(metric, edge=edge, load=load) for side in (self.a, self.b)]
            found = core.difference(metric, *values, paired=self.paired,
                                    confidence=checked_confidence(ci))  # fmt: skip
            nothing = found["difference"][2] == 0
            mean, half, _ = (math.nan,) * 3 if nothing else found["difference"]
            rows.append({
                "metric": metric,
                "unit": unit_of(metric),
                "a": math.nan if nothing else found["a"][0],
                "b": math.nan if nothing else found["b"][0],
                "difference": mean,
                "low": mean - half,
                "high": mean + half,
                "runs": found["difference"][2],
                "verdict": found["verdict"],
            })  # fmt: skip
        return rows

    def table(
        self,
        metrics: Sequence[str] | None = None,
        *,
        ci: float = 0.95,
        edge: str = "",
        load: str = "",
    ) -> Table:
        """One row per metric: means of A and B, B - A with its interval, and the verdict.

        The verdict is "better" or "worse" when the interval does not contain 0 ("changed" for a
        metric that is neither good nor bad), "unclear" when it does, "same" when every pair is
        equal.

        Args:
            metrics: As for `Replications.table`.
            ci: Confidence of the interval.
            edge: Of one hop, "productpage->reviews".
            load: Or of one load; without either, of all loads.
        """
        rows = self.rows(metrics, ci=ci, edge=edge, load=load)
        return rows_table("comparison", rows, ("metric", "unit", "verdict"))

    def plot(
        self,
        metrics: Sequence[str] | None = None,
        *,
        ci: float = 0.95,
        edge: str = "",
        load: str = "",
    ) -> "Picture":
        """The differences relative to A with their intervals; arguments as of `table`."""
        from meshsim.plot.differences import figure

        return figure(self, self.rows(metrics, ci=ci, edge=edge, load=load), ci=ci)

    def __repr__(self) -> str:
        kind = "pairs" if self.paired else "independent runs each"
        more = ", interrupted" if self.interrupted else ""
        count = min(len(self.a), len(self.b))
        return f"<Comparison of {self.labels[0]} and {self.labels[1]}: {count} {kind}{more}>"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def compare(
    a: Plan | Scenario,
    b: Plan | Scenario,
    *,
    replications: int = 10,
    paired: bool = True,
    seed: int | None = None,
    labels: tuple[str, str] = ("A", "B"),
    threads: int = 0,
    until: Time | None = None,
    warmup: Time | None = None,
    progress: Progress = False,
) -> Comparison:
    """Runs A and B and says, with an interval, what B changes.

    Paired runs share their seeds: the same users come at the same instants and the same work takes
    as long (common random numbers), so that a few runs tell apart what else takes hundreds.
    Ctrl-C keeps the pairs that are finished.

    Args:
        a: A plan, or a scenario to compile.
        b: The other one.
        replications: How many runs of each.
        paired: False: B gets seeds of its own, and differences are those of independent means.
        seed: The first seed; None = that of A.
        labels: Names of the two.
        threads: How many threads; 0 = one per core.
        until: Where to end, at most the `run.until` of both.
        warmup: Until when nothing enters the totals.
        progress: True = a bar; or a function of (share done, events) that may return False.

    Example:
        >>> import meshsim as ms
        >>> from meshsim.examples import tiny
        >>> slow = tiny().with_({"behaviour.workloads.cart.time": "50ms"})
        >>> ab = ms.compare(tiny(), slow, replications=3, seed=1)
        >>> ab.table(["p50", "error_rate"])["verdict"].tolist()
        ['worse', 'same']
    """
    if replications < 1:
        raise ValueError("replications: must be positive")
    plans = [planned(a), planned(b)]
    seeds = plans[0].seeds(replications if paired else 2 * replications, first=seed)
    both = (seeds[:replications], seeds[:replications] if paired else seeds[replications:])
    if until is not None:
        plans[1]._until_ns(until)
    runs = run_cells(list(zip(plans, both, strict=True)), keep_records=True, threads=threads,
                     until=until, warmup=warmup, progress=progress)  # fmt: skip
    keep = [i for i in range(replications) if not paired or (runs[0][i] and runs[1][i])]
    sides = []
    for plan, row in zip(plans, runs, strict=True):
        context = plan.context()
        finished = [run for i in keep if (run := row[i]) is not None]
        sides.append(Replications([RunRecord(run["record"], context) for run in finished]))
    early = any(run is None for row in runs for run in row)
    return Comparison(*sides, labels=labels, paired=paired, interrupted=early)


__all__ = ["Comparison", "Replications", "compare", "planned", "replicate", "run_cells"]
