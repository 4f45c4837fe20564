"""How the package starts: lazily, quickly, with an explanation when it is not built."""

import os
import resource
import subprocess
import sys

import meshsim
import pytest

HEAVY = ("pandas", "matplotlib", "rich", "tqdm", "scipy", "pyarrow", "polars", "IPython")


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | environment,
    )  # fmt: skip


def loaded_by(code: str) -> set[str]:
    done = python(f"import sys\n{code}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


HELP = """
from meshsim.cli import main
sys.argv = ["meshsim", "--help"]
try:
    main()
except SystemExit:
    pass
"""


@pytest.mark.parametrize(
    ("what", "absent"),
    [
        ("import meshsim", (*HEAVY, "numpy", "click")),
        (HELP, (*HEAVY, "numpy")),
        ("import meshsim; meshsim.load, meshsim.Plan, meshsim.RunRecord, meshsim.World", HEAVY),
    ],
)
def test_nothing_is_imported_before_it_is_used(what: str, absent: tuple[str, ...]) -> None:
    assert not loaded_by(what) & set(absent)


def processor_seconds() -> float:
    """What child processes have used: other work on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_starts_in_less_than_a_third_of_a_second() -> None:
    code = "import sys; sys.argv = ['meshsim', '--help']\nfrom meshsim.cli import main\nmain()"
    spent = []
    for _ in range(5):
        start = processor_seconds()
        done = python(code)
        spent.append(processor_seconds() - start)
        assert done.returncode == 0
        assert "Example:" in done.stdout
    assert min(spent) < 0.3


def test_every_public_name_is_there() -> None:
    for name in meshsim.__all__:
        assert getattr(meshsim, name) is not None
    assert set(meshsim.__all__) <= set(dir(meshsim))
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        meshsim.simulate  # noqa: B018


def test_a_missing_compiled_module_is_explained() -> None:
    done = python("import sys; sys.modules['meshsim._core'] = None; import meshsim; meshsim.load")
    assert done.returncode == 1
    assert "meshsim is not built" in done.stderr
    assert "pip install ." in done.stderr
