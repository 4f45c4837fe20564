"""The command line: every verb, every exit code, one JSON envelope, no traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result
from meshsim._native import core
from meshsim.cli import VERBS, cli
from meshsim.cli.diagnostics_text import Sources, printable, render
from meshsim.cli.schema_command import schema_text
from meshsim.examples import TINY
from meshsim.store import load_record

RESULTS = json.loads(schema_text("results"))
KEEP = ["--set", "record.requests=true"]


def meshsim(*args: object, text: str | None = None, **env: str) -> Result:
    result = CliRunner().invoke(cli, [str(a) for a in args], input=text, env=env)
    assert "Traceback" not in result.output
    if result.exception is not None:
        assert isinstance(result.exception, SystemExit), result.exception
    return result


def answer(*args: object, code: int = 0, text: str | None = None) -> Any:
    """The envelope of `--json`, checked against its schema."""
    result = meshsim(*args, "--json", text=text)
    assert result.exit_code == code, result.output
    envelope = json.loads(result.stdout)
    jsonschema.validate(envelope, RESULTS)
    assert envelope["exit_code"] == code
    assert envelope["command"] == args[0]
    return envelope


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    path = folder / "scenario.yaml"
    path.write_text(TINY.replace("rate: 50", "rate: 50").replace("10s", "5s"))
    assert meshsim("run", path, "--out", folder / "out", *KEEP).exit_code == 0
    return folder / "out"


# ---- run ----


def test_run_prints_what_matters(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = meshsim("run", scenario, "--out", out, "--report", "--png", "--seed", 7)
    assert result.exit_code == 0, result.output
    record = load_record(out)
    for part in ("tiny", record.info.config_digest, "seed        7", record.fingerprint,
                 "What the users saw", "Hops", "retries", "ejections", "p50", "p99"):  # fmt: skip
        assert part in result.stdout
    for name in ("report.html", "report.png"):
        assert str(out / name) in result.stdout
        assert (out / name).stat().st_size > 10_000
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
    assert meshsim("run", scenario, "--report").exit_code == 0
    assert (scenario.parent / "out" / "report.html").exists()


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


# ---- exit codes ----


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


BAD = {
    "a typo": TINY.replace("rate: 50", "rte: 50"),
    "broken YAML": TINY + "---\na: [",
    "a wrong type": TINY.replace("replicas: 2", "replicas: many"),
    "a negative rate": TINY.replace("rate: 50", "rate: -50"),
    "a negative time": TINY.replace("until: 10s", "until: -10s"),
    "an absurd time": TINY.replace("until: 10s", "until: 99999999999999h"),
    "nothing": "",
    "a list": "[1, 2]",
    "a word": "hello",
    "binary": "\0\1\2",
    "an anchor in itself": "a: &a [*a]",
}


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
    out = tmp_path / "out"
    rate = "load.shoppers.open.rate=2000"
    child = process("run", scenario, "--until", "50h", "--set", rate, "--out", out, "--json")
    time.sleep(2.5)
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


# ---- saved runs ----


def test_plot_draws_every_picture(saved: Path, tmp_path: Path) -> None:
    for name in ("latency", "topology"):
        path = tmp_path / f"{name}.svg"
        assert meshsim("plot", saved, name, "--out", path).stdout.strip() == str(path)
        assert path.read_text().startswith("<svg")
    assert answer("plot", saved)["data"]["path"] == str(saved / "overview.png")
    assert (saved / "overview.png").read_bytes().startswith(b"\x89PNG")
    compared = meshsim("plot", saved, "compare", "--against", saved, "--labels", "a,b")
    assert compared.exit_code == 0


@pytest.mark.parametrize(
    "args",
    [
        ["latency", "--out", "x.jpg"], ["compare"], ["latency", "--against", "x"],
        ["latency", "--service", "nope"], ["overview", "--service", "cart"],
        ["compare", "--against", "SAVED", "--labels", "one"],
    ],
)  # fmt: skip
def test_plot_refuses_what_it_cannot_draw(saved: Path, args: list[str]) -> None:
    result = meshsim("plot", saved, *[str(saved) if a == "SAVED" else a for a in args])
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_report_writes_html_png_and_markdown(saved: Path, tmp_path: Path) -> None:
    for kind, start in (("html", b"<!DOCTYPE html>"), ("png", b"\x89PNG"), ("md", b"## tiny")):
        path = tmp_path / f"r.{kind}"
        assert meshsim("report", saved, "--format", kind, "--out", path).exit_code == 0
        assert path.read_bytes().startswith(start)
    assert meshsim("report", saved, "--format", "md").stdout.startswith("## tiny")
    assert answer("report", saved, "--format", "md")["data"]["markdown"].startswith("## tiny")
    assert answer("report", saved)["data"]["path"] == str(saved / "report.html")


def test_explain_tells_the_slowest_one_or_any(saved: Path) -> None:
    slowest = load_record(saved).slowest(2)
    told = answer("explain", saved, "--slowest", 2)["data"]["requests"]
    assert [r["id"] for r in told] == slowest
    assert meshsim("explain", saved).stdout.strip() == told[0]["story"].strip()
    assert meshsim("explain", saved, "--request", slowest[0]).exit_code == 0
    unknown = meshsim("explain", saved, "--request", 10**9)
    assert unknown.exit_code == 65
    assert "it kept" in unknown.stderr
    nothing = meshsim("explain", saved, "--error")
    assert nothing.exit_code == 65
    assert "no kept request failed" in nothing.stderr
    assert meshsim("explain", saved, "--error", "--slowest", 1).exit_code == 2


def test_explain_of_a_run_that_kept_nothing_says_what_to_set(
    scenario: Path, tmp_path: Path
) -> None:
    assert meshsim("run", scenario, "--until", "1s", "--out", tmp_path / "o").exit_code == 0
    result = meshsim("explain", tmp_path / "o")
    assert result.exit_code == 65
    assert "record.requests" in result.stderr


# ---- the rest ----


def test_schema_is_a_valid_schema_that_knows_the_scenario(tmp_path: Path) -> None:
    for which in ("scenario", "results"):
        schema = json.loads(meshsim("schema", which).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$schema"].endswith("2020-12/schema")
    path = tmp_path / "s.json"
    assert meshsim("schema", "--out", path).exit_code == 0
    assert json.loads(path.read_text()) == answer("schema")["data"]["schema"]
    assert "thresholds" in path.read_text()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_loads_in_its_shell(shell: str) -> None:
    script = meshsim("completion", shell).stdout
    assert "_MESHSIM_COMPLETE" in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_completion_knows_verbs_and_options() -> None:
    env = {"_MESHSIM_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    assert "plain,analyze" in complete("meshsim ", "1", env)
    assert "plain,--replications" in complete("meshsim run --rep", "2", env)


def complete(words: str, position: str, env: dict[str, str]) -> str:
    code = "from meshsim.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | env | {"COMP_WORDS": words, "COMP_CWORD": position},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("verb", [*VERBS, ""])
def test_help_teaches_by_example(verb: str) -> None:
    result = meshsim(*([verb] if verb else []), "--help")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert "--json" in result.stdout


def test_the_version_is_that_of_the_compiled_module() -> None:
    assert meshsim("--version").stdout == f"meshsim {core.version}\n"


# ---- diagnostics ----


def diagnostic(path: Path, text: str) -> Any:
    path.write_text(text)
    return next(d for d in core.load_scenario(str(path)).diagnostics if d.code == "MS0104")


def test_a_diagnostic_shows_its_line_with_a_caret(tmp_path: Path) -> None:
    d = diagnostic(tmp_path / "s.yaml", BAD["a typo"])
    lines = click.unstyle(render(d, Sources())).splitlines()
    assert lines[0].startswith(f"{tmp_path}/s.yaml:{d.place.line}:{d.place.column}: error [MS")
    number, source = lines[1].split(" | ")
    assert int(number) == d.place.line
    assert source == BAD["a typo"].splitlines()[d.place.line - 1]
    assert lines[2].strip() == "^"
    assert lines[1][lines[2].index("^") :].startswith("rte")
    assert lines[3].startswith("  fix: ")
    assert "rate" in lines[3]


def test_a_long_line_is_cut_around_the_caret(tmp_path: Path) -> None:
    text = TINY.replace("metadata: {name: tiny}", "metadata: {" + " " * 400 + "nme: tiny}")
    lines = click.unstyle(render(diagnostic(tmp_path / "s.yaml", text), Sources())).splitlines()
    assert len(lines[1]) < 180
    assert lines[1][lines[2].index("^") :].startswith("nme")


def test_colours_are_for_terminals(scenario: Path) -> None:
    scenario.write_text(BAD["a typo"])
    run = CliRunner().invoke
    assert "\x1b[" in run(cli, ["run", str(scenario)], color=True).stderr
    assert "\x1b[" not in run(cli, ["run", str(scenario), "--no-color"], color=True).stderr
    plain = run(cli, ["run", str(scenario)], color=True, env={"NO_COLOR": "1"})
    assert "\x1b[" not in plain.stderr


def test_a_file_cannot_move_the_cursor(tmp_path: Path) -> None:
    assert printable("a\x1b[2Jb\r\nc") == "a\ufffd[2Jb\ufffd\nc"
    path = tmp_path / "s.yaml"
    path.write_text(TINY.replace("rate: 50", 'rate: "\x07\x9b2J"'), "utf-8")
    assert not set(meshsim("run", path).output) & set("\x07\x9b\x1b")


def test_a_source_that_is_gone_costs_only_the_excerpt(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    d = diagnostic(path, BAD["a typo"])
    path.unlink()
    assert len(render(d, Sources()).splitlines()) == 2


def test_progress_as_lines(capsys: pytest.CaptureFixture[str]) -> None:
    from meshsim.cli import progress

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "PLAIN_EVERY_S", 0.0)
        with progress.shown_progress("plain") as tell:
            assert callable(tell)
            tell(0.25, 1234)
    assert capsys.readouterr().err == "meshsim: 25 %, 1,234 events\n"
    with progress.shown_progress("auto") as tell:
        assert tell is False
    with progress.shown_progress("plain", quiet=True) as tell:
        assert tell is False
