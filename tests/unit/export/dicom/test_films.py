"""Which films results can go back to, and what is said of the others."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from diffmine.atlas.reader import Atlas
from diffmine.cli import main
from tests.unit.export.dicom.films import described, film, make_atlas
from tests.unit.export.dicom.test_round_trip import export

LABEL = ("--label", "Pneumothorax")


def two(folder: Path, view: object = "source", **elements: object) -> Atlas:
    """An atlas of two films, the second with further elements."""
    stored = film(80, 100)
    films = {
        "a.dcm": (described(stored, 1, 12), stored),
        "b.dcm": (described(stored, 2, 12, **elements), stored),
    }
    return make_atlas(folder, films, view)


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "boxes.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_left_out_is_said_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atlas = two(tmp_path)
    (tmp_path / "data" / "Pneumothorax" / "b.dcm").unlink()
    assert export(atlas.path, tmp_path / "out") == 0
    told = capsys.readouterr().out
    assert "1 film with 2 boxes. 4 patches were left out: " in told
    assert "its file is no DICOM picture that results can name" in told
    assert "its file is not there" in told
    index = json.loads((tmp_path / "out" / "index.json").read_bytes())
    assert [len(index["films"]), len(index["left out"])] == [1, 4]
    table = rows(tmp_path / "out")
    assert len(table) == 6
    assert [bool(row["left_out"]) for row in table] == [False, False, True, True, True, True]
    assert all(row["label"] and row["patch_id"] and row["typicality"] for row in table)


def test_a_changed_file_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    atlas = two(tmp_path)
    path = tmp_path / "data" / "Pneumothorax" / "a.dcm"
    path.write_bytes(path.read_bytes()[:-2] + b"\1\0")
    assert export(atlas.path, tmp_path / "out", *LABEL) == 0
    assert "its file is not the one that was collected" in capsys.readouterr().out


@pytest.mark.parametrize(
    "kind",
    ["1.2.826.0.1.3680043.8.498.9", "1.2.840.10008.5.1.1.29", "1.2.840.10008.5.1.4.1.1.501.2.1"],
)
def test_a_kind_of_file_that_results_cannot_name(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atlas = two(tmp_path, SOPClassUID=kind)
    assert export(atlas.path, tmp_path / "out", *LABEL) == 0
    told = capsys.readouterr().out
    assert "1 film with 2 boxes. 2 patches were left out: its file is DICOM of a kind" in told


def test_several_frames(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = film(80, 100)
    own = described(stored, 1, 12, NumberOfFrames=2)
    atlas = make_atlas(tmp_path, {"a.dcm": (own, np.stack([stored, stored]))})
    assert export(atlas.path, tmp_path / "out", *LABEL) == 2
    assert "its file has several frames" in capsys.readouterr().err


def test_films_are_looked_for_where_they_are_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atlas = two(tmp_path, view=0)
    assert export(atlas.path, tmp_path / "out", *LABEL) == 2
    assert "--films" in capsys.readouterr().err
    moved = (tmp_path / "data").rename(tmp_path / "moved")
    assert export(atlas.path, tmp_path / "out", *LABEL, "--films", str(moved)) == 0
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 10


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--to", "csv", "--identity"), "--identity is for DICOM results alone"),
        (("--to", "coco", "--films", "."), "--films is for DICOM results alone"),
        (("--to", "csv", "--send", "http://127.0.0.1"), "--send is for DICOM results alone"),
        (("--to", "dicom", "--films", "nowhere"), "nowhere is not a folder"),
        (("--to", "dicom", "--send", "archive/dicom-web"), "needs the address of a DICOMweb"),
    ],
)
def test_options_that_cannot_be_meant(
    more: tuple[str, ...], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atlas = two(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["export", str(atlas.path), "--out", str(tmp_path / "out"), *more])
    assert stop.value.code == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
