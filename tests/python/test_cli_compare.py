"""`meshsim compare` and the intervals of `meshsim run --replications`."""

from pathlib import Path

import pytest
from cli_tools import answer, meshsim

SLOW = ["--set-b", "behaviour.workloads.cart.time=30ms"]
FEW = ["--replications", 3, "--until", "3s"]


def test_compare_says_what_is_worse(scenario: Path, tmp_path: Path) -> None:
    data = answer("compare", scenario, *SLOW, *FEW, "--png", tmp_path / "ab.png")["data"]
    rows = {row["metric"]: row for row in data["metrics"]}
    assert rows["p50"]["verdict"] == "worse"
    assert rows["error_rate"]["verdict"] == "same"
    assert rows["p50"]["low"] < rows["p50"]["difference"] < rows["p50"]["high"]
    assert len(data["seeds"]) == 3
    assert data["a"] != data["b"]
    assert (tmp_path / "ab.png").read_bytes().startswith(b"\x89PNG")
    text = meshsim("compare", scenario, *SLOW, *FEW).stdout
    assert "3 pairs that share their seeds" in text
    assert "95 % interval" in text


def test_compare_fails_if_b_is_worse_and_only_if_asked(scenario: Path) -> None:
    worse = answer("compare", scenario, *SLOW, *FEW, "--fail-if-worse", code=98)
    assert "p50" in worse["error"]
    better = ["--set", "behaviour.workloads.cart.time=30ms"]
    better += ["--set-b", "behaviour.workloads.cart.time=5ms"]
    answer("compare", scenario, *better, *FEW, "--fail-if-worse")
    only = ["--metric", "error_rate", "--fail-if-worse"]
    answer("compare", scenario, *SLOW, *FEW, *only)


def test_a_scenario_is_the_same_as_itself(scenario: Path) -> None:
    data = answer("compare", scenario, scenario, *FEW)["data"]
    assert {row["verdict"] for row in data["metrics"]} == {"same"}
    assert data["a"] == data["b"]


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ([], 2, "compare takes B"),
        (["--set-b", "run.seed=2", "--metric", "p98"], 2, "no metric 'p98'"),
        (["--set-b", "run.seed=2", "--ci", "95"], 2, "between 0 and 1"),
        (["--set-b", "run.sed=2"], 65, "run.sed"),
    ],
)
def test_what_compare_refuses(scenario: Path, more: list[str], code: int, said: str) -> None:
    result = meshsim("compare", scenario, *more)
    assert result.exit_code == code
    assert said in result.output


def test_run_replications_have_intervals(scenario: Path) -> None:
    data = answer("run", scenario, *FEW)["data"]
    rows = {row["metric"]: row for row in data["intervals"]}
    assert set(rows) == {"p50", "p99", "error_rate", "goodput", "retries"}
    assert rows["p50"]["runs"] == 3
    assert rows["p50"]["low"] <= rows["p50"]["mean"] <= rows["p50"]["high"]
    assert "Mean of 3 runs" in meshsim("run", scenario, *FEW).stdout
    assert answer("run", scenario, "--until", "2s")["data"]["intervals"] == []
    assert "Mean of" not in meshsim("run", scenario, "--until", "2s").stdout
