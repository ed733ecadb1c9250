"""Who the patient is leaves by no way out: not by a look before a build, the cache, any format of
export, nor the full screen of the app."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from diffmine.app.cache import Cache
from diffmine.app.inspector.films import films
from diffmine.app.shelf import Shelf
from diffmine.atlas.writer import open_workspace
from diffmine.cli import main
from diffmine.config import DataConfig
from diffmine.data import glances
from diffmine.data.sources import open_dataset
from diffmine.export.formats import FORMATS
from diffmine.folders import VARIABLE
from diffmine.pipeline.info.look import look
from tests.unit.export.dicom.films import film, make_atlas
from tests.unit.export.dicom.test_identity import planted_film

pytestmark = [
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
    pytest.mark.filterwarnings("ignore:The value length"),
]


def test_no_way_out_tells_who_it_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
    monkeypatch.setenv(glances.VARIABLE, str(tmp_path / "cache"))
    both, words = {}, []
    for number in (7, 8):  # what two films share is named by diffmine info
        own, words = planted_film(
            SOPInstanceUID=f"1.2.{number}.1", StudyInstanceUID=f"1.2.{number}.3"
        )
        both[f"{number}.dcm"] = (own, film(80, 100))
    atlas = make_atlas(tmp_path, both)
    assert len(words) >= 50
    capfd.readouterr()
    caplog.clear()
    looked = look(open_dataset(tmp_path / "data"), DataConfig(image_size=16))
    for name, form in FORMATS.items():
        out = tmp_path / "out" / (name if form.ours else f"{name}.{form.ending}")
        out.parent.mkdir(exist_ok=True)
        with pytest.raises(SystemExit) as ended:
            main(["export", str(atlas.path), "--to", name, "--out", str(out)])
        assert ended.value.code == 0, name
    served = screen(tmp_path)
    told = "".join(capfd.readouterr()) + caplog.text + repr(looked) + served
    places = [tmp_path / name for name in ("atlas", "cache", "out", "shown", "user")]
    paths = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert {path.suffix for path in paths} >= {".dcm", ".csv", ".json", ".pdf", ".html", ".bin"}
    content = b"".join(str(path).encode() + path.read_bytes() for path in paths) + told.encode()
    assert not [word for word in [*words, "ZQX"] if word.encode() in content]


def screen(folder: Path) -> str:
    """What the full screen of each patch's film is given; its files lie in `shown`."""
    (folder / "shown").mkdir()
    shelf = Shelf("0", open_workspace(folder / "atlas"), Cache(folder / "shown"))
    shown: list[Any] = []
    for label in shelf.labels:
        for patch in shelf.atlas.patches(label):
            shown += films(shelf, patch, "typicality", "")
    assert any("from its file, 12 bits" in one["from"] for one in shown)
    return json.dumps(shown, default=str)
