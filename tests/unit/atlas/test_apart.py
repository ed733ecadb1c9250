"""Edits of an atlas that is not written to: in the folder of this user's data, and read back."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from diffmine.atlas import apart
from diffmine.atlas.editing import merge, rename, undo
from diffmine.atlas.edits import NAME
from diffmine.atlas.reader import open_atlas
from diffmine.atlas.writer import open_workspace
from diffmine.config import TrendsConfig
from diffmine.errors import AtlasError
from diffmine.export.chosen import element_names
from tests.unit.app.make_atlas import make_atlas


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "shapes"
    make_atlas(folder)
    atlas = open_workspace(folder)
    rename(atlas, "1900", 2, "from the start")
    trends = atlas.table("trends")
    with atlas.hold():
        atlas.begin("trends", TrendsConfig())
        atlas.write("trends.parquet", trends, trends.schema)
        atlas.end("trends")
    for left in folder.glob(".diffmine*"):
        left.unlink()
    return folder


@pytest.fixture(params=["embedded", "read-only"])
def folder(made: Path, tmp_path: Path, monkeypatch: Any, request: Any) -> Path:
    """An atlas that is not written to; the folder of data is `data`."""
    monkeypatch.setenv(apart.VARIABLE, str(tmp_path / "data"))
    path = Path(shutil.copytree(made, tmp_path / "atlases" / "shapes"))
    if request.param == "embedded":
        monkeypatch.setattr(apart, "EMBEDDED", tmp_path / "atlases")
    else:  # as on a medium that is read-only: root may write where the mode forbids it
        access = os.access
        monkeypatch.setattr(
            "os.access", lambda path, mode: Path(path) != folder and access(path, mode)
        )
        folder = path
    return path


def content(folder: Path) -> dict[str, str]:
    """Every file with its digest, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_edits_are_kept_apart_and_read_back(folder: Path, tmp_path: Path) -> None:
    before = content(folder)
    rename(open_workspace(folder), "1900", 1, "wheel")
    merge(open_workspace(folder), "1900", 2, 0)
    for opened in (open_atlas(folder), open_workspace(folder)):
        assert opened.names == {"1900/1": "wheel", "1900/2": "from the start"}
        assert len(opened.element("1900", 0)) == 80
        assert element_names(opened)["1900", 1] == "wheel"
    assert not open_atlas(folder).fresh("trends")
    kinds = [r for r in open_atlas(folder).table("trends").to_pylist() if r["label"] == "1900"]
    assert {row["element"] for row in kinds if row["kind"] == "element"} == {1}
    assert content(folder) == before
    files = {path.name for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert files <= {NAME, ".diffmine.lock"}
    assert undo(open_workspace(folder)).kind == "merge"
    assert open_atlas(folder).fresh("trends")
    assert content(folder) == before


def test_a_copy_elsewhere_has_the_same_edits_and_another_atlas_none(
    folder: Path, tmp_path: Path
) -> None:
    rename(open_workspace(folder), "1900", 1, "wheel")
    copy = Path(shutil.copytree(folder, tmp_path / "atlases" / "moved"))
    assert open_atlas(copy).names["1900/1"] == "wheel"
    make_atlas(tmp_path / "atlases" / "other", labels=["a", "b", "c", "d"])
    assert open_atlas(tmp_path / "atlases" / "other").names == {}


def test_what_a_stage_computes_does_not_depend_on_who_runs_it(folder: Path) -> None:
    merge(open_workspace(folder), "1900", 1, 0)
    atlas = open_workspace(folder)
    assert len(atlas.element("1900", 0)) == 80
    with atlas.hold():
        assert atlas.names == {"1900/2": "from the start"}
        assert len(atlas.element("1900", 0)) == 40
        assert atlas.begin("trends", TrendsConfig()) is None
    assert len(atlas.element("1900", 0)) == 80


def test_a_folder_of_data_that_cannot_be_made_is_one_sentence(
    folder: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(apart.VARIABLE, str(tmp_path / "file" / "data"))
    with pytest.raises(AtlasError, match="cannot be made: Not a directory"):
        rename(open_workspace(folder), "1900", 1, "wheel")


def test_the_folder_of_data_is_the_system_s_unless_it_is_moved(monkeypatch: Any) -> None:
    assert apart.user_folder() == Path(os.environ[apart.VARIABLE])  # that of the tests
    assert not apart.user_folder().is_relative_to(Path.home() / ".local")
    monkeypatch.delenv(apart.VARIABLE)
    assert apart.user_folder().name == "diffmine"
    assert apart.is_apart(apart.EMBEDDED / "cars")
