"""Collect over odd files: refused rows, and the rest of the atlas as it would be without them."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig
from diffmine.data import readers
from diffmine.data.fence import limits
from diffmine.data.sources import open_dataset
from diffmine.engine import silent
from diffmine.errors import AtlasError, Cancelled
from diffmine.stages.collect.run import run
from tests.helpers import draw_shapes
from tests.unit.data.fence import work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files that Windows has not")


def collected(data: Path, out: Path, progress: object = silent) -> Atlas:
    atlas = create_workspace(out, Manifest(title="shapes", labels=[]))
    with atlas.hold():
        run(atlas, open_dataset(data), DataConfig(image_size=16), progress)  # type: ignore[arg-type]
    return atlas


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set with files that hang, take long or end their process, between good ones."""
    data = draw_shapes(tmp_path / "data", 3)
    os.mkfifo(data / "disc" / "001.png")
    for name in ("exit", "sleep"):
        (data / "disc" / f"{name}.odd").write_text(f"odd {tmp_path / name}")
    (data / "square" / "\udce9.png").write_bytes(b"no picture")
    monkeypatch.setattr(readers, "READERS", [work.ODD, readers.PILLOW])
    monkeypatch.setattr(limits, "SECONDS", 2.0)
    return data


def test_odd_files_are_refused_rows(odd: Path, tmp_path: Path) -> None:
    atlas = collected(odd, tmp_path / "atlas")
    before = atlas.manifest.artefacts["images.parquet"]
    refused = (tmp_path / "atlas" / "refused.csv").read_text("utf-8").splitlines()
    assert [line.partition(",")[0] for line in refused] == [
        "image",
        "disc/001.png",
        "disc/exit.odd",
        "disc/sleep.odd",
        r"square/\xe9.png",
    ]
    written = (tmp_path / "atlas" / "images.parquet").stat().st_mtime_ns
    assert collected(odd, tmp_path / "atlas").manifest.artefacts["images.parquet"] == before
    assert (tmp_path / "atlas" / "images.parquet").stat().st_mtime_ns == written, "read again"
    for name in ("001.png", "exit.odd", "sleep.odd"):
        (odd / "disc" / name).unlink()
    (odd / "square" / "\udce9.png").unlink()
    plain = collected(odd, tmp_path / "plain")
    assert plain.manifest.artefacts["images.parquet"] == before


def test_it_stops_while_a_picture_takes_long(
    odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECONDS", 600.0)

    def progress(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        assert done < total
        if list(tmp_path.glob("pid-*")):
            raise Cancelled

    with pytest.raises(Cancelled):
        collected(odd, tmp_path / "atlas", progress)


def test_a_picture_that_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    """WebP ends at 16,383 pixels, which was a traceback."""
    (tmp_path / "data" / "x").mkdir(parents=True)
    Image.new("L", (17_000, 600)).save(tmp_path / "data" / "x" / "long.png")
    Image.new("L", (600, 600)).save(tmp_path / "data" / "x" / "a.png")
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="long", labels=[]))
    with atlas.hold():
        run(atlas, open_dataset(tmp_path / "data"), DataConfig(image_size=600))
    assert "x/long.png" in (tmp_path / "atlas" / "refused.csv").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a name may be any bytes")
def test_an_atlas_in_a_folder_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "\udce9"
    with pytest.raises(AtlasError, match=r"\\udce9 is not UTF-8"):
        create_workspace(place, Manifest(title="a", labels=[]))
    create_workspace(tmp_path / "a", Manifest(title="a", labels=[]))
    shutil.copytree(tmp_path / "a", place)
    with pytest.raises(AtlasError, match=r"\\udce9 is not UTF-8"):
        open_atlas(place)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [(("1920s", "c. 1935"), "time"), (("1920s", "n.d."), "other"), (("glass", "wood"), "other")],
)
def test_labels_that_are_dates_are_shown_as_times(
    tmp_path: Path, labels: tuple[str, ...], kind: str
) -> None:
    for label in labels:
        (tmp_path / "data" / label).mkdir(parents=True)
        Image.new("RGB", (16, 16), "grey").save(tmp_path / "data" / label / f"{label}.png")
    atlas = collected(tmp_path / "data", tmp_path / "atlas")
    assert atlas.manifest.kind == kind
    atlas.manifest.kind = "maker"  # as somebody asked for: it stays
    atlas.save()
    assert collected(tmp_path / "data", tmp_path / "atlas").manifest.kind == "maker"
