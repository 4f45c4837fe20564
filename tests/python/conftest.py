"""Scenarios and saved runs that several tests use."""

import signal
from pathlib import Path

import pytest
from cli_tools import KEEP, meshsim
from meshsim.examples import TINY

# Whoever runs the tests in the background has Ctrl-C ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    path = folder / "scenario.yaml"
    path.write_text(TINY.replace("rate: 50", "rate: 50").replace("10s", "5s"))
    assert meshsim("run", path, "--out", folder / "out", *KEEP).exit_code == 0
    return folder / "out"
