"""One scenario under many settings: a design over overrides, each point replicated."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from meshsim._native import core
from meshsim.errors import ScenarioErrors
from meshsim.intervals import checked_confidence, checked_metrics, interval_rows, unit_of
from meshsim.plan import Plan
from meshsim.progress import Progress
from meshsim.scenario import Scenario
from meshsim.study import run_cells
from meshsim.units import Time

if TYPE_CHECKING:
    import pandas as pd

#: More runs than this are refused before the first one: a million summaries fill the memory.
RUNS_MAX = 1_000_000

#: Columns that are ours, so no axis may have their names.
OWN = ("replication", "seed", "fingerprint", "runs")


class Sweep:
    """The answers of every run, by point of the design.

    Attributes:
        axes: Name -> values, in the order of the design.
        metrics: What each run was asked for.
        interrupted: Ctrl-C came first: some runs have no answer.
    """

    def __init__(
        self,
        axes: Mapping[str, Sequence[Any]],
        points: Sequence[Sequence[int]],
        runs: Sequence[Sequence[dict[str, Any] | None]],
        metrics: Sequence[str],
    ) -> None:
        self.axes = {name: list(values) for name, values in axes.items()}
        self.metrics = tuple(metrics)
        self._points = [tuple(point) for point in points]
        self._runs = runs
        self.interrupted = any(run is None for row in runs for run in row)

    def _setting(self, point: Sequence[int]) -> dict[str, Any]:
        named = zip(self.axes.items(), point, strict=True)
        return {name: label(values[i]) for (name, values), i in named}

    def to_pandas(self) -> "pd.DataFrame":
        """One row per finished run: the setting, replication, seed, fingerprint, every metric."""
        import pandas as pd

        rows = []
        for point, row in zip(self._points, self._runs, strict=True):
            for replication, run in enumerate(row):
                if run is None:
                    continue
                about = {"replication": replication, "seed": run["seed"]}
                about["fingerprint"] = run["fingerprint"]
                answers = dict(zip(self.metrics, run["answers"], strict=True))
                rows.append(self._setting(point) | about | answers)
        columns = [*self.axes, "replication", "seed", "fingerprint", *self.metrics]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype({"seed": "uint64"})

    def table(self, metrics: Sequence[str] | None = None, *, ci: float = 0.95) -> "pd.DataFrame":
        """One row per point: the setting, how many runs, each metric with `_low` and `_high`.

        Args:
            metrics: Some of those that the sweep asked for; None = all.
            ci: Confidence of the intervals (Student's t over the replications).
        """
        import pandas as pd

        chosen = self.metrics if metrics is None else checked_metrics(metrics)
        for metric in chosen:
            if metric not in self.metrics:
                raise ValueError(f"the sweep did not ask for {metric!r}; it has {self.metrics}")
        rows = []
        for point, row in zip(self._points, self._runs, strict=True):
            done = [run["answers"] for run in row if run is not None]
            values = {m: [a[self.metrics.index(m)] for a in done] for m in chosen}
            out: dict[str, Any] = self._setting(point) | {"runs": len(done)}
            for found in interval_rows(values, checked_confidence(ci)):
                name = found["metric"]
                out |= {name: found["mean"]}
                out |= {f"{name}_low": found["low"], f"{name}_high": found["high"]}
            rows.append(out)
        return pd.DataFrame(rows)

    def to_xarray(self) -> Any:
        """A Dataset: a dimension per axis, then `replication`; each metric with its unit.

        Raises:
            ImportError: The package xarray is not installed.
        """
        try:
            import xarray
        except ImportError as error:
            raise ImportError(
                "to_xarray() needs the package xarray (python -m pip install xarray); "
                "to_pandas() and table() work without it"
            ) from error
        import numpy as np

        count = max((len(row) for row in self._runs), default=0)
        shape = (*(len(values) for values in self.axes.values()), count)
        arrays = {metric: np.full(shape, math.nan) for metric in self.metrics}
        for point, row in zip(self._points, self._runs, strict=True):
            for replication, run in enumerate(row):
                answers = run["answers"] if run else []
                for metric, answer in zip(self.metrics, answers, strict=False):
                    arrays[metric][(*point, replication)] = answer
        dims = [*self.axes, "replication"]
        coords = {name: [label(v) for v in values] for name, values in self.axes.items()}
        return xarray.Dataset(
            {name: (dims, a, {"units": unit_of(name) or "1"}) for name, a in arrays.items()},
            coords={**coords, "replication": range(count)},
        )

    def __len__(self) -> int:
        return len(self._points)

    def __repr__(self) -> str:
        axes = " × ".join(f"{name} ({len(values)})" for name, values in self.axes.items())
        done = sum(run is not None for row in self._runs for run in row)
        more = ", interrupted" if self.interrupted else ""
        return f"<Sweep over {axes}: {len(self)} points, {done} runs{more}>"

    def _repr_html_(self) -> str:
        html = self.table().to_html(index=False)
        assert isinstance(html, str)
        return html


def label(value: Any) -> Any:
    """A value as a table shows it: what is no number or text becomes JSON."""
    return value if isinstance(value, str | int | float) else json.dumps(value)


def sweep(
    scenario: Scenario,
    over: Mapping[str, tuple[str, Sequence[Any]]],
    *,
    design: str = "grid",
    replications: int = 1,
    metrics: Sequence[str] | None = None,
    edge: str = "",
    load: str = "",
    seed: int | None = None,
    threads: int = 0,
    until: Time | None = None,
    warmup: Time | None = None,
    progress: Progress = False,
) -> Sweep:
    """Runs a scenario under every combination of settings.

    All points share their seeds, so that they differ by their settings alone. The result does not
    depend on the number of threads; Ctrl-C keeps what is finished, the first replication of every
    point before the second.

    Args:
        scenario: What is changed.
        over: Name -> (path, values); a path as of `Scenario.with_`, values as YAML would hold.
        design: "grid": all combinations, the last axis changes fastest.
        replications: Runs of each point.
        metrics: What to ask each run for, as for `Replications.table`.
        edge: Of one hop, "productpage->reviews".
        load: Or of one load; without either, of all loads.
        seed: The first seed; None = the scenario's.
        threads: How many threads; 0 = one per core.
        until: Where to end, at most `run.until`.
        warmup: Until when nothing enters the totals.
        progress: True = a bar; or a function of (share done, events) that may return False.

    Raises:
        ScenarioErrors: A setting leads to a scenario that cannot be run; a note says which.

    Example:
        >>> import meshsim as ms
        >>> from meshsim.examples import tiny
        >>> grid = ms.sweep(tiny(), over={"workers": ("behaviour.workloads.cart.workers", [1, 8])},
        ...                 replications=2, metrics=["p99"], until="5s")
        >>> grid.table()["workers"].tolist()
        [1, 8]
    """
    if design != "grid":
        raise ValueError(f'design: there is "grid", not {design!r}')
    axes = _checked(over, replications)
    asked = checked_metrics(metrics)
    points = core.full_grid(
        [(path, [json.dumps(value) for value in axes[name]]) for name, (path, _) in over.items()]
    )
    plans = [_compiled(scenario, overrides) for _, overrides in points]
    seeds = plans[0].seeds(replications, first=seed)
    runs = run_cells(
        [(plan, seeds) for plan in plans],
        [(metric, edge, load) for metric in asked],
        keep_records=False, threads=threads, until=until, warmup=warmup, progress=progress,
    )  # fmt: skip
    return Sweep(axes, [at for at, _ in points], runs, asked)


def _checked(over: Mapping[str, Any], replications: int) -> dict[str, list[Any]]:
    if not over:
        raise ValueError("over: at least one axis, {name: (path, [values])}")
    if replications < 1:
        raise ValueError("replications: must be positive")
    axes: dict[str, list[Any]] = {}
    for name, axis in over.items():
        if not isinstance(axis, tuple) or len(axis) != 2 or not isinstance(axis[0], str):
            raise TypeError(f"over: {name!r} must be (path, [values]), not {axis!r}")
        if name in (*OWN, *core.metric_names()):
            raise ValueError(f"over: {name!r} is a column of the table; call the axis otherwise")
        axes[name] = list(axis[1])
        if not axes[name]:
            raise ValueError(f"over: {name!r} has no values")
    count = replications * math.prod(len(values) for values in axes.values())
    if count > RUNS_MAX:
        raise ValueError(f"the design has {count:,} runs; at most {RUNS_MAX:,}")
    return axes


def _compiled(scenario: Scenario, overrides: Sequence[tuple[str, str]]) -> Plan:
    try:
        return scenario.with_({path: json.loads(value) for path, value in overrides}).compile()
    except ScenarioErrors as error:
        error.add_note("at " + ", ".join(f"{path} = {value}" for path, value in overrides))
        raise


__all__ = ["Sweep", "sweep"]
