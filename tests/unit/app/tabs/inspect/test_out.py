"""Results of a film of one's own: by its own numbers and UIDs, and nobody's name in any of them."""

from __future__ import annotations

import base64
import csv
import io
import json
import logging
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from diffmine.app.tabs.inspect.own import Own
from diffmine.data.readers.film import unpacked
from diffmine.live.records import Inspection
from diffmine.maths.score import Score
from diffmine.maths.windows import Window
from tests.unit.app.make_atlas import LABELS
from tests.unit.app.tabs.inspect.test_films import live  # noqa: F401
from tests.unit.data.readers.dicom.files import save
from tests.unit.export.dicom.films import described, film
from tests.unit.export.dicom.test_identity import planted_film

pytestmark = [
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
    pytest.mark.filterwarnings("ignore:The value length"),
]
HIGH, WIDE = 80, 100
BOX = (20, 10, 20, 20)
"""Left, top, width and height in stored pixels of row 6, column 6, 12 pixels of 48 a side: what is
mined is the middle 80 x 80."""


def inspected(picture: Own) -> Own:
    """A picture with an inspection in which each label has a window and a map of its own."""
    maps = np.zeros((len(LABELS), 6, 6), np.float32)
    maps[1, -1, -1] = 0.5
    windows = tuple(Window(6, 6, 12, 0.01 * at, 0.001) for at in range(len(LABELS)))
    scores = tuple(Score(0.1 * at, 0.01) for at in range(len(LABELS)))
    inspection = Inspection(tuple(LABELS), 8, 8, scores, (), maps, windows)
    return replace(picture, inspection=inspection, label=LABELS[1])


def uploaded(live: Any, path: Path) -> Own:  # noqa: F811
    panel = live.panels["inspect"]
    return inspected(panel.on_upload(live.first, str(path))[panel.picture])


def handed(live: Any, picture: Own, way: str) -> bytes:  # noqa: F811
    answer = json.loads(live.panels["inspect"]._hander(way)(live.first, picture))
    return base64.b64decode(answer["content"])


def test_an_uploaded_film_has_its_own_numbers_and_windows(live: Any, tmp_path: Path) -> None:  # noqa: F811
    stored = film(HIGH, WIDE)
    own = described(stored, 7, 12, WindowCenter=[900, 300], WindowWidth=[700, 50])
    panel = live.panels["inspect"]
    picture = uploaded(live, save(tmp_path / "a", own, stored))
    (shown,) = panel.on_film(live.first, picture)[panel.viewer]["films"]
    content = base64.b64decode(shown["numbers"]["url"].partition(",")[2])
    assert (unpacked(content, HIGH, WIDE) == stored).all()
    assert (shown["slope"], shown["intercept"]) == (1, 0)
    first, second = shown["windows"][:2]
    assert (first["centre"], first["width"], second["centre"], second["width"]) == (
        900,
        700,
        300,
        50,
    )
    assert shown["from"] == "from its file, 12 bits"
    assert shown["part"] == {"left": 0.1, "width": 0.8, "top": 0.0, "height": 1.0}
    assert shown["window"] == {"row": 6, "col": 6, "height": 12, "width": 12}


def test_results_name_the_uploaded_film_and_nobody(
    live: Any,  # noqa: F811
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    own, words = planted_film()
    path = save(tmp_path / "ZQX99FILE.dcm", own, film(HIGH, WIDE))
    assert len(words) >= 50
    caplog.clear()
    capfd.readouterr()
    for thread in threading.enumerate():  # which make the first screen's pictures
        if thread.name == "diffmine-prepare":
            thread.join()
    before = {path for path in live.cache.root.rglob("*") if path.is_file()}
    picture = uploaded(live, path)
    panel = live.panels["inspect"]
    value = repr(panel.on_film(live.first, picture)) + repr(
        panel._shown(live.shelf(live.first), picture)
    )
    archive = zipfile.ZipFile(io.BytesIO(handed(live, picture, "dicom")))
    files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    files |= {way: handed(live, picture, way) for way in ("csv", "json")}
    told = "".join(capfd.readouterr()) + caplog.text + value + repr(archive.namelist())
    everything = b"".join(files.values()) + told.encode()
    assert not [word for word in [*words, "ZQX"] if word.encode() in everything]
    assert {path for path in live.cache.root.rglob("*") if path.is_file()} == before, (
        "no file stays"
    )
    results = {name: dcmread(io.BytesIO(files[name])) for name in files if name.endswith(".dcm")}
    assert set(results) == {
        *("picture-boxes.dcm", "picture-heat-1.dcm"),
        *("segments-boxes.dcm", "segments-heat.dcm", "report.dcm"),
    }
    for result in results.values():
        assert result.StudyInstanceUID == "1.2.826.0.1.3680043.8.498.7.3"
        assert result.PatientID.startswith("diffmine-")
    check_places(files)


def check_places(files: dict[str, bytes]) -> None:
    left, top, wide, high = BOX
    mask = hd.seg.segread(io.BytesIO(files["segments-boxes.dcm"])).pixel_array.reshape(HIGH, WIDE)
    expected = np.zeros((HIGH, WIDE), bool)
    expected[top : top + high, left : left + wide] = True
    assert (mask.astype(bool) == expected).all()
    heat = hd.seg.segread(io.BytesIO(files["segments-heat.dcm"])).pixel_array.reshape(HIGH, WIDE)
    assert heat[HIGH - 1, WIDE - 11] == heat.max() > 0 == heat[: HIGH // 2].max()
    report = hd.sr.srread(io.BytesIO(files["report.dcm"]))
    region = report.content.get_planar_roi_measurement_groups()[0].roi
    assert region.value.tolist() == [[20, 10], [40, 10], [40, 30], [20, 30], [20, 10]]
    table = list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert [row["label"] for row in table] == LABELS
    assert {row["sop_uid"] for row in table} == {"1.2.826.0.1.3680043.8.498.7.1"}
    place = [table[1][name] for name in ("col", "row", "width", "height")]
    assert place == [str(number) for number in BOX]
    assert (table[1]["window_typicality"], table[1]["window_se"]) == ("0.01", "0.001")
    told = json.loads(files["json"])
    assert told["notice"] == "Generated by an algorithm, not for diagnosis."
    assert [row["picture_typicality"] for row in told["labels"]][:2] == [0.0, 0.1]


def test_what_no_result_can_go_back_to_is_said(live: Any, tmp_path: Path) -> None:  # noqa: F811
    panel = live.panels["inspect"]
    stored = film(HIGH, WIDE)
    unknown = described(stored, 7, 12, SOPClassUID="1.2.840.10008.5.1.1.29")
    path = save(tmp_path / "a", unknown, stored)
    shown = panel._shown(live.shelf(live.first), uploaded(live, path))
    assert not shown[panel.out["dicom"]].visible
    facts = {name: text for name, text, _ in shown[panel.viewer]["facts"]}
    assert facts["results"] == (
        "None in DICOM: its file is DICOM of a kind that results cannot name."
    )
    Image.fromarray((stored >> 4).astype(np.uint8)).save(tmp_path / "b.png")
    picture = uploaded(live, tmp_path / "b.png")
    shown = panel._shown(live.shelf(live.first), picture)
    assert not shown[panel.out["dicom"]].visible
    assert "results" not in {name for name, *_ in shown[panel.viewer]["facts"]}
    table = list(csv.DictReader(io.StringIO(handed(live, picture, "csv").decode("utf-8-sig"))))
    assert [table[1][name] for name in ("col", "row", "sop_uid")] == ["20", "10", ""]
