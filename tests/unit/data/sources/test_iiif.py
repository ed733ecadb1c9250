"""Manifests of IIIF from a museum on this machine: pictures, labels, dates, rights, regions;
offline afterwards, stopped and gone on with, and what is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig
from diffmine.data.fetched import fetched
from diffmine.data.image import scaling
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of, open_dataset
from diffmine.data.web import client as clients
from diffmine.errors import Cancelled, DataError
from diffmine.stages.collect.compared import Compared
from diffmine.stages.collect.run import run as collect
from diffmine.words.regions import region_of
from tests.unit.data.museum import COUNT, INC, ZERO, Museum, date_of, drawn, open_museum, size_of

DECADES = ("1900s", "1910s", "1920s", "1930s")


@pytest.fixture
def museum(monkeypatch: pytest.MonkeyPatch) -> Iterator[Museum]:
    monkeypatch.setattr(clients, "BACK_OFF", 0.001)
    with open_museum() as museum:
        yield museum


def config(folder: Path, **changes: Any) -> DataConfig:
    how = {"label": "Date", "label_width": 10, "pause": 0, "image_size": 64, "view": 256}
    return DataConfig(**how | {"downloads": str(folder / "downloads")} | changes)


def read(museum: Museum, version: str, how: DataConfig) -> Dataset:
    return fetched(dataset_of(f"{museum.address}/{version}/manifest.json", how), how)[0]


def sizes_of(dataset: Dataset) -> set[tuple[int, int]]:
    sizes = set()
    for record in dataset:
        with Image.open(record.path) as picture:
            sizes.add(picture.size)
    return sizes


def number_of(name: str) -> int:
    return int(name[-6:-4])


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_a_manifest_is_read_and_its_pictures_are_fetched(
    museum: Museum, tmp_path: Path, version: str
) -> None:
    how = config(tmp_path)
    dataset = dataset_of(f"{museum.address}/{version}/manifest.json", how)
    assert museum.asked == [f"/{version}/manifest.json"]
    assert "20 pictures are not here yet" in dataset.notes[0]
    assert (dataset.labels, len(dataset), dataset.title) == (DECADES, COUNT, "Houses")
    whole, report = fetched(dataset, how)
    assert report is not None
    assert (report.done, report.kept, report.refused) == (COUNT, 0, 0)
    for record in whole:
        number = number_of(record.image_id)
        assert record.label == DECADES[number // 5]
        assert record.date == date_of(number)
        assert (
            record.year
            == record.date_first
            == record.date_last
            == 1901 + number + 5 * (number // 5)
        )
        assert (record.creator, record.holder) == ("A. Maker", "The Museum")
        assert (record.identifier, record.title) == ("M 12", "Houses")
        assert (record.rights, record.licensed) == (INC, "In Copyright")
        assert record.attribution == record.credited == "Courtesy of the Museum"
        assert record.source_url == "https://museum.example/houses"
        assert record.canvas is not None
        assert record.canvas.address == f"{museum.address}/{version}/canvas/p{number:02d}"
        width, height = size_of(number)
        assert (record.canvas.width, record.canvas.height) == (2 * width, 2 * height)
        to = scaling(width, height, 64)
        times = 256 // max(to.wide, to.high)
        with Image.open(record.path) as picture:  # as large as the copy for people needs, no more
            assert to.width * times <= picture.width <= to.width * times + 4
            assert to.height * times <= picture.height <= to.height * times + 4
    assert len(museum.asked) == 1 + 2 * COUNT
    assert len(museum.connections) == 2  # one for the manifest, one for all pictures


def mined(dataset: Dataset, how: DataConfig, out: Path) -> Atlas:
    atlas = create_workspace(out, Manifest(title="houses", labels=[]))
    with atlas.hold():
        collect(atlas, dataset, how)
    return atlas


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_the_region_of_a_patch_is_right_to_a_pixel(
    museum: Museum, tmp_path: Path, version: str
) -> None:
    """What the server gives for the address of a patch is what the patch shows: the colours of the
    pictures say at every pixel where it is."""
    how = config(tmp_path)
    dataset = dataset_of(f"{museum.address}/{version}/manifest.json", how)
    some = replace(dataset, records=dataset.records[:6])
    atlas = mined(fetched(some, how)[0], how, tmp_path / "atlas")
    change = Compared(atlas, some, how, note=False).change
    assert (change.new, change.other, change.records) == ((), (), ())  # as a dry run sees them
    words = "max" if version == "v3" else "full"
    for row in atlas.table("images").to_pylist():
        number = number_of(row["image_id"])
        wide, high = size_of(number)
        pixels = np.asarray(atlas.pictures.picture(row["image_id"]), np.float64)
        place = ((row["height"] - 16) // 16 * 16, (row["width"] - 16) // 16 * 16)
        for top, left in ((0, 0), place, (16, 32)):
            patch = Patch("p", "1900s", "top", 1, row["image_id"], top, left, 16, 0.1, 0.1)
            region = region_of(patch, row)
            parts = region.image.split("/")
            assert region.image.startswith(f"{museum.address}/iiif/{version[1]}/{number}/")
            assert parts[-3:] == [words, "0", "default.jpg"]
            x, y, w, h = map(int, parts[-4].split(","))
            window = pixels[top : top + 16, left : left + 16]
            served = np.asarray(drawn(number), np.float64)[y : y + h, x : x + w]
            for channel, side in ((0, wide), (1, high)):
                off = (served[..., channel].mean() - window[..., channel].mean()) * (side - 1) / 255
                assert abs(off) < 1, (row["image_id"], patch, region)
            canvas, _, box = region.canvas.partition("#xywh=")
            assert canvas == row["canvas"]
            on = [int(side) for side in box.split(",")]
            assert np.abs(np.array(on) - 2 * np.array([x, y, w, h])).max() <= 2


def test_afterwards_nothing_is_asked(museum: Museum, tmp_path: Path) -> None:
    how = config(tmp_path)
    before = read(museum, "v3", how)
    address = f"{museum.address}/v3/manifest.json"
    museum.troubles["/"] = [(500, {}, b"")] * 99
    asked = len(museum.asked)
    again, report = fetched(dataset_of(address, how), how)
    assert again.records == before.records
    assert again.records[0].canvas == before.records[0].canvas
    assert report is not None
    assert (report.kept, report.figures["requests"]) == (COUNT, 0)
    assert len(museum.asked) == asked
    museum.troubles.clear()
    other = dataset_of(address, replace(how, label="canvas", label_width=0))
    assert len(other.labels) == COUNT  # other labels of the same pictures ask nobody either


def test_pages_that_a_museum_keeps_for_itself_need_no_network_either(
    museum: Museum, tmp_path: Path
) -> None:
    how = config(tmp_path)
    museum.troubles = {f"/3/{number}/": [(403, {}, b"")] * 9 for number in range(4, 9)}
    before = fetched(dataset_of(f"{museum.address}/v3/manifest.json", how), how)[0]
    assert len(before) == COUNT - 5
    museum.troubles = {"/": [(500, {}, b"")] * 99}
    asked = len(museum.asked)
    after = fetched(dataset_of(f"{museum.address}/v3/manifest.json", how), how)[0]
    assert (after.records, after.refused) == (before.records, before.refused)
    assert len(museum.asked) == asked


def test_a_run_that_is_stopped_goes_on_with_what_is_missing(museum: Museum, tmp_path: Path) -> None:
    how = config(tmp_path)
    dataset = dataset_of(f"{museum.address}/v3/manifest.json", how)

    def stop(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        assert (stage, total, unit) == ("fetch", COUNT, "pictures")
        if done == 7:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fetched(dataset, how, stop)
    files = sorted(path.name for path in Path(how.downloads).rglob("*.*") if path.is_file())
    assert sum(name.endswith(".jpg") for name in files) == 7
    assert not [name for name in files if "tmp" in name]
    asked = len(museum.asked)
    whole, report = fetched(dataset, how)
    assert report is not None
    assert (len(whole), report.kept, report.done) == (COUNT, 7, 13)
    assert len(museum.asked) - asked == 2 * 13


def test_pictures_that_are_not_to_be_had_are_refused_and_asked_for_again_later(
    museum: Museum, tmp_path: Path
) -> None:
    how = config(tmp_path)
    museum.troubles = {
        "/3/4/full": [(404, {}, b"")],
        "/3/7/full": [(200, {}, b"<html>no picture</html>")],
        "/3/9/info": [(200, {}, b"{}")],
        "/3/11/full": [(503, {}, b"")] * 9,
    }
    atlas = mined(read(museum, "v3", how), how, tmp_path / "atlas")
    with (tmp_path / "atlas" / "refused.csv").open(encoding="utf-8") as file:
        refused = {number_of(name): reason for name, reason in list(csv.reader(file))[1:]}
    assert sorted(refused) == [4, 7, 11]
    assert "404 (Not Found)" in refused[4]
    assert "no picture but a page of HTML" in refused[7]
    assert "503" in refused[11]
    rows = {number_of(row["image_id"]): row for row in atlas.table("images").to_pylist()}
    assert len(rows) == COUNT - 3
    assert rows[9]["region"] == ""  # from the address in the manifest, since the service is broken
    museum.troubles.clear()
    assert len(read(museum, "v3", how)) == COUNT - 1  # the one that the server said it has not
    assert len(read(museum, "v3", replace(how, again=True))) == COUNT


def test_a_server_that_fails_stops_the_work_and_keeps_what_there_is(
    museum: Museum, tmp_path: Path
) -> None:
    how = config(tmp_path)
    for number in range(5, COUNT):
        museum.troubles[f"/3/{number}/full"] = [(500, {}, b"")] * 99
    with pytest.raises(DataError, match=r"3 pictures in a row .* run the same command again"):
        read(museum, "v3", how)
    assert len(list(Path(how.downloads).rglob("*.jpg"))) == 5


def test_a_file_may_not_name_addresses_of_this_machine(museum: Museum, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(museum.manifest3()))
    dataset = dataset_of(path, config(tmp_path))
    assert dataset.labels == DECADES
    with pytest.raises(DataError, match="address of this machine or network"):
        fetched(dataset, config(tmp_path))
    assert museum.asked == []


def test_pictures_may_be_as_large_as_one_likes(museum: Museum, tmp_path: Path) -> None:
    dataset = read(museum, "v3", config(tmp_path, iiif_size=200))
    assert {max(size) for size in sizes_of(dataset)} == {200}
    larger = read(museum, "v3", config(tmp_path, iiif_size=5000))
    assert sizes_of(larger) == {size_of(0), size_of(1)}
    assert not {record.path for record in dataset} & {record.path for record in larger}


@pytest.mark.parametrize(
    ("level", "extra", "size"),
    [
        (0, {"sizes": [{"width": 40, "height": 30}, {"width": 200, "height": 150}]}, (200, 150)),
        (0, {}, (400, 300)),
        (2, {"maxWidth": 100}, (100, 75)),
        (2, {"maxArea": 10_000}, (115, 86)),
    ],
)
def test_a_server_gives_what_it_has(
    museum: Museum, tmp_path: Path, level: int, extra: dict[str, Any], size: tuple[int, int]
) -> None:
    museum.level, museum.extra = level, extra
    how = config(tmp_path, iiif_size=150)
    dataset = dataset_of(f"{museum.address}/v3/manifest.json", how)
    odd = [record for record in dataset if number_of(record.image_id) % 2][:2]
    whole, _ = fetched(replace(dataset, records=tuple(odd)), how)
    assert sizes_of(whole) == {size}
    for record in whole:
        assert record.canvas is not None
        assert bool(record.canvas.region) == (level > 0)


def test_a_plain_picture_without_a_service(museum: Museum, tmp_path: Path) -> None:
    manifest = museum.manifest3()
    for canvas in manifest["items"]:
        del canvas["items"][0]["items"][0]["body"]["service"]
    museum.documents["/plain.json"] = manifest
    how = config(tmp_path)
    dataset, _ = fetched(dataset_of(f"{museum.address}/plain.json", how), how)
    assert len(dataset) == COUNT
    assert sizes_of(dataset) == {size_of(0), size_of(1)}
    assert dataset.records[0].canvas is not None
    assert dataset.records[0].canvas.region == ""


def test_a_folder_of_manifests_and_the_rights_of_a_canvas(museum: Museum, tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    manifest = museum.manifest3()
    manifest["items"][3]["rights"] = ZERO
    manifest["items"][3]["metadata"].append({"label": {"en": ["Creator"]}, "value": "B. Other"})
    (folder / "one.json").write_text(json.dumps(manifest))
    (folder / "two.json").write_text(json.dumps(museum.manifest2()))
    (folder / "notes.json").write_text('{"nothing": "of IIIF"}')
    dataset = open_dataset(folder, label="manifest_id")
    assert (len(dataset), len(dataset.labels)) == (2 * COUNT, 2)
    by_name = {record.image_id: record for record in dataset}
    own = [record for name, record in by_name.items() if name.startswith("v3") and "p03" in name]
    assert (own[0].rights, own[0].licensed, own[0].creator) == (ZERO, "CC0 1.0", "B. Other")
    assert sum(record.rights == INC for record in dataset) == 2 * COUNT - 1


def test_a_column_that_is_not_there_names_those_that_are(museum: Museum, tmp_path: Path) -> None:
    address = f"{museum.address}/v3/manifest.json"
    with pytest.raises(
        DataError, match=r"^http://.*no column 'Decade'; its columns are .*date, Urheber"
    ):
        dataset_of(address, config(tmp_path, label="Decade", label_width=0))
    with pytest.raises(DataError, match=r"choose one by --label COLUMN\.$"):
        dataset_of(address, config(tmp_path, label="", label_width=0))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"a": 1}, "no manifest or collection of the IIIF"),
        ([], "no manifest or collection of the IIIF"),
        ({"@context": "http://iiif.io/api/presentation/4/context.json"}, "Presentation API 4"),
        (
            {"@context": "http://iiif.io/api/presentation/3/context.json", "type": "Manifest"},
            "no picture that can be fetched: the manifest has no canvas",
        ),
    ],
)
def test_what_is_no_manifest_is_one_sentence(
    museum: Museum, tmp_path: Path, content: Any, reason: str
) -> None:
    museum.documents["/x.json"] = content
    with pytest.raises(DataError, match=reason):
        dataset_of(f"{museum.address}/x.json", config(tmp_path))


def test_an_address_that_is_not_there_is_one_sentence(museum: Museum, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be read: .* answers 404 \(Not Found\)"):
        dataset_of(f"{museum.address}/none.json", config(tmp_path))
    with pytest.raises(DataError, match=r"not a folder.*or a IIIF manifest"):
        dataset_of(tmp_path / "none.json", config(tmp_path))
    with pytest.raises(DataError, match="--source table reads folders alone"):
        dataset_of(f"{museum.address}/none.json", config(tmp_path, source="table"))
