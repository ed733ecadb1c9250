"""docs/architecture.md names what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:diffmine|tests)/[\w./]*)`", PAGE)))
LINES = re.findall(r"\| ([A-Z]+) in `(diffmine/[\w./]+)` \|", PAGE)


def test_the_page_names_paths_and_lists() -> None:
    assert len(PATHS) > 30
    assert len(LINES) == 9


@pytest.mark.parametrize("path", PATHS)
def test_every_path_of_the_page_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("name", "path"), LINES)
def test_every_list_of_the_page_is_where_it_says(name: str, path: str) -> None:
    file = ROOT / path
    assert file.exists()
    assert re.search(rf"^{name}\b.*= ", file.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_names_the_rows_that_are_checked() -> None:
    rows = re.findall(r'^    "(\(.*\))",?$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert len(rows) == 10
    drawing = PAGE.split("```")[1]
    for module in re.findall(r"\((\w+)\)", " ".join(rows)):
        assert module in drawing
