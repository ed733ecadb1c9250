"""Folders for VIKUS Viewer and PixPlot: everything that they look up is where they look it up."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Chosen, entries
from diffmine.export.command import export
from diffmine.export.formats import pixplot, vikus
from diffmine.export.order import Order
from tests.unit.export.conftest import NOTE


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.fixture
def folder(atlas: Atlas, chosen: list[Chosen]) -> dict[str, bytes]:
    return dict(vikus.files(Order(atlas, chosen, "mine")))


def test_vikus_finds_all_that_its_config_names(folder: dict[str, bytes]) -> None:
    config = json.loads(folder["data/config.json"])
    loader = config["loader"]
    assert {loader["timeline"], loader["items"], loader["info"]} <= set(folder)
    items = rows_of(folder[loader["items"]])
    assert len(items) == len({row["id"] for row in items}) == 8
    for row in items:
        picture = Image.open(
            io.BytesIO(folder[f"{loader['textures']['detail']['url']}{row['id']}.jpg"])
        )
        assert max(picture.size) == loader["textures"]["detail"]["size"]
    fields = {entry["source"] for entry in config["detail"]["structure"]}
    assert fields | {"id", "keywords", "year"} == set(items[0])
    years = {row["year"] for row in rows_of(folder[loader["timeline"]])}
    assert years == {row["year"] for row in items}
    layouts = [layout["url"] for layout in loader["layouts"] if "url" in layout]
    for url in layouts:
        places = rows_of(folder[url])
        assert {row["id"] for row in places} == {row["id"] for row in items}
        assert all(float(row["x"]) == float(row["x"]) for row in places)
    assert layouts


def test_the_sprites_of_vikus_are_the_patches(
    atlas: Atlas, chosen: list[Chosen], folder: dict[str, bytes]
) -> None:
    manifest = json.loads(folder["data/sprites/spritesheet.json"])
    assert manifest["meta"]["type"] == "pixi-packer"
    assert manifest["meta"]["version"] <= 1
    sprites: dict[str, Image.Image] = {}
    for sheet in manifest["spritesheets"]:
        page = Image.open(io.BytesIO(folder[f"data/sprites/{sheet['image']}"])).convert("RGB")
        for sprite in sheet["sprites"]:
            left, top = sprite["position"]["x"], sprite["position"]["y"]
            size = sprite["dimension"]["w"], sprite["dimension"]["h"]
            sprites[sprite["name"]] = page.crop((left, top, left + size[0], top + size[1]))
    for entry, row in zip(entries(atlas, chosen), rows_of(folder["data/data.csv"]), strict=True):
        patch = entry.patch
        cut = atlas.pictures.picture(patch.image_id).crop(
            (patch.col, patch.row, patch.col + patch.size, patch.row + patch.size)
        )
        shown = sprites[row["id"]].resize(cut.size)
        pairs = zip(cut.convert("L").tobytes(), shown.convert("L").tobytes(), strict=True)
        apart = [abs(one - other) for one, other in pairs]
        assert sum(apart) / len(apart) < 8
        assert row["year"] == patch.label
        assert "," not in row["keywords"]


def test_pixplot_has_a_row_of_each_picture(atlas: Atlas, chosen: list[Chosen]) -> None:
    files = dict(pixplot.files(Order(atlas, chosen, "mine")))
    rows = rows_of(files["metadata.csv"])
    assert tuple(rows[0]) == ("filename", "category", "tags", "description", "permalink", "year")
    assert {f"images/{row['filename']}" for row in rows} == {n for n in files if n.endswith(".jpg")}
    for row, entry in zip(rows, entries(atlas, chosen), strict=True):
        assert row["category"] == entry.patch.label
        assert row["tags"].split("|")[0] == entry.patch.label
        assert row["permalink"].startswith("https://example.org/")
        assert row["year"] == str(entry.record["year"])
        exif = Image.open(io.BytesIO(files[f"images/{row['filename']}"])).getexif()
        rights = exif[ExifTags.Base.Copyright]
        assert entry.record["credit"].lstrip("'") in str(rights)
    assert NOTE in rows[0]["description"]


@pytest.mark.parametrize("to", ["vikus", "pixplot"])
def test_the_command_writes_a_folder_and_replaces_only_its_own(
    atlas: Atlas, tmp_path: Path, to: str, capsys: Any
) -> None:
    out = tmp_path / "out"
    export(atlas.path, to=to, out=out, count=3)
    assert (out / "index.md").is_file()
    assert "index.md" in capsys.readouterr().out
    export(atlas.path, to=to, out=out, count=2, force=True)
    (out / "index.md").write_text("mine")
    with pytest.raises(Exception, match="holds something else"):
        export(atlas.path, to=to, out=out, count=2, force=True)
