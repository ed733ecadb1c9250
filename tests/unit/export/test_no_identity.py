"""Who the patient is leaves by no way: a look before a build, what is fetched, the atlas, every
format, the full screen, downloads, and all that is said. Films name their patient in every element
of the standard that holds text; the pages themselves are in tests/browser/test_no_identity.py."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from diffmine.app.cache import Cache
from diffmine.app.downloads import made
from diffmine.app.inspector.films import films, shown
from diffmine.app.shelf import Shelf
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import open_workspace
from diffmine.cli import main
from diffmine.config import DataConfig
from diffmine.data import glances
from diffmine.data.fetched import fetched
from diffmine.data.sources import dataset_of
from diffmine.export.chosen import listed
from diffmine.export.formats import FORMATS
from diffmine.folders import VARIABLE
from diffmine.live.originals import show_originals
from diffmine.pipeline.info import summary
from diffmine.pipeline.info.cost import Costs
from tests.leaks import Words
from tests.unit.data.readers.dicom.files import PLAIN
from tests.unit.data.readers.dicom.patients import (
    JPEG,
    JPEG_2000,
    WORD,
    numbers,
    patient,
    swept,
    words,
    write_patient,
)
from tests.unit.export.dicom.archive import archive
from tests.unit.export.dicom.films import LABELS, atlas_of, draw

pytestmark = [
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
    pytest.mark.filterwarnings("ignore:The value length"),
]
Told = Callable[[], str]
DESCRIPTION, ARTIST, COPYRIGHT, DOCUMENT = 0x010E, 0x013B, 0x8298, 0x010D
CANVASES = "iiif"
"""The format that has no place for a film: it is for pictures of museums' servers."""


@pytest.fixture
def told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Told:
    """What was said since the last call, by the log too; all that is written lies in `tmp_path`."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
    monkeypatch.setenv(glances.VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    caplog.set_level(logging.DEBUG)

    def said() -> str:
        text = "".join(capfd.readouterr()) + caplog.text
        caplog.clear()
        return text

    return said


def make_data(folder: Path) -> Path:
    """Films as they are written by three kinds of devices, and two that are broken; two that a
    viewer has saved as PNG and JPEG, with what it noted in them."""
    draw(folder)
    save_as_viewers_do(folder / LABELS[0])
    for number, syntax in enumerate((PLAIN, JPEG, JPEG_2000), start=7):
        path = write_patient(folder / LABELS[1] / f"{number}.dcm", patient(number), syntax)
        os.utime(path, (1e9, 1e9))  # what has just changed is not noted
    whole = (folder / LABELS[1] / "7.dcm").read_bytes()
    assert whole.count(WORD.encode()) >= len(swept()) >= 50
    rows = b"\x28\x00\x10\x00US\x02\x00"  # with a name where a number is expected
    at = whole.index(rows)
    broken = whole[: at + 4] + b"PN\x08\x00" + WORD.encode() + whole[at + 10 :]
    (folder / LABELS[1] / "broken.dcm").write_bytes(broken)
    (folder / LABELS[1] / "cut.dcm").write_bytes(whole[: len(whole) // 2])
    return folder


def save_as_viewers_do(folder: Path) -> None:
    picture, exif, texts = Image.fromarray(numbers() >> 4).convert("L"), Image.Exif(), PngInfo()
    for tag in (DESCRIPTION, ARTIST, COPYRIGHT, DOCUMENT):
        exif[tag] = f"{WORD}{tag}"
    texts.add_text("Patient", f"{WORD}TEXT")
    texts.add_itxt("Patient's name", f"{WORD} Jané 山田", zip=True)
    picture.save(folder / "viewed.png", pnginfo=texts, exif=exif)
    picture.rotate(90).save(folder / "viewed.jpg", comment=f"{WORD}COMMENT", exif=exif)


def run(*tokens: object) -> int:
    """The status of a command."""
    with pytest.raises(SystemExit) as ended:
        main([str(token) for token in tokens])
    return int(ended.value.code or 0)


def check_files(folder: Path, least: int) -> None:
    """No planted word in any file of a folder, nor in the name of one."""
    assert sum(path.is_file() for path in folder.rglob("*")) >= least
    assert not words().files(folder)


def test_no_planted_identity_leaves(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_data(tmp_path / "data")
    assert len(words().files(data)) == 7, "the films say who they are of"
    told()
    monkeypatch.setattr(summary, "costs", lambda *asked: Costs(why="not tried"))
    for form in ("text", "json", "csv"):
        assert run("info", data, "--as", form, "--data.image-size", "32") == 0
    atlas = atlas_of(tmp_path)
    assert len(atlas.table("images")) == 6
    assert len((atlas.path / "refused.csv").read_text().splitlines()) == 1 + 2
    check_files(tmp_path / "cache", 1)
    check_files(atlas.path, 5)
    for name, form in FORMATS.items():
        out = tmp_path / "out" / name / (name if form.ours else f"{name}.{form.ending}")
        out.parent.mkdir(parents=True)
        status = run("export", atlas.path, "--to", name, "--out", out, "--images")
        assert status == (2 if name == CANVASES else 0), name
    check_files(tmp_path / "out", 40)
    check_app(atlas, tmp_path / "app")
    assert (said := told())
    assert words().within(said.encode()) is None
    check_files(tmp_path / "user", 1)
    check_files(tmp_path / "temporary", 0)


def check_app(atlas: Atlas, folder: Path) -> None:
    """The first screen, the full screen and the downloads of an app over an atlas."""
    folder.mkdir()
    own = open_workspace(atlas.path)
    show_originals(own)
    shelf = Shelf("0", own, Cache(folder))
    values: list[Any] = []
    for label in shelf.labels:
        chosen = listed(shelf.atlas, [label])
        for patch in shelf.atlas.patches(label):
            values += [shown(shelf, patch), *films(shelf, patch, "typicality", "")]
        for to, form in FORMATS.items():
            if to != CANVASES and (not form.films or label == LABELS[1]):
                values.append(str(made(shelf, chosen, to, "mine", True)))
    assert any("from its file, 12 bits" in str(value) for value in values)
    assert words().within(json.dumps(values, default=str).encode()) is None
    check_files(folder, 20)


def test_no_planted_identity_is_fetched(tmp_path: Path, told: Told) -> None:
    data = make_data(tmp_path / "data")
    with archive() as server:
        for number in (7, 8, 9):
            own = patient(number)
            content = (data / LABELS[1] / f"{number}.dcm").read_bytes()
            server.stored[str(own.SOPInstanceUID)] = content
        told()
        how = DataConfig(
            label="Modality", pause=0, downloads=str(tmp_path / "downloads"), image_size=32
        )
        dataset, report = fetched(dataset_of(f"dicomweb+{server.address}", how), how)
    assert report is not None
    assert (report.done, report.refused) == (3, 0)
    assert words().within((told() + repr(dataset)).encode()) is None
    check_files(tmp_path / "downloads", 4)


def test_a_leak_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(f"... {WORD.lower()}00100010".encode())
    assert list(words().files(tmp_path)) == ["a"]
    assert isinstance(words(), Words)
