"""The stubs of the compiled module say what it is; examples in docstrings run."""

import doctest
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import meshsim
import pytest

MODULES = [
    m.name
    for m in pkgutil.walk_packages(meshsim.__path__, "meshsim.")
    if not m.name.endswith("_core")
]


@pytest.mark.slow
def test_the_stubs_match_the_compiled_module(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    # pybind11's classes have a metaclass of its own; those that Python cannot make have an
    # __init__ that refuses everything.
    refusing = "(Diagnostic|Plan|Scenario|VerifiedCase|VerifiedRow)"
    classes = "(Builder|Place|RunRecord|Simulation|"
    classes += "Diagnostic|Plan|Scenario|VerifiedCase|VerifiedRow)"
    allowed.write_text(f"meshsim\\._core\\.{classes}\nmeshsim\\._core\\.{refusing}\\.__init__\n")
    home = Path(meshsim.__file__).parents[1]
    path = {} if home.name == "site-packages" else {"MYPYPATH": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "meshsim._core", "--allowlist", str(allowed),
         "--ignore-unused-allowlist"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env=os.environ | path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_marked_as_typed() -> None:
    assert (Path(meshsim.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize("name", ["meshsim", *MODULES])
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
