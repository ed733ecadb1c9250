"""atlas.json as a stranger may have written it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diffmine.atlas.manifest import NAME, Manifest, read_manifest, write_manifest
from diffmine.atlas.writer import create_workspace, open_workspace
from diffmine.errors import AtlasError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_workspace(tmp_path / "atlas", Manifest(title="t", labels=["a", "b"]))
    return tmp_path / "atlas"


def change(folder: Path, **fields: Any) -> None:
    path = folder / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize(
    "name",
    [
        "../precious",
        "maps/../../precious",
        "/precious",
        "C:\\precious",
        "..\\precious",
        "",
        ".",
        "maps/",
        "./x",
    ],
)
def test_a_file_outside_is_refused_and_stays(folder: Path, name: str) -> None:
    precious = folder.parent / "precious"
    precious.write_text("mine")
    change(folder, artefacts={name: "0" * 64})
    with pytest.raises(AtlasError, match="names a file outside of its folder"):
        open_workspace(folder)
    assert precious.read_text() == "mine"


def test_a_linked_folder_leads_nowhere(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "part-00000.parquet").write_text("mine")
    (folder / "maps").symlink_to(outside)
    change(folder, artefacts={"maps/part-00000.parquet": "0" * 64})
    with pytest.raises(AtlasError, match="names a file outside of its folder"):
        open_workspace(folder)
    assert (outside / "part-00000.parquet").read_text() == "mine"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"labels": None}, "labels: Input should be a valid list"),
        ({"labels": [1]}, "labels.0: Input should be a valid string"),
        ({"labels": ["a", "b", "a"]}, "labels: each has a name of its own"),
        ({"artefacts": []}, "artefacts: Input should be a valid dictionary"),
        ({"keys": {"mine": 3}}, "keys.mine: Input should be a valid string"),
        ({"config": {"mine": 3}}, "config.mine: Input should be a valid dictionary"),
        ({"title": {}}, "title: Input should be a valid string"),
        ({"model": {"path": "a\0b"}}, "model: its path or repo can be no name of a file"),
        ({"model": {"path": "x" * 5000}}, "model: its path or repo can be no name of a file"),
        ({"config": {"data": {"image_size": "big"}}}, "config.data.image_size is no whole number"),
        ({"format": 2}, "has format 2, this diffmine reads format 1"),
    ],
)
def test_a_value_of_another_kind_is_said_in_one_sentence(
    folder: Path, fields: dict[str, Any], words: str
) -> None:
    change(folder, **fields)
    with pytest.raises(AtlasError) as caught:
        read_manifest(folder)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_newer_field_is_kept(folder: Path) -> None:
    change(folder, colour={"of": "tomorrow"})
    manifest = read_manifest(folder)
    assert manifest.newer == {"colour": {"of": "tomorrow"}}
    write_manifest(folder, manifest)
    assert json.loads((folder / NAME).read_text())["colour"] == {"of": "tomorrow"}
    assert "newer" not in json.loads((folder / NAME).read_text())


def test_a_folder_that_a_manifest_takes_for_a_file_is_not_removed(folder: Path) -> None:
    (folder / "photos").mkdir()
    (folder / "photos" / "mine.jpg").write_text("mine")
    change(folder, artefacts={"photos": "0" * 64})
    atlas = open_workspace(folder)
    with atlas.hold():
        assert atlas.mend() == ["photos"]
    assert (folder / "photos" / "mine.jpg").read_text() == "mine"
