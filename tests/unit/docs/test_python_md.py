"""docs/python.md runs, block by block, and shows every public name."""

import re
from pathlib import Path
from typing import Any

import pytest

import diffmine

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_blocks_run_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("tempfile.mkdtemp", lambda: str(tmp_path))
    names: dict[str, Any] = {}
    for number, block in enumerate(BLOCKS, start=1):
        exec(compile(block, f"docs/python.md, block {number}", "exec"), names)
    assert (tmp_path / "atlas" / "atlas.json").is_file()


def test_every_public_name_is_shown() -> None:
    shown = "\n".join(BLOCKS)
    for name in diffmine.__all__:
        assert re.search(rf"\b{name}\b", shown), f"docs/python.md does not show {name}"


def test_the_block_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block
    names: dict[str, Any] = {}
    exec(compile(block[1], "README.md", "exec"), names)
    assert names["heat"].shape == (names["picture"].height, names["picture"].width)
    assert list(names["curve"]) == names["atlas"].labels
