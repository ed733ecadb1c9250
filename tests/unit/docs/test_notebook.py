"""docs/notebook.ipynb runs, and what stands in it is what its cells show."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import notebook

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    return notebook.read()


def shown(page: dict[str, Any]) -> list[list[str]]:
    """What kind of output each cell of code has."""
    code = (cell for cell in page["cells"] if cell["cell_type"] == "code")
    return [[output["output_type"] for output in cell["outputs"]] for cell in code]


def text(page: dict[str, Any], word: str) -> str:
    """What the cell that has a word in its source prints."""
    (cell,) = (cell for cell in page["cells"] if word in notebook.source(cell))
    return "".join(line for output in cell["outputs"] for line in output.get("text", []))


def test_the_cells_run_and_show_what_the_page_shows(stored: dict[str, Any], tmp_path: Path) -> None:
    """In a process of its own, as Jupyter would: without the tests' type checks."""
    command = [sys.executable, "-m", "scripts.notebook", str(tmp_path / "page.ipynb")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = notebook.read(tmp_path / "page.ipynb")
    assert shown(page) == shown(stored), "python -m scripts.notebook writes it anew"
    assert all(shown(page)), "a cell that shows nothing teaches nothing"
    for word in ("open_atlas", "def crop", "by_label ="):  # what asks no model is the same anywhere
        assert text(page, word) == text(stored, word) != ""
    assert "LatinoType" in text(page, "drawn from")


def test_it_is_a_notebook_that_jupyter_takes(stored: dict[str, Any]) -> None:
    assert (stored["nbformat"], stored["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in stored["cells"]]
    assert len(set(names)) == len(names)
    for cell in stored["cells"]:
        needed = {"id", "cell_type", "metadata", "source"}
        needed |= {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        assert set(cell) == needed
        assert "assets/" not in notebook.source(cell), "it works without a checkout"
