"""Several runs as one recording: expected.json beside copies of the case's files."""

import datetime
import json
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from meshsim.rig.case import Case
from meshsim.rig.measures import Measured

ROWS_MAX = 500


def expected_of(case: Case, runs: Sequence[Measured], versions: dict[str, Any]) -> dict[str, Any]:
    """What expected.json holds."""
    names = sorted({name for run in runs for name in run.scalars})
    series = sorted({name for run in runs for name in run.series})
    return {
        "case": case.name,
        "recorded": {"date": datetime.date.today().isoformat(), **versions},
        "runs": len(runs),
        "rig": lateness(runs),
        "scalars": {n: spread([run.scalars.get(n, 0) for run in runs]) for n in names},
        "series": {n: by_second([run.series.get(n, {}) for run in runs]) for n in series},
        "outlier_events": [run.outlier_events for run in runs],
        "sequence": sequence(runs),
    }


def lateness(runs: Sequence[Measured]) -> dict[str, list[int]]:
    """How late the generator was, in microseconds."""
    out: dict[str, list[int]] = {
        "lateness_us_p50": [],
        "lateness_us_p99": [],
        "lateness_us_max": [],
    }
    for run in runs:
        ordered = sorted(run.lateness_us) or [0]
        out["lateness_us_p50"].append(ordered[len(ordered) // 2])
        out["lateness_us_p99"].append(ordered[(len(ordered) - 1) * 99 // 100])
        out["lateness_us_max"].append(ordered[-1])
    return out


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean, deviation and extremes; the runs where they differ.

    Example:
        >>> spread([2, 2])
        {'mean': 2, 'sd': 0, 'min': 2, 'max': 2}
    """
    out: dict[str, Any] = {
        "mean": round(statistics.fmean(values), 3),
        "sd": round(statistics.stdev(values), 3) if len(values) > 1 else 0,
        "min": min(values),
        "max": max(values),
    }
    if out["min"] == out["max"]:
        return out | {"mean": values[0], "sd": 0}
    return out | {"runs": list(values)}


def by_second(runs: Sequence[dict[int, float]]) -> dict[str, list[float]]:
    """A value for each second; extremes where the runs differ."""
    length = max((max(run) + 1 for run in runs if run), default=0)
    columns = [[run.get(s, 0) for run in runs] for s in range(length)]
    out = {"mean": [round(statistics.fmean(c), 3) for c in columns]}
    if any(min(c) != max(c) for c in columns):
        out |= {"min": [min(c) for c in columns], "max": [max(c) for c in columns]}
    return out


def sequence(runs: Sequence[Measured]) -> dict[str, Any]:
    """The first run's requests, and whether the others went the same way."""
    outcomes = [[row[2:5] for row in run.sequence] for run in runs]
    instances = [[row[5] for row in run.sequence] for run in runs]
    return {
        "columns": ["due_ms", "request", "code", "flags", "attempts", "instances", "latency_ms"],
        "same_outcomes_in_all_runs": all(o == outcomes[0] for o in outcomes),
        "same_instances_in_all_runs": all(i == instances[0] for i in instances),
        "rows": runs[0].sequence[:ROWS_MAX],
    }


def write(case: Case, folder: Path, expected: dict[str, Any], envoys: dict[str, Any]) -> None:
    """The folder of a recording: the case, what was measured, and what Envoy got."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("case.yaml", "istio.yaml", "arrivals.csv", case.form["load"].get("arrivals", "")):
        source = case.folder / name
        if name and source.is_file() and source.resolve() != (folder / name).resolve():
            shutil.copy(source, folder / name)
    for name, bootstrap in envoys.items():
        file = folder / (f"envoy.{name}.json" if name else "envoy.json")
        file.write_text(json.dumps(bootstrap, indent=1) + "\n", "utf-8")
    text = json.dumps(expected, indent=1, ensure_ascii=False) + "\n"
    (folder / "expected.json").write_text(text, "utf-8")


__all__ = ["expected_of", "write"]
