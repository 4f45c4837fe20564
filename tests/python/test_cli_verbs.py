"""The verbs that read saved runs, and those that teach."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from cli_tools import answer, meshsim
from meshsim._native import core
from meshsim.cli import VERBS
from meshsim.store import load_record


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
