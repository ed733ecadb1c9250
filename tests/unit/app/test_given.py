"""Atlases that a variable of the environment names."""

from __future__ import annotations

from pathlib import Path

import pytest

from diffmine.app.given import VARIABLE, given
from diffmine.errors import UsageError
from tests.unit.pipeline.hub import hub
from tests.unit.pipeline.test_hub import content, diffmine


def test_none_is_none() -> None:
    assert given({}) == given({VARIABLE: " , "}) == []


def test_folders_are_taken_as_they_are(folder: Path) -> None:
    assert given({VARIABLE: f"{folder}, {folder.parent}"}) == [folder, folder.parent]


def test_a_repository_needs_a_revision(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names me/cars, which is no folder here"):
        given({VARIABLE: "me/cars"})


def test_a_space_shows_an_atlas_of_the_hub(folder: Path, tmp_path: Path) -> None:
    code = (
        "import os; from diffmine.app.given import given; from diffmine.app.page import shelve; "
        "(shelf,) = shelve(given(os.environ)).values(); print(shelf.title, shelf.labels)"
    )
    with hub() as server:
        server.create("me/shapes")
        server.commits["me/shapes"].append(("d" * 40, content(folder)))
        more = {VARIABLE: f"me/shapes@{'d' * 40}"}
        status, told = diffmine(server, tmp_path, code=code, **more)
    assert status == 0, told
    assert "Shapes by decade ['1900', '1910', '1920', '1930']" in told
