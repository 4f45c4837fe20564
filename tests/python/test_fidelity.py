"""docs/fidelity.md says what a run of all recordings says now."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import meshsim as ms
import pytest
from recordings import CASE, REPOSITORY, shared_recordings, write_case


@pytest.fixture(scope="module")
def fidelity() -> ModuleType:
    path = REPOSITORY / "scripts" / "fidelity.py"
    spec = importlib.util.spec_from_file_location("fidelity", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fidelity"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_a_run_would_write_now(fidelity: ModuleType) -> None:
    folder = shared_recordings()
    text = fidelity.PAGE.read_text("utf-8")
    if fidelity.digest(folder) not in text:
        pytest.skip("the recordings beside the repository are not those of the page")
    now = fidelity.page(text, ms.verify(folder), folder)
    assert now == text, "run scripts/fidelity.py and look at the diff of docs/fidelity.md"
    assert fidelity.PICTURE.stat().st_size > 10_000
    assert "](pictures/fidelity.png)" in text


def test_every_miss_of_the_page_has_its_reason(fidelity: ModuleType) -> None:
    text = fidelity.PAGE.read_text("utf-8")
    assert "not understood yet" not in text
    for name, reason in fidelity.reasons().items():
        assert f"**{name}.**" in text
        assert reason in text


def test_errors_of_a_small_case(fidelity: ModuleType, tmp_path: Path) -> None:
    scalars = {
        "requests": {"mean": 20}, "outcome.200": {"mean": 15}, "outcome.503 UO": {"mean": 5},
        "latency_ms.all.mean": {"mean": 4, "min": 1, "max": 5},
    }  # fmt: skip
    write_case(tmp_path / "one", case=CASE, expected={"scalars": scalars})
    (case,) = ms.verify(tmp_path).cases
    assert fidelity.share_error(case) == pytest.approx(25)
    error, low, high = fidelity.latency_error(case, "mean")
    assert -3 < error < -1
    assert (low, high) == (-3, 1)
    assert fidelity.relative_error(case, "mean") == pytest.approx(-error / 4)
    miss = fidelity.miss_cells(case.rows[0])
    assert miss == ["`outcome.200`", "exact", "10", "15", "-5", "exact"]


def test_the_picture_has_a_mark_for_every_case_and_quantity(
    fidelity: ModuleType, tmp_path: Path
) -> None:
    for name in ("retry-a", "retry-b", "pool-a"):
        write_case(tmp_path / name)
    shares, latencies = fidelity.picture(ms.verify(tmp_path)).axes
    assert len(shares.collections) == 3
    assert len(latencies.collections) == 3 * len(fidelity.QUANTITIES)
    assert [label.get_text() for label in shares.get_yticklabels()] == ["pool", "retry"]
    assert "percentage points" in shares.get_xlabel()
    assert latencies.get_xlabel().startswith("ms")


def test_a_page_without_its_blocks_is_refused(fidelity: ModuleType, tmp_path: Path) -> None:
    write_case(tmp_path / "one")
    with pytest.raises(SystemExit, match="verdict"):
        fidelity.page("# nothing", ms.verify(tmp_path), tmp_path)
