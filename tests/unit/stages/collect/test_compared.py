"""A data set that is as it was is known at a glance."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import DataConfig
from diffmine.data.canvas import Canvas
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.stages.collect import compared, held
from diffmine.stages.collect.run import run as collect
from tests.helpers import draw_shapes


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = draw_shapes(tmp_path / "data", per_label=3)
    age(data)
    return data


def age(data: Path, seconds: int = 1_000_000_000) -> None:
    for path in data.rglob("*.*"):
        os.utime(path, (seconds, seconds))


def collected(data: Path) -> tuple[Workspace, Report]:
    atlas = create_workspace(data.parent / "atlas", Manifest("t", ["disc", "square"]))
    return atlas, collect(atlas, open_dataset(data), DataConfig(image_size=32))


def test_no_file_is_read_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert collected(data)[1].done == 6
    monkeypatch.delattr(compared, "digests_of")
    assert collected(data)[1].kept == 6


@pytest.mark.parametrize("seconds", [1_000_000_000, 1_000_000_001])
def test_a_change_of_the_size_or_the_time_is_seen(data: Path, seconds: int) -> None:
    collected(data)
    Image.new("RGB", (32, 32), "grey").save(data / "disc" / "000.png")
    age(data, seconds)
    atlas, report = collected(data)
    assert report.figures == {"changed": 1}
    assert atlas.image("disc/000.png")["source_digest"]


def test_another_image_size_or_lost_images_are_seen(data: Path) -> None:
    atlas, _ = collected(data)
    assert collect(atlas, open_dataset(data), DataConfig(image_size=16)).done == 6
    (atlas.path / "images.parquet").unlink()
    assert collect(atlas, open_dataset(data), DataConfig(image_size=16)).done == 6


def test_files_that_were_just_written_are_looked_at_again(data: Path) -> None:
    """Within the coarse tick of a clock a file may change twice and keep its time."""
    Image.new("RGB", (32, 32), "grey").save(data / "disc" / "000.png")
    atlas, _ = collected(data)
    assert not (atlas.path / compared.NAME).exists()


def test_an_atlas_that_lacks_the_newer_columns_is_as_it_was(data: Path) -> None:
    atlas, _ = collected(data)
    path = atlas.path / "images.parquet"
    whole = pq.read_table(path)
    older = whole.drop_columns([name for name in whole.column_names if name in held._SINCE])
    older = older.drop_columns(["canvas", "canvas_box", "region"])
    atlas.write("images.parquet", older.to_pylist(), older.schema, group=2)
    atlas.save()
    (atlas.path / compared.NAME).unlink()
    assert atlas.image("disc/000.png")["creator"] is None
    _, report = collected(data)
    assert (report.kept, report.done) == (6, 0)
    assert "creator" not in pq.read_schema(path).names  # nothing to write anew


def test_what_a_record_says_now_is_written_and_nothing_is_decoded(data: Path) -> None:
    atlas, _ = collected(data)
    dataset = open_dataset(data)
    box = (0.0, 0.0, 640.0, 640.0)
    canvas = Canvas("https://museum.example/c", 640, 640, box)
    records = [replace(one, creator="A. Maker", canvas=canvas) for one in dataset]
    dataset = replace(dataset, records=tuple(records))
    report = collect(atlas, dataset, DataConfig(image_size=32))
    assert (report.kept, report.done) == (6, 0)
    row = atlas.image("disc/000.png")
    assert (row["creator"], row["credit"], row["rights"]) == ("A. Maker", "A. Maker", "")
    assert (row["canvas"], row["canvas_box"]) == (canvas.address, list(box))
