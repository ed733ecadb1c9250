"""Annotations of the W3C: boxes in the pixels of their source, in words that every viewer draws."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export.chosen import Chosen, listed
from diffmine.export.formats import annotations, iiif
from diffmine.export.order import Order
from tests.unit.export.make_sheet import (
    CORNER,
    FILE,
    LABEL,
    NAME,
    ON_CANVAS,
    PLACES,
    SIZE,
    SMALLER,
    make_sheet,
)

SERVER = "https://example.org"
BOX = re.compile(r"xywh=(\d+),(\d+),([1-9]\d*),([1-9]\d*)")
"""What Mirador 4.0 and Annotorious 3.8 both draw: whole numbers, no unit."""


@pytest.fixture(scope="module")
def on_file(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return make_sheet(tmp_path_factory.mktemp("sheet") / "on-file")


@pytest.fixture(scope="module")
def on_canvas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return make_sheet(tmp_path_factory.mktemp("sheet") / "on-canvas", SERVER)


def read(order: Order, form: Any = annotations) -> dict[str, Any]:
    ((name, content),) = form.files(order)
    assert name == f"{order.name}.json"
    return dict(json.loads(content, parse_constant=pytest.fail))


def boxes(items: list[dict[str, Any]]) -> list[tuple[int, ...]]:
    """The boxes of annotations, each checked to be written as viewers draw it."""
    matches = [BOX.fullmatch(item["target"]["selector"]["value"]) for item in items]
    assert all(matches)
    return [tuple(map(int, match.groups())) for match in matches if match]


def check(item: dict[str, Any]) -> None:
    """What the W3C's model asks for, and what is true of each of ours."""
    assert item["type"] == "Annotation"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", item["id"])
    assert item["generator"]["type"] == "Software"
    assert "machine-made" in item["generator"]["name"]
    assert item["rights"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert item["target"]["type"] == "SpecificResource"
    assert item["target"]["source"]["rights"] == "https://creativecommons.org/licenses/by/4.0/"
    selector = item["target"]["selector"]
    assert selector["type"] == "FragmentSelector"
    assert selector["conformsTo"] == "http://www.w3.org/TR/media-frags/"
    for body in item["body"]:
        assert body["type"] == "TextualBody"
        assert body["value"]


def test_boxes_are_in_pixels_of_the_file(on_file: Atlas) -> None:
    page = read(Order(on_file, listed(on_file, [LABEL])))
    assert page["type"] == "AnnotationPage"
    assert page["@context"] == "http://www.w3.org/ns/anno.jsonld"
    for item in page["items"]:
        check(item)
        assert unquote(item["target"]["source"]["id"]) == NAME
        assert item["target"]["source"]["id"].isascii()
    side = SIZE * SMALLER
    assert boxes(page["items"]) == [(x * SMALLER, y * SMALLER, side, side) for x, y in PLACES]
    assert len({item["id"] for item in page["items"]}) == len(PLACES)


def test_boxes_are_in_pixels_of_the_canvas(on_canvas: Atlas) -> None:
    page = read(Order(on_canvas, listed(on_canvas, [LABEL])))
    scale = SMALLER * ON_CANVAS
    wanted = [
        (CORNER[0] + x * scale, CORNER[1] + y * scale, SIZE * scale, SIZE * scale)
        for x, y in PLACES
    ]
    assert boxes(page["items"]) == wanted
    source = page["items"][0]["target"]["source"]
    assert (source["id"], source["type"]) == (f"{SERVER}/canvas/1", "Canvas")


def test_bodies_say_label_element_score_and_whose_word_it_is(on_file: Atlas) -> None:
    chosen = [Chosen("top-01", "Look: a fin"), Chosen("top-50")]
    first, last = read(Order(on_file, chosen))["items"]
    tags = [body["value"] for body in first["body"] if body["purpose"] == "tagging"]
    assert tags == [LABEL, "fins"]
    (told,) = [body["value"] for body in first["body"] if body["purpose"] == "describing"]
    assert "No. 1, most typical" in told
    assert "0.0198 ± 0.0020" in told
    assert "chance" not in told
    (note,) = [body for body in first["body"] if body["purpose"] == "commenting"]
    assert (note["value"], note["creator"]["type"]) == ("Look: a fin", "Person")
    assert "cannot be told from chance" in last["body"][-1]["value"]
    assert all(body["purpose"] != "commenting" for body in last["body"])


@pytest.mark.parametrize("larger", [True, False])
def test_a_manifest_has_canvases_with_the_pixels_of_their_pictures(
    tmp_path: Path, larger: bool
) -> None:
    """Mirador 4.0 draws boxes in the picture's pixels, whatever those of the canvas are."""
    atlas = make_sheet(tmp_path / "sheet", SERVER, larger=larger)
    manifest = read(Order(atlas, listed(atlas, [LABEL], count=3)), iiif)
    assert manifest["type"] == "Manifest"
    (canvas,) = manifest["items"]
    assert (canvas["width"], canvas["height"]) == FILE
    assert canvas["id"].startswith("urn:uuid:" if larger else f"{SERVER}/canvas/1")
    assert (f"{SERVER}/canvas/1" in json.dumps(canvas.get("metadata", ""))) == larger
    assert canvas["rights"] == "http://creativecommons.org/licenses/by/4.0/"
    assert canvas["requiredStatement"]["value"]["none"] == ["A. Müller, CC BY 4.0"]
    (paints,) = canvas["items"][0]["items"]
    assert (paints["motivation"], paints["target"]) == ("painting", canvas["id"])
    assert paints["body"]["id"] == f"{SERVER}/iiif/sheet/0,0,640,480/max/0/default.jpg"
    (service,) = paints["body"]["service"]
    assert (service["id"], service["type"]) == (f"{SERVER}/iiif/sheet", "ImageService3")
    (page,) = canvas["annotations"]
    assert page["type"] == "AnnotationPage"
    side = SIZE * SMALLER
    assert boxes(page["items"]) == [(x * SMALLER, y * SMALLER, side, side) for x, y in PLACES[:3]]
    for item in page["items"]:
        check(item)
        assert item["target"]["source"]["id"] == canvas["id"]


def test_what_has_no_place_is_said(on_file: Atlas, atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="not note how large its file is"):
        read(Order(atlas, listed(atlas, [atlas.labels[0]], count=1)))
    with pytest.raises(UsageError, match="canvas of IIIF"):
        read(Order(on_file, listed(on_file, [LABEL])), iiif)
