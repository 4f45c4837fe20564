"""`meshsim run`: what it prints, what it writes, what its options do."""

import io
from pathlib import Path

import pytest
from cli_tools import answer, meshsim
from fake_record import fake_record
from meshsim.cli import run_text
from meshsim.examples import TINY
from meshsim.store import load_record
from rich.console import Console


def test_run_prints_what_matters(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report, png = out / "report.html", tmp_path / "deep" / "report.png"
    result = meshsim("run", scenario, "--out", out, "--report", report, "--png", png, "--seed", 7)
    assert result.exit_code == 0, result.output
    record = load_record(out)
    for part in ("tiny", record.info.config_digest, "seed        7", record.fingerprint,
                 "What the users saw", "Hops", "retries", "ejections", "p50", "p99"):  # fmt: skip
        assert part in result.stdout
    for path in (report, png):
        assert str(path) in result.stdout
        assert path.stat().st_size > 10_000
    assert record.info.seed == 7
    assert "kind: Service" in record.context.resources_yaml


def test_run_answers_in_json(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    data = answer("run", scenario, "--out", out, "--seed", 7)["data"]
    assert data["info"]["seed"] == 7
    assert data["hash"] == load_record(out).hash
    assert data["loads"][0]["load"] == "shoppers"
    assert data["edges"][0]["retries"] >= 0
    assert data["artefacts"] == [{"kind": "run", "path": str(out)}]


def test_run_without_out_writes_nothing(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scenario.parent)
    assert meshsim("run", scenario).exit_code == 0
    assert [p.name for p in scenario.parent.iterdir()] == ["scenario.yaml"]


def test_run_takes_options_before_and_after_the_verb(scenario: Path) -> None:
    for args in (["--seed", "9", "run", scenario], ["run", scenario, "--seed", "9"]):
        assert "seed        9" in meshsim(*args).stdout
    assert "seed        9" in meshsim("--seed", "8", "run", scenario, "--seed", "9").stdout


def test_run_changes_values_and_the_horizon(scenario: Path) -> None:
    overrides = ("--set", "load.shoppers.open.rate=200", "--set", "run.seed=5")
    data = answer("run", scenario, "--until", "2s", *overrides)["data"]
    assert data["info"]["ended_ns"] == 2 * 10**9
    assert data["info"]["seed"] == 5
    assert data["loads"][0]["requests"] > 300


def test_run_reads_standard_input() -> None:
    result = meshsim("run", "-", "--until", "1s", text=TINY)
    assert result.exit_code == 0
    assert "tiny" in result.stdout


def test_run_replicates_and_adds_up(scenario: Path, tmp_path: Path) -> None:
    results = [
        answer("run", scenario, "--replications", 3, "--threads", threads, "--out", tmp_path / "o")
        for threads in (1, 2)
    ]
    assert results[0]["data"]["hash"] == results[1]["data"]["hash"]
    data = results[0]["data"]
    assert data["info"]["runs"] == 3
    assert len({r["seed"] for r in data["replications"]}) == 3
    assert 30 < data["loads"][0]["rps"] < 70
    assert load_record(tmp_path / "o").info.runs == 3


def test_run_prints_the_effective_scenario(scenario: Path) -> None:
    result = meshsim("run", scenario, "--print-effective", "--set", "run.seed=77")
    assert result.exit_code == 0
    assert "77" in result.stdout
    assert "fingerprint" not in result.stdout
    assert (
        "77"
        in answer("run", scenario, "--print-effective", "--set", "run.seed=77")["data"]["effective"]
    )


def test_quiet_prints_nothing_and_progress_goes_to_stderr(scenario: Path) -> None:
    quiet = meshsim("run", scenario, "--quiet")
    assert quiet.exit_code == 0
    assert quiet.output == ""
    piped = meshsim("run", scenario, "--progress", "auto")
    assert piped.stderr == ""


@pytest.mark.parametrize(("width", "sparkline"), [(80, False), (120, True)])
def test_tables_fit_the_terminal_and_keep_every_name(
    width: int, sparkline: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        run_text, "_console", lambda color: Console(file=io.StringIO(), width=width, no_color=True)
    )
    text = run_text.run_text(fake_record(), [])
    assert max(len(line) for line in text.splitlines()) <= width
    assert ("p99 over time" in text) == sparkline
    for name in ("shoppers", "productpage-v1", "reviews-v3", "ejections"):
        assert name in text
