"""Runs our benchmarks and the sticks in turn, then prints medians, ratios and goals."""

import argparse
import json
import re
import statistics
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

Samples = dict[str, list[float]]

# Arguments of each stick and the patterns that pick its figures (ns) out of what it prints.
STICKS: dict[str, list[tuple[list[str], list[tuple[str, str]]]]] = {
    "timers": [
        (
            [],
            [
                (rf"N={n} T={t}s .*fifo\+mlb64 ([0-9.]+)", f"stick/timers/{n}/{label}")
                for n in ("100", "1000")
                for t, label in (("0.1", "100ms"), ("1.0", "1s"), ("15.0", "15s"))
            ],
        )
    ],
    "mesh": [(["hop8", "2000000", "10", "10"], [(r"([0-9.]+) ns/req", "stick/hop8")])],
    "full": [(["1000000", "10", "10"], [(r"([0-9.]+) ns/hop", "stick/full")])],
}


@dataclass(frozen=True)
class Goal:
    """One line of the table: a figure, or the ratio of two; `limit` as the design states it."""

    title: str
    ours: str
    other: str | None
    limit: float
    at_most: bool = True
    unit: str = ""


GOALS = [
    Goal("hold, 1e2 pending: own queue / 4-ary heap", "hold/own/100", "hold/heap4/100", 0.7),
    Goal("hold, 1e4 pending: own queue / 4-ary heap", "hold/own/10000", "hold/heap4/10000", 0.5),
    Goal(
        "hold, 1e6 pending: own queue / 4-ary heap", "hold/own/1000000", "hold/heap4/1000000", 0.2
    ),
    *(
        Goal(
            f"hold + one timer, {n} pending, {t}: ours / fifo+mlb64",
            f"hold_timer/own/{n}/{t}",
            f"stick/timers/{n}/{t}",
            1.5,
        )
        for n in (100, 1000)
        for t in ("100ms", "1s", "15s")
    ),
    Goal("minimal hop: ours / hop8 stick", "engine/hop/minimal:ns_per_hop", "stick/hop8", 2.0),
    Goal("full hop: ours / full stick", "engine/hop/full:ns_per_hop", "stick/full", 1.6),
    Goal(
        "full hop with every filter: ours / ours without",
        "engine/hop/filters:ns_per_hop",
        "engine/hop/full:ns_per_hop",
        1.4,
    ),
    Goal("canonical run", "engine/canonical:x_real_time", None, 150, False, "x real time"),
    # Events allocate nothing; what is left is the doubling of tables that grow with simulated time.
    *(
        Goal(f"allocations per event, {run}", f"engine/{run}:allocations_per_event", None, 1e-4)
        for run in ("hop/minimal", "hop/full", "hop/filters", "canonical")
    ),
    Goal("parse to first event, canonical scenario", "load", None, 50, True, "ms"),
]


def run_ours(program: Path, samples: Samples) -> None:
    """Adds every benchmark and counter of one executable."""
    command = [str(program), "--benchmark_format=json", "--benchmark_min_time=0.2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"bench: {program.name} failed: {done.stderr.strip()[:200]}")
        return
    scale = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    for row in json.loads(done.stdout)["benchmarks"]:
        if row.get("error_occurred"):
            continue
        name = row["name"]
        samples[name].append(row["cpu_time"] * scale[row["time_unit"]])
        for key, value in row.items():
            if isinstance(value, float) and key not in ("real_time", "cpu_time"):
                samples[f"{name}:{key}"].append(value)


def run_sticks(folder: Path, samples: Samples) -> None:
    """Adds what each stick that was built prints about itself."""
    for name, runs in STICKS.items():
        program = folder / name
        if not program.exists():
            continue
        for arguments, patterns in runs:
            text = subprocess.run(
                [str(program), *arguments], capture_output=True, text=True, check=True
            ).stdout
            for pattern, key in patterns:
                if found := re.search(pattern, text):
                    samples[key].append(float(found[1]))


def run_load(driver: Path, samples: Samples) -> None:
    """Adds the time from the command's start of reading to the plan being ready, in ms."""
    scenario = Path("bench/canonical")
    if not driver.exists() or not scenario.exists():
        return
    done = subprocess.run(
        [str(driver), "run", str(scenario), "--until", "1ms", "--timing"],
        capture_output=True,
        text=True,
        check=False,
    )
    if found := re.search(r"load ([0-9.]+) ms", done.stderr):
        samples["load"].append(float(found[1]))


def median(samples: Samples, key: str) -> float | None:
    """Of all rounds; None when nothing was measured."""
    return statistics.median(samples[key]) if samples.get(key) else None


def print_goals(samples: Samples) -> None:
    """One row per goal; what could not be measured says so."""
    print(f"\n{'figure':52} {'ours':>10} {'other':>10} {'ratio':>7} {'goal':>8}")
    for goal in GOALS:
        ours = median(samples, goal.ours)
        other = median(samples, goal.other) if goal.other else None
        if ours is None or (goal.other and other is None):
            print(f"{goal.title:52} not measured ({goal.ours if ours is None else goal.other})")
            continue
        value = ours if other is None else ours / other
        sign = "<=" if goal.at_most else ">="
        met = value <= goal.limit if goal.at_most else value >= goal.limit
        print(
            f"{goal.title:52} {ours:10.4g} {'' if other is None else f'{other:10.4g}':>10} "
            f"{'' if other is None else f'{value:7.2f}':>7} {sign + f' {goal.limit:g}':>8} "
            f"{goal.unit}{'' if met else '  MISSED'}"
        )


def print_all(samples: Samples) -> None:
    """Everything else that was measured, in ns (counters in their own unit)."""
    named = {key for goal in GOALS for key in (goal.ours, goal.other)}
    rest = sorted(set(samples) - named)
    print("\nothers, median (spread over rounds):")
    for key in rest:
        values = samples[key]
        if re.search(r":(iterations|repetitions|threads|per_family)", key):
            continue
        print(
            f"  {key:50} {statistics.median(values):12.4g} ({min(values):.4g} .. {max(values):.4g})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    programs = sorted(options.build.glob("bench/bench_*"))
    samples: Samples = defaultdict(list)
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", flush=True)
        run_sticks(options.build / "sticks", samples)
        for program in programs:
            run_ours(program, samples)
        run_load(options.build / "meshsim-core", samples)
    print_goals(samples)
    print_all(samples)
    print("\nbuilt with g++ -O3 -march=native -ffp-contract=off on both sides")


if __name__ == "__main__":
    main()
