"""Diagnostics as a terminal shows them; progress on stderr."""

from pathlib import Path
from typing import Any

import click
import pytest
from cli_tools import BAD, meshsim
from click.testing import CliRunner
from meshsim._native import core
from meshsim.cli import cli
from meshsim.cli.diagnostics_text import Sources, printable, render
from meshsim.examples import TINY


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
    run = CliRunner(env={"NO_COLOR": None, "TERM": "xterm"}).invoke
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
