"""Every exit code of the command line, and no traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from cli_tools import BAD, RESULTS, answer, meshsim
from click.testing import CliRunner
from meshsim.cli import cli
from meshsim.examples import TINY
from meshsim.store import load_record


def test_a_failed_threshold_is_99(scenario: Path) -> None:
    rule = "thresholds=[{metric: p99, max: 1us}, {metric: error_rate, max: 1%}]"
    result = meshsim("run", scenario, "--set", rule)
    assert result.exit_code == 99
    assert "p99 ≤ 1us" in result.stdout
    assert "FAILED" in result.stdout
    envelope = answer("run", scenario, "--set", rule, code=99)
    assert [t["ok"] for t in envelope["data"]["thresholds"]] == [False, True]
    assert envelope["error"] == "1 of 2 thresholds failed"
    met = meshsim("run", scenario, "--set", "thresholds=[{metric: p99, max: 1h}]")
    assert met.exit_code == 0


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_65_with_every_problem_at_its_place(bad: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(BAD[bad])
    result = meshsim("run", path)
    assert result.exit_code == 65, result.output
    assert result.stdout == ""
    assert str(path) in result.stderr
    envelope = answer("run", path, code=65)
    assert envelope["data"] is None
    assert any(d["severity"] == "error" for d in envelope["diagnostics"])


def test_a_missing_file_is_65(tmp_path: Path) -> None:
    for verb in ("run", "analyze"):
        result = meshsim(verb, tmp_path / "absent.yaml")
        assert result.exit_code == 65, result.output
        assert "absent.yaml" in result.output


def test_a_refused_override_is_65_and_a_malformed_one_is_usage(scenario: Path) -> None:
    assert meshsim("run", scenario, "--set", "load.nobody.open.rate=1").exit_code == 65
    assert meshsim("run", scenario, "--until", "tomorrow").exit_code == 65
    for malformed in ("novalue", "=1"):
        result = meshsim("run", scenario, "--set", malformed)
        assert result.exit_code == 2
        assert "PATH=VALUE" in result.stderr


def test_a_run_above_its_memory_limit_is_65(scenario: Path) -> None:
    result = meshsim(
        "run",
        scenario,
        "--set",
        "run.memoryLimit=1Mi",
        "--set",
        "Deployment/cart:spec.replicas=2000",
    )
    assert result.exit_code == 65
    assert "memoryLimit" in result.stderr


def test_analyze_is_0_79_or_65(scenario: Path, tmp_path: Path) -> None:
    assert meshsim("analyze", scenario).exit_code == 0
    assert "no problems found" in meshsim("analyze", scenario).stdout
    path = tmp_path / "bad.yaml"
    path.write_text(BAD["a typo"])
    result = meshsim("analyze", path)
    assert result.exit_code == 79
    assert "did you mean" in result.stdout
    assert "2 errors, 0 warnings, 0 notes" in result.stdout
    path.write_text(BAD["broken YAML"])
    assert meshsim("analyze", path).exit_code == 65


def test_analyze_may_fail_on_warnings(scenario: Path, tmp_path: Path) -> None:
    route = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart}
spec:
  hosts: [cart]
  http: [{route: [{destination: {host: nowhere}}]}]
"""
    path = tmp_path / "vs.yaml"
    path.write_text(route)
    assert meshsim("analyze", scenario, path).exit_code == 0
    result = meshsim("analyze", scenario, path, "--fail-on", "warning")
    assert result.exit_code == 79
    assert "nowhere" in result.stdout
    assert "vs.yaml:6:" in result.stdout
    envelope = answer("analyze", scenario, path)
    assert envelope["data"]["counts"]["warning"] >= 1


def test_analyze_looks_at_each_scenario_by_itself(scenario: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(BAD["a typo"])
    envelope = answer("analyze", scenario, other, code=79)
    assert {Path(d["file"]).name for d in envelope["diagnostics"]} == {"other.yaml"}
    assert answer("analyze", scenario, scenario)["diagnostics"] == []


def test_analyze_takes_istio_yaml_without_a_scenario(tmp_path: Path) -> None:
    service, deployment, _ = TINY.split("---\n")
    (tmp_path / "a.yaml").write_text(service)
    (tmp_path / "b.yaml").write_text(deployment)
    assert meshsim("analyze", tmp_path / "a.yaml", tmp_path / "b.yaml").exit_code == 0
    assert meshsim("analyze", tmp_path).exit_code == 0


@pytest.mark.parametrize(
    "args",
    [
        ["run"], ["run", "a", "b"], ["run", "x", "--replications", "0"],
        ["run", "x", "--seed", "-1"], ["run", "x", "--nope"], ["nope"], ["rnu"],
        ["analyze"], ["plot", "out", "pie"], ["schema", "nothing"], ["completion", "tcsh"],
        ["explain", "out", "--slowest", "0"], ["run", "x", "--progress", "loud"],
    ],
)  # fmt: skip
def test_misuse_is_2(args: list[str]) -> None:
    result = meshsim(*args)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_a_misspelt_verb_is_named() -> None:
    assert "Did you mean 'run'?" in meshsim("rnu").stderr


def test_a_folder_without_a_run_is_65(tmp_path: Path) -> None:
    for verb in ("report", "plot", "explain"):
        result = meshsim(verb, tmp_path)
        assert result.exit_code == 65
        assert "meshsim run SCENARIO --out" in result.stderr


def test_an_internal_error_is_1_and_says_how_to_report(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("queue is on fire")

    monkeypatch.setattr("meshsim.scenario.read", broken)
    result = meshsim("run", scenario)
    assert result.exit_code == 1
    assert "internal error: RuntimeError: queue is on fire" in result.stderr
    assert "MESHSIM_DEBUG=1" in result.stderr
    assert answer("run", scenario, code=1)["error"].startswith("internal error")
    with pytest.raises(RuntimeError):
        CliRunner().invoke(
            cli, ["run", str(scenario)], env={"MESHSIM_DEBUG": "1"}, catch_exceptions=False
        )


def test_a_folder_that_cannot_be_written_is_1(scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = meshsim("run", scenario, "--out", tmp_path / "file")
    assert result.exit_code == 1
    assert "file" in result.stderr


def process(*args: object) -> subprocess.Popen[str]:
    code = "from meshsim.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def test_ctrl_c_is_130_and_keeps_what_was_finished(scenario: Path, tmp_path: Path) -> None:
    lines = [line for line in TINY.splitlines() if "behaviour" not in line]
    scenario.write_text("\n".join(lines))  # without behaviour there is a warning to wait for
    out = tmp_path / "out"
    rate = "load.shoppers.open.rate=2000"
    child = process("run", scenario, "--until", "50h", "--set", rate, "--out", out, "--json")
    assert child.stderr is not None
    assert "warning" in child.stderr.readline()
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 130, stderr
    assert "Traceback" not in stderr
    envelope = json.loads(stdout)
    jsonschema.validate(envelope, RESULTS)
    assert envelope["data"]["info"]["ended_by"] == "interrupt"
    record = load_record(out)
    assert record.info.ended_by == "interrupt"
    assert record.info.requests_created > 0


def test_a_reader_that_leaves_is_no_error(scenario: Path) -> None:
    code = "import sys; from meshsim.cli import main; main()"
    line = f"{sys.executable} -c '{code}' run {scenario} --print-effective | head -c 1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr.lower()
