"""What a run left behind: facts, columns, tables, pictures."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from meshsim._native import core
from meshsim.intervals import METRICS
from meshsim.units import Time, digits, milliseconds_text, nanoseconds, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from meshsim.tables import Table


@dataclasses.dataclass(frozen=True)
class RunInfo:
    """Facts about a run. Times are nanoseconds of simulated time; `…_s` gives seconds."""

    scenario: str
    version: str  # of meshsim
    config_digest: str
    seed: int
    until_ns: int
    warmup_ns: int
    ended_ns: int
    ended_by: str  # horizon, interrupt or limit
    limit: str  # what grew beyond bounds, when ended_by is limit
    events: int
    fingerprint: str
    requests_created: int
    requests_in_flight: int
    runs: int  # replications added up
    updates_via_merge: int  # cluster updates that Envoy would have merged
    fault_spans: tuple[tuple[int, int, int], ...]
    bucket_ns: int

    @property
    def ended_s(self) -> float:
        """When the run ended, seconds."""
        return self.ended_ns / 1e9

    @property
    def warmup_s(self) -> float:
        """Until when nothing was counted in totals, seconds."""
        return self.warmup_ns / 1e9

    @property
    def counted_s(self) -> float:
        """Length of the time that totals cover, seconds."""
        return max(self.ended_ns - self.warmup_ns, 0) / 1e9


@dataclasses.dataclass(frozen=True)
class Names:
    """Names behind the dense ids of a record: the index is the id."""

    workloads: tuple[str, ...]
    workload_namespaces: tuple[str, ...]
    versions: tuple[str, ...]
    localities: tuple[str, ...]  # by workload; "" = the default one
    services: tuple[str, ...]
    endpoints: tuple[str, ...]
    clusters: tuple[str, ...]
    routes: tuple[str, ...]
    route_places: tuple[str, ...]
    requests: tuple[str, ...]
    loads: tuple[str, ...]
    faults: tuple[str, ...]
    changes: tuple[str, ...]
    stores: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class RunContext:
    """What was run, as text, so that a saved run explains itself."""

    effective_yaml: str = ""
    resources_yaml: str = ""
    diagnostics: tuple[Mapping[str, Any], ...] = ()
    thresholds: tuple[Mapping[str, Any], ...] = ()
    replications: tuple[Mapping[str, Any], ...] = ()
    workers: tuple[int, ...] = ()  # of one pod of each workload; 0 = unlimited
    scenario: "core.Scenario | None" = None  # not saved: a saved run holds the verdicts


class RunRecord:
    """The immutable result of a run (or of replications added up).

    Example:
        >>> from meshsim.examples import tiny
        >>> record = tiny().run(seed=7)
        >>> record.fingerprint == tiny().run(seed=7).fingerprint
        True
        >>> record.summary()["load"].tolist()
        ['shoppers']
    """

    def __init__(self, record: core.RunRecord, context: RunContext | None = None) -> None:
        self._core = record
        self.context = context or RunContext()

    # ---- facts ----

    @functools.cached_property
    def info(self) -> RunInfo:
        """Facts about the run."""
        facts = dict(self._core.info)
        facts["fault_spans"] = tuple(tuple(span) for span in facts["fault_spans"])
        return RunInfo(**facts)

    @functools.cached_property
    def names(self) -> Names:
        """Names behind the ids in the columns."""
        return Names(**{name: tuple(items) for name, items in self._core.names.items()})

    @functools.cached_property
    def hash(self) -> str:
        """Digest of all simulated content: equal for equal (scenario, seed, version)."""
        return self._core.hash()

    @property
    def fingerprint(self) -> str:
        """Digest of the run's history, event by event."""
        return self.info.fingerprint

    # ---- columns ----

    @functools.cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Every column, 'table.column' -> read-only view of the record's memory."""
        return self._core.columns()

    def column(self, name: str) -> NDArray[Any]:
        """One column; see `columns`."""
        return self.columns[name]

    @functools.cached_property
    def outcome_flags(self) -> tuple[str, ...]:
        """Envoy's response flags of every outcome: "UO", "UF,URX", "-"."""
        return tuple(core.flag_names(self.column("outcomes.flags")).tolist())

    @functools.cached_property
    def figures(self) -> dict[str, Any]:
        """Figures by load and by edge as columns, behind `summary` and `edges`."""
        return core.summarize(self._core)

    @functools.cached_property
    def thresholds(self) -> tuple[Mapping[str, Any], ...]:
        """The scenario's thresholds with value and verdict.

        Each has `text`, `metric`, `of` (edge or load), `value` in `unit`, `value_text`, `ok`.
        """
        if self.context.scenario is None:
            return self.context.thresholds
        found = core.verdicts(self.context.scenario, self._core)
        return tuple({**v, "value_text": value_text(v)} for v in found)

    # ---- tables ----

    def summary(self) -> "Table":
        """One row per load: what its users saw after the warm-up."""
        from meshsim.views import summary_table

        return summary_table(self)

    @property
    def edges(self) -> "Table":
        """One row per (source, service, destination) that carried requests."""
        from meshsim.views import edges_table

        return edges_table(self)

    @property
    def requests(self) -> "Table":
        """One row per kept request; empty unless the scenario has `record.requests`."""
        from meshsim.views import requests_table

        return requests_table(self)

    @property
    def attempts(self) -> "Table":
        """One row per upstream attempt of the kept requests."""
        from meshsim.views import attempts_table

        return attempts_table(self)

    @property
    def events(self) -> "Table":
        """Ejections, faults, configuration changes and breakers, in order of time."""
        from meshsim.views import events_table

        return events_table(self)

    @property
    def stores(self) -> "Table":
        """What happened at caches, pools, topics and limiters: counts by bucket of time."""
        from meshsim.views import stores_table

        return stores_table(self)

    def timeseries(self, *, step: Time = "1s", by: str = "load") -> "Table":
        """Rates and latency quantiles over time.

        Args:
            step: Width of a row; rounded up to whole recorded buckets.
            by: "load" (what users saw) or "edge".
        """
        from meshsim.views import timeseries_table

        step_ns = nanoseconds(step, "step")
        if step_ns == 0:
            raise ValueError("step: must be positive")
        return timeseries_table(self, step_ns, by)

    # ---- stories and pictures ----

    def explain(self, request: int) -> str:
        """The story of one kept request: every decision with the rule's file and line.

        Args:
            request: An `id` of the `requests` table.

        Raises:
            KeyError: The run did not keep that request.
        """
        from meshsim.stories import explain

        return explain(self, request)

    def slowest(self, count: int = 1) -> list[int]:
        """Ids of the slowest kept requests that a load sent, slowest first."""
        from meshsim.stories import slowest

        return slowest(self, count)

    def plot(
        self, name: str = "overview", *, ax: "Axes | None" = None, **options: Any
    ) -> "Figure | SubFigure":
        """A picture of the run.

        Args:
            name: overview, throughput, latency, split, versions, hosts, shares, ejections,
                health, ring, queues, waiting, utilisation, inflight, amplification, goodput,
                replicas, failures or topology.
            ax: Axes to draw on; None = a figure of its own. The overview needs a figure.
            options: Those of the picture, e.g. `service="reviews"`.
        """
        from meshsim.plot import draw_on, figure

        if ax is not None:
            draw_on(ax, self, name, **options)
            return ax.figure
        return figure(self, name, **options)

    def report(self, path: str | Path) -> Path:
        """Writes one self-contained HTML file that opens offline; returns its path."""
        from meshsim.report import write_report

        return write_report(self, Path(path))

    def save(self, folder: str | Path) -> Path:
        """Writes the run to a folder that `load_record` and the command line read."""
        from meshsim.store import save_record

        return save_record(self, Path(folder))

    # ---- in terminals and notebooks ----

    def __repr__(self) -> str:
        info = self.info
        return (
            f"<RunRecord {info.scenario or 'unnamed'}: seed {info.seed}, "
            f"{info.ended_s:g} s, {info.events} events, fingerprint {info.fingerprint}>"
        )

    def _repr_html_(self) -> str:
        import html

        return f"<p>{html.escape(repr(self))}</p>" + self.summary()._repr_html_()


def value_text(verdict: Mapping[str, Any]) -> str:
    """A threshold's value with its unit."""
    value, unit = verdict["value"], verdict["unit"]
    if value is None:
        return "no such edge or load"
    if unit == "ms":
        return milliseconds_text(value)
    if verdict["metric"].endswith("rate"):
        return percent(value)
    return f"{digits(value)} {unit}".rstrip()


def merged(records: Sequence[RunRecord]) -> RunRecord:
    """The sum of replications; rates and levels of the result are per run."""
    if len(records) == 1:
        return records[0]
    total = records[0]._core
    for record in records[1:]:
        total = core.merge(total, record._core)
    rows = tuple(
        {
            "seed": r.info.seed,
            "fingerprint": r.info.fingerprint,
            "hash": r.hash,
            "ended_by": r.info.ended_by,
            "figures": {m: core.evaluate(r._core, m) for m in METRICS},
        }
        for r in records
    )
    return RunRecord(total, dataclasses.replace(records[0].context, replications=rows))


__all__ = ["Names", "RunContext", "RunInfo", "RunRecord", "merged"]
