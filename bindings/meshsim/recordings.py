"""Recorded experiments: what a real Envoy did, and what we do in its place."""

import functools
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from meshsim._native import core
from meshsim.progress import Progress, hook
from meshsim.tables import Column, Table, names_column

if TYPE_CHECKING:
    from meshsim._core import Diagnostic, VerifiedRow


class VerifiedCase:
    """One recorded experiment, repeated once per recorded run.

    Attributes:
        name: The name of its folder.
        rows: What was compared, one `VerifiedRow` each: `measure`, `kind`, `ours` (one value a
            run), Envoy's `mean`, `sd`, `min`, `max`, the `difference` of the means (a share's in
            percentage points; of a timeline the worst second's), `tolerance`, `holds`, `note`.
        diagnostics: Problems of its files; a case with an error was not run.
    """

    def __init__(self, case: core.VerifiedCase) -> None:
        self._core = case
        self.name: str = case.name
        self.rows: tuple[VerifiedRow, ...] = tuple(case.rows)
        self.diagnostics: tuple[Diagnostic, ...] = tuple(case.diagnostics)

    @property
    def family(self) -> str:
        """What it belongs to, by its name: retry, outlier or another."""
        return family_of(self.name)

    @property
    def folder(self) -> str:
        """Where it is."""
        return self._core.folder

    @property
    def title(self) -> str:
        """What it is about, in its own words."""
        return self._core.title

    @property
    def question(self) -> str:
        """What it asks, in its own words."""
        return self._core.question

    @property
    def holds(self) -> bool:
        """Every row holds."""
        return self._core.holds

    @property
    def broken(self) -> bool:
        """It could not be run: `diagnostics` has the errors."""
        return self._core.broken

    @property
    def finished(self) -> bool:
        """It was run to its end: neither broken nor interrupted."""
        return self._core.finished

    @functools.cached_property
    def scalars(self) -> Mapping[str, Mapping[str, Any]]:
        """Our measures under the names and in the form of expected.json."""
        return {name: spread(values) for name, values in sorted(self._core.scalars().items())}

    @functools.cached_property
    def series(self) -> Mapping[str, Mapping[str, list[float]]]:
        """Our measures per second under the names and in the form of expected.json."""
        return {name: spread_by_second(runs) for name, runs in sorted(self._core.series().items())}

    @functools.cached_property
    def recorded(self) -> Mapping[str, tuple[float, float, float, float]]:
        """Envoy's measures: name -> (mean, sd, min, max)."""
        return self._core.recorded()

    def __repr__(self) -> str:
        if self.broken:
            return f"<VerifiedCase {self.name}: cannot be run>"
        return f"<VerifiedCase {self.name}: {sum(r.holds for r in self.rows)} of {len(self.rows)}>"


class Verification:
    """All cases of some folders, in their order."""

    def __init__(self, cases: Sequence[VerifiedCase]) -> None:
        self.cases = tuple(cases)

    @property
    def holds(self) -> bool:
        """Every row of every case holds, and none is broken."""
        return bool(self.cases) and all(case.holds for case in self.cases)

    @property
    def broken(self) -> tuple[VerifiedCase, ...]:
        """Cases that could not be run."""
        return tuple(case for case in self.cases if case.broken)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """(rows that hold, rows, cases that hold, cases)."""
        rows = [row for case in self.cases for row in case.rows]
        return (
            sum(row.holds for row in rows), len(rows),
            sum(case.holds for case in self.cases), len(self.cases),
        )  # fmt: skip

    @property
    def verdict(self) -> str:
        """`N of M rows, K of L cases`."""
        n, m, k, cases = self.counts
        return f"{n} of {m} rows, {k} of {cases} cases"

    @functools.cached_property
    def rows(self) -> Table:
        """One row per compared measure."""
        pairs = [(case, row) for case in self.cases for row in case.rows]

        def numbers(name: str) -> Column:
            return Column(name, np.array([getattr(r, name) for _, r in pairs], dtype=float))

        ours = np.array([statistics.fmean(r.ours) if r.ours else 0.0 for _, r in pairs])
        return Table(
            "verification",
            [
                names_column("case", [c.name for c, _ in pairs]),
                names_column("measure", [r.measure for _, r in pairs]),
                names_column("kind", [r.kind for _, r in pairs]),
                Column("ours", ours),
                numbers("mean"), numbers("sd"), numbers("min"), numbers("max"),
                numbers("difference"),
                names_column("tolerance", [r.tolerance for _, r in pairs]),
                Column("holds", np.array([r.holds for _, r in pairs], dtype=bool)),
                names_column("note", [r.note for _, r in pairs]),
            ],
        )  # fmt: skip

    @property
    def misses(self) -> Table:
        """The rows that do not hold."""
        return self.rows.where(lambda row: not row["holds"])

    def to_dict(self, *, everything: bool = False) -> dict[str, Any]:
        """What `meshsim verify --json` prints; with `everything` that of `--all`."""
        rows = [
            {"case": c.name, "measure": r.measure, "kind": r.kind, "ours": list(r.ours),
             "holds": r.holds}
            for c in self.cases for r in c.rows
        ]  # fmt: skip
        out: dict[str, Any] = {"rows": rows}
        if everything:
            done = [case for case in self.cases if case.finished]
            out["scalars"] = {case.name: dict(case.scalars) for case in done}
            out["series"] = {case.name: dict(case.series) for case in done}
        return out

    def __repr__(self) -> str:
        return f"<Verification: {self.verdict}>"

    def _repr_html_(self) -> str:
        return f"<p>{self.verdict}</p>{self.misses._repr_html_() if self.counts[1] else ''}"


def verify(*folders: str | Path, threads: int = 0, progress: Progress = False) -> Verification:
    """Repeats recorded experiments and says which of their rows hold.

    A folder is a case (case.yaml, istio.yaml, expected.json) or holds cases. A broken case does not
    stop the others: it is in `Verification.broken` with its diagnostics. Ctrl-C leaves the cases
    that were not finished without rows.

    Args:
        folders: Cases, or folders of cases.
        threads: How many threads; 0 = one per core. The result does not depend on their number.
        progress: True = a bar; or a function of (share done, cases done) that may return False to
            stop.

    Example:
        >>> verify("recordings/envoy").verdict  # doctest: +SKIP
        '735 of 735 rows, 122 of 122 cases'
    """
    if not folders:
        raise TypeError("verify() needs the folder of a case, or one that holds cases")
    if threads < 0:
        raise ValueError(f"threads: 0 or more, got {threads}")
    with hook(progress, counted="cases") as callback:
        cases = core.verify([str(f) for f in folders], threads=threads, progress=callback)
    return Verification([VerifiedCase(case) for case in cases])


#: Families whose name has more than one word.
LONG_FAMILIES = ("closed-loop", "least-request", "max-retries", "per-try-timeout")


def family_of(name: str) -> str:
    """The family of a case: the first word of its name, or more where one says little.

    Example:
        >>> family_of("outlier-merge-window"), family_of("max-retries-one")
        ('outlier', 'max-retries')
    """
    for family in LONG_FAMILIES:
        if name.startswith(family):
            return family
    return name.split("-")[0]


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean, standard deviation (n - 1), least, largest, and the value of each run.

    Example:
        >>> spread([1, 2, 3])
        {'mean': 2.0, 'sd': 1.0, 'min': 1, 'max': 3, 'runs': [1, 2, 3]}
    """
    return {
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else 0.0,
        "min": min(values),
        "max": max(values),
        "runs": list(values),
    }


def spread_by_second(runs: Sequence[Sequence[float]]) -> dict[str, list[float]]:
    """Mean, least and largest of each second; a second that a run does not list counts as 0.

    Example:
        >>> spread_by_second([[1, 2], [3]])
        {'mean': [2.0, 1.0], 'min': [1, 0.0], 'max': [3, 2]}
    """
    length = max(len(run) for run in runs)
    columns = [[run[s] if s < len(run) else 0.0 for run in runs] for s in range(length)]
    return {
        "mean": [statistics.fmean(column) for column in columns],
        "min": [min(column) for column in columns],
        "max": [max(column) for column in columns],
    }


__all__ = ["Verification", "VerifiedCase", "family_of", "verify"]
