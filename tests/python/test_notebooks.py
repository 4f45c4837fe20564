"""Every notebook runs from top to bottom; its own assertions check its numbers."""

import time
from pathlib import Path
from typing import Any

import pytest
from recordings import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.md"))


def executed(path: Path) -> Any:
    import jupytext
    from nbclient import NotebookClient

    notebook = jupytext.read(path)
    client = NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    return client.execute()


def outputs_of(notebook: Any, kind: str) -> list[Any]:
    return [
        output["data"][kind]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if kind in output.get("data", {})
    ]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path: Path) -> None:
    begun = time.monotonic()
    notebook = executed(path)
    assert time.monotonic() - begun < 60  # it takes a few seconds; machines differ
    assert len(outputs_of(notebook, "image/png")) >= 3
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output["text"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_solutions_are_folded_and_check_themselves(path: Path) -> None:
    import jupytext

    cells = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    folded = [cell for cell in cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(folded) >= 3
    for cell in folded:
        assert cell.metadata["jupyter"]["outputs_hidden"]
        assert "assert " in cell.source
    assert all("outputs" not in cell or not cell.outputs for cell in cells)
