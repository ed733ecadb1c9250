"""Boxes of a data set become boxes of the atlas."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.records import KeptBoxes
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import DataConfig
from diffmine.data.sources import open_dataset
from diffmine.errors import AtlasError, DataError
from diffmine.pipeline.build import collect
from diffmine.stages.collect.boxes import keep_boxes
from diffmine.stages.evaluate.cases import boxed
from tests.helpers import draw_shapes

HEAD = "file_name,label,x,y,w,h\n"


def collected(data: Path, out: Path) -> Workspace:
    atlas = create_workspace(out, Manifest(title="shapes", labels=["disc", "square"]))
    with atlas.hold():
        collect(atlas, open_dataset(data), DataConfig(image_size=16))
    return atlas


def test_boxes_beside_the_pictures_are_collected(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "data", 2)
    name = open_dataset(data).records[0].image_id
    (data / "boxes.csv").write_text(HEAD + f"{name},disc,8,4,16,40\nelse.png,disc,1,1,1,1\n")
    atlas = collected(data, tmp_path / "atlas")
    assert atlas.image(name)["source_width"] == 32
    row = {"image_id": name, "label": "disc", "element": ""}
    assert boxed(atlas) == [row | {"row": 2.0, "col": 4.0, "height": 14.0, "width": 8.0}]
    assert atlas.finished("boxes.parquet")
    written = (atlas.path / "boxes.parquet").stat().st_mtime_ns
    collected(data, tmp_path / "atlas")
    assert (atlas.path / "boxes.parquet").stat().st_mtime_ns == written
    (data / "boxes.csv").write_text(HEAD + f"{name},disc,99,4,16,40\n")
    with pytest.raises(DataError, match=r"No box of .* 1 lie outside what is mined"):
        collected(data, tmp_path / "atlas")


def test_an_older_atlas_learns_the_sizes_of_its_pictures(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "data", 2)
    atlas = collected(data, tmp_path / "atlas")
    path = atlas.path / "images.parquet"
    table = pq.read_table(path).drop_columns(["source_width", "source_height"])
    pq.write_table(table, path, row_group_size=128)
    key = atlas.manifest.keys["images"]
    name = open_dataset(data).records[0].image_id
    (data / "boxes.csv").write_text(HEAD + f"{name},disc,8,4,16,16\n")
    with pytest.raises(AtlasError, match="is older than boxes"):
        keep_boxes(atlas, data / "boxes.csv")
    again = collected(data, tmp_path / "atlas")
    assert len(boxed(again)) == 1
    assert again.manifest.keys["images"] == key


def test_without_boxes_there_is_one_sentence(tmp_path: Path) -> None:
    atlas = collected(draw_shapes(tmp_path / "data", 2), tmp_path / "atlas")
    with pytest.raises(AtlasError, match="has no boxes; give --boxes FILE"):
        boxed(atlas)


def test_boxes_of_which_most_cannot_be_meant_are_refused(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "data", 2)
    names = [record.image_id for record in open_dataset(data)]
    atlas = collected(data, tmp_path / "atlas")

    def kept(rows: list[str], name: str = "boxes.csv") -> KeptBoxes:
        (data / name).write_text(HEAD + "\n".join(rows))
        with atlas.hold():
            return keep_boxes(atlas, data / name, of_data=True)

    right = [f"{name},disc,4,4,16,16" for name in names]
    large = [f"{name},disc,0,0,500,600" for name in names]
    with pytest.raises(DataError, match=r"Of the 5 boxes of .* 4 lie beyond their pictures"):
        kept(right[:1] + large)
    assert kept(right + large[:1]).beyond == 1
    with pytest.raises(DataError, match=r"4 lie within the first pixel, as shares"):
        kept([f"{name},disc,.25,.25,.5,.5" for name in names])
    with pytest.raises(DataError, match=r"Of the 100 boxes of .* 99 name pictures that are not"):
        kept(right[:1] + [f"{k}.png,disc,4,4,16,16" for k in range(99)])
    assert kept([*right, "else.png,disc,4,4,16,16"]).elsewhere == 1
    assert kept([row.replace("/", "\\").upper() for row in right]).kept == 4


def test_boxes_as_published_are_scaled_to_the_files(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "data", 2)
    name = open_dataset(data).records[0].image_id
    atlas = collected(data, tmp_path / "atlas")
    path = data / "BBox_List_2017.csv"
    head = "Image Index,Finding Label,Bbox [x,y,w,h],,,\n"
    path.write_text(
        head + f"{Path(name).name},Infiltrate,512,256,256,128,,,\nno.png,M,1,1,9,9,,,\n"
    )
    with atlas.hold():
        assert keep_boxes(atlas, path, of_data=True).elsewhere == 1
    row = {"image_id": name, "label": "Infiltration", "element": ""}
    assert boxed(atlas) == [row | {"row": 4.0, "col": 8.0, "height": 2.0, "width": 4.0}]
