"""Documents of IIIF: versions, odd paintings, and everything with a value of a wrong type."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from diffmine.data.canvas import Box
from diffmine.data.iiif.document import document, version_of
from diffmine.data.iiif.pages import Collection, Image, Manifest, PageError, box_of
from diffmine.errors import DataError
from tests.unit.data.museum import COUNT, Museum

MUSEUM = Museum("https://museum.example")


def canvas3(body: Any, target: Any = "https://museum.example/c") -> Image:
    """The picture of a canvas of 1000 x 500 with one annotation."""
    content = MUSEUM.manifest3()
    annotation = {"motivation": "painting", "body": body, "target": target}
    page = {"id": "https://museum.example/c", "type": "Canvas", "width": 1000, "height": 500}
    content["items"] = [page | {"items": [{"items": [annotation]}]}]
    manifest = document(content, "m")
    assert isinstance(manifest, Manifest)
    if manifest.pages[0].reason:
        raise PageError(manifest.pages[0].reason)
    return manifest.pages[0].images[0]


BODY = {"id": "https://museum.example/a.jpg", "type": "Image"}
CUT = {
    "type": "SpecificResource",
    "source": BODY | {"service": [{"id": "https://museum.example/s", "type": "ImageService3"}]},
}


def test_both_versions_say_the_same_of_the_same_manifest() -> None:
    two, three = document(MUSEUM.manifest2(), "a"), document(MUSEUM.manifest3(), "b")
    assert isinstance(two, Manifest)
    assert isinstance(three, Manifest)
    assert (two.version, three.version) == (2, 3)
    assert len(two.pages) == len(three.pages) == COUNT
    for one, other in zip(two.pages, three.pages, strict=True):
        assert (one.label, one.width, one.height) == (other.label, other.width, other.height)
        assert one.pairs == other.pairs
        assert one.images[0].box == other.images[0].box
    assert [fact for fact in two.facts if fact not in three.facts] == []


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ({"@context": "http://iiif.io/api/presentation/2/context.json"}, 2),
        ({"@context": ["http://www.w3.org/ns/anno.jsonld",
                       "http://iiif.io/api/presentation/3/context.json"]}, 3),
        ({"@context": "http://www.shared-canvas.org/ns/context.json"}, 2),
        ({"@context": "https://iiif.io/api/presentation/4/context.json"}, 4),
        ({"@type": "sc:Manifest"}, 2),
        ({"type": "Manifest", "items": [{}]}, 3),
        ({"type": "Manifest"}, 0),
        ({"@context": 5}, 0),
        ({}, 0),
    ],
)  # fmt: skip
def test_the_version_is_told_by_the_context(change: dict[str, Any], version: int) -> None:
    assert version_of(change) == version


@pytest.mark.parametrize(
    ("fragment", "box"),
    [
        ("https://museum.example/c", (0, 0, 1000, 500)),
        ("https://museum.example/c#xywh=10,20,30,40", (10, 20, 30, 40)),
        ("https://museum.example/c#xywh=pixel:10,20,30,40", (10, 20, 30, 40)),
        ("https://museum.example/c#xywh=percent:10,20,30,40", (100, 100, 300, 200)),
        ("https://museum.example/c#t=5&xywh=0,0,1000,500", (0, 0, 1000, 500)),
        ("#xywh=0.5,0,10.25,1", (0.5, 0, 10.25, 1)),
        ("#xywh=0,0,1001,500", (0, 0, 1001, 500)),  # rounded up, as servers do
    ],
)
def test_the_place_on_a_canvas(fragment: str, box: Box) -> None:
    assert box_of(fragment, 1000, 500) == tuple(map(float, box))


@pytest.mark.parametrize(
    ("fragment", "reason"),
    [
        ("#xywh=0,0,2000,500", "is not on the canvas of 1000 x 500"),
        ("#xywh=990,0,20,20", "is not on the canvas"),
        ("#xywh=0,0,0,5", "is not on the canvas"),
        ("#xywh=-5,0,10,10", "is no box of four numbers"),
        ("#xywh=1,2,3", "is no box of four numbers"),
        ("#xywh=a,b,c,d", "is no box of four numbers"),
        ("#xywh=1e9,0,1,1", "is no box of four numbers"),
        ("#xywh=" + "9" * 5000, "is no box of four numbers"),
    ],
)
def test_a_place_that_is_none_is_a_reason(fragment: str, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        box_of(fragment, 1000, 500)


def test_odd_paintings() -> None:
    assert canvas3(BODY, {"type": "SpecificResource", "source": {"id": "x"}, "selector": {
        "type": "FragmentSelector", "value": "xywh=0,0,10,10"}}).box == (0, 0, 10, 10)  # fmt: skip
    choice = canvas3({"type": "Choice", "items": [{"type": "Sound", "id": "s"}, BODY]})
    assert choice.address == BODY["id"]
    cut = canvas3(CUT | {"selector": {"type": "ImageApiSelector", "region": "5,6,70,80"}})
    assert cut.region == (5, 6, 70, 80)
    assert canvas3(CUT | {"selector": {"region": "full", "rotation": "0"}}).region is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (CUT | {"selector": {"rotation": "90"}}, "turned by 90 degrees"),
        (CUT | {"selector": {"region": "5,6,0,80"}}, "is no box"),
        (CUT | {"selector": {"region": "pct:1,2,3,4"}}, "is no box"),
        (CUT | {"source": BODY, "selector": {"region": "5,6,7,8"}}, "no image service cuts"),
        ({"type": "Video", "id": "v"}, "nothing but sound, film or text"),
        ({"type": "Image"}, "nothing but sound, film or text"),
        ([], "nothing but sound, film or text"),
        ("text", "nothing but sound, film or text"),
    ],
)
def test_a_canvas_without_a_picture_is_a_reason(body: Any, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        canvas3(body)


def test_odd_paintings_of_version_two() -> None:
    content = MUSEUM.manifest2()
    canvas = content["sequences"][0]["canvases"][0]
    canvas |= {"width": 1000, "height": 500}
    painting = canvas["images"][0]
    whole = painting["resource"]
    painting["resource"] = {
        "@type": "oa:SpecificResource", "full": whole,
        "selector": {"@type": "iiif:ImageApiSelector", "region": "1,2,30,40"},
    }  # fmt: skip
    painting["on"] = "https://museum.example/c#xywh=0,0,500,500"
    choice = copy.deepcopy(painting)
    choice["resource"] = {"@type": "oa:Choice", "default": whole, "item": []}
    choice["on"] = "https://museum.example/c#xywh=500,0,500,500"
    canvas["images"] = [painting, choice]
    manifest = document(content, "m")
    assert isinstance(manifest, Manifest)
    one, other = manifest.pages[0].images
    assert (one.region, one.box, one.service is not None) == (
        (1, 2, 30, 40),
        (0, 0, 500, 500),
        True,
    )
    assert (other.region, other.box) == (None, (500, 0, 500, 500))


WRONG: tuple[Any, ...] = (
    *(None, [], {}, "", "text", -1, 1e308, float("nan"), True, [[[]]], [None]),
    *({"@value": 5}, {"id": 5}, "javascript:alert(1)", "x" * 10_000),
)


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


@pytest.mark.parametrize("version", [2, 3])
def test_a_value_of_any_type_anywhere_is_read_or_one_sentence(version: int) -> None:
    whole = MUSEUM.manifest2() if version == 2 else MUSEUM.manifest3()
    items = whole["sequences"][0]["canvases"] if version == 2 else whole["items"]
    del items[2:]
    every, chance = list(places(whole)), random.Random(version)
    read = 0
    for path in every:
        for wrong in chance.sample(WRONG, 2):
            content = copy.deepcopy(whole)
            inner = content
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = wrong
            try:
                made = document(content, "m")
            except DataError:
                continue
            assert isinstance(made, Manifest | Collection)
            read += 1
    assert read > 100
