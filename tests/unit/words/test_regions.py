"""Addresses of the part of a canvas that a patch shows, and of none where there is none."""

from typing import Any

import pytest

from diffmine.atlas.records import Patch
from diffmine.export.record import facts
from diffmine.words.records import citation
from diffmine.words.regions import Region, region_of

PATCH = Patch("p", "1900", "top", 1, "a.jpg", 16, 32, 16, 0.5, 0.1)
ROW: dict[str, Any] = {
    "image_id": "a.jpg", "label": "1900", "width": 64, "height": 48, "source_width": 640,
    "source_height": 480, "canvas": "https://museum.example/c/1", "canvas_width": 3200,
    "canvas_height": 2400, "canvas_box": [0.0, 0.0, 3200.0, 2400.0],
    "region": "https://museum.example/iiif/1/{region}/max/0/default.jpg",
    "region_box": [0.0, 0.0, 6400.0, 4800.0], "title": "A house", "creator": "A. Maker",
    "date": "c. 1905", "year": 1905, "holder": "The Museum", "identifier": "M 1",
    "rights": "http://rightsstatements.org/vocab/InC/1.0/", "licence": "In Copyright",
    "attribution": "Museum, by A. Maker", "credit": "Museum, by A. Maker",
    "source_url": "https://museum.example/m/1",
}  # fmt: skip


def test_the_region_of_a_patch_on_its_canvas_and_at_its_server() -> None:
    region = region_of(PATCH, ROW)
    assert region.canvas == "https://museum.example/c/1#xywh=1600,800,800,800"
    server = "https://museum.example/iiif/1/3200,1600,1600,1600/max/0/default.jpg"
    assert region.image == region.link == server


@pytest.mark.parametrize(
    ("change", "region"),
    [
        ({"region": "", "region_box": None}, Region(ROW["canvas"] + "#xywh=1600,800,800,800")),
        ({"canvas": None}, Region()),
        ({"canvas": "javascript:alert(1)"}, Region()),
        ({"canvas_box": None}, Region()),
        ({"canvas_box": [0.0, 0.0, float("nan"), 9.0]}, Region()),
        ({"canvas_box": [0.0, 0.0, 1e300, 9.0]}, Region()),
        ({"source_width": None}, Region()),
        (dict.fromkeys(ROW), Region()),
        ({"region": "javascript:{region}"}, Region(ROW["canvas"] + "#xywh=1600,800,800,800")),
    ],
)
def test_what_is_not_known_is_no_address(change: dict[str, Any], region: Region) -> None:
    assert region_of(PATCH, ROW | change) == region


def test_a_citation_has_the_record_in_order_and_nothing_twice() -> None:
    text = citation("Houses", PATCH, ROW)
    assert text.startswith(
        "Houses. Image a.jpg. A. Maker. A house. c. 1905. The Museum. M 1. Museum, by A. Maker. In "
        "Copyright. http://rightsstatements.org/vocab/InC/1.0/. https://museum.example/m/1. Patch"
    )
    known = {"creator": "A. Maker", "credit": "A. Maker", "licence": "CC0", "rights": None}
    assert citation("Houses", PATCH, known).startswith("Houses. Image a.jpg. A. Maker. CC0. Patch")


def test_the_facts_of_a_patch_name_each_thing_once_with_its_address() -> None:
    told = {name: (text, link) for name, text, link in facts(PATCH, ROW)}
    assert told["rights"] == ("In Copyright", ROW["rights"])
    assert told["date"] == ("c. 1905", "")
    assert told["year"] == ("1905", "")
    assert told["attribution"] == ("Museum, by A. Maker", "")
    assert not {"licence", "credit"} & set(told)
    assert told["region of the canvas"][0].endswith("#xywh=1600,800,800,800")
    own = {name: (text, link) for name, text, link in facts(PATCH, ROW | {"licence": "See desk"})}
    assert own["licence"] == ("See desk", "")
    assert own["rights"] == ("In Copyright", ROW["rights"])
    zero = "https://creativecommons.org/publicdomain/zero/1.0/"
    free = facts(PATCH, ROW | {"licence": "CC0-1.0", "rights": zero})
    assert ("licence", "CC0-1.0", zero) in free
    assert "rights" not in [name for name, _, _ in free]
