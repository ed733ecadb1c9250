"""COCO: ids are unique, references resolve, boxes lie in their images."""

import json
from dataclasses import replace
from typing import Any

import pytest

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Chosen, listed
from diffmine.export.formats import coco
from diffmine.export.order import Order


def read(order: Order) -> dict[str, Any]:
    """The one file, in which every constant is one of JSON's."""
    ((name, content),) = coco.files(order)
    assert name == f"{order.name}.json"
    return dict(json.loads(content, parse_constant=pytest.fail))


def check(found: dict[str, Any]) -> None:
    """What the format of the COCO data set asks for."""
    assert set(found) == {"info", "licenses", "images", "categories", "annotations"}
    ids = {}
    for kind in ("licenses", "images", "categories", "annotations"):
        ids[kind] = [each["id"] for each in found[kind]]
        assert len(set(ids[kind])) == len(ids[kind])
        assert all(isinstance(each, int) and each > 0 for each in ids[kind])
    for image in found["images"]:
        assert isinstance(image["file_name"], str)
        assert image["license"] in ids["licenses"]
    images = {each["id"]: each for each in found["images"]}
    assert {each["image_id"] for each in found["annotations"]} == set(images)
    for each in found["annotations"]:
        assert each["category_id"] in ids["categories"]
        x, y, wide, high = each["bbox"]
        image = images[each["image_id"]]
        assert 0 <= x < x + wide <= image["width"]
        assert 0 <= y < y + high <= image["height"]
        assert each["area"] == wide * high
        assert each["iscrowd"] == 0


def test_every_list_of_an_atlas(atlas: Atlas) -> None:
    for kind in ("top", "random", "least"):
        check(read(Order(atlas, listed(atlas, atlas.labels, kind))))


def test_a_box_is_where_its_patch_is(atlas: Atlas, chosen: list[Chosen]) -> None:
    found = read(Order(atlas, chosen, "basket"))
    check(found)
    names = {each["id"]: each["file_name"] for each in found["images"]}
    labels = {each["id"]: each["name"] for each in found["categories"]}
    assert list(labels.values()) == atlas.labels
    for each, wanted in zip(found["annotations"], chosen, strict=True):
        patch = atlas.patch(wanted.patch_id)
        assert each["bbox"] == [patch.col, patch.row, patch.size, patch.size]
        assert names[each["image_id"]] == patch.image_id
        assert labels[each["category_id"]] == patch.label
        assert (each["patch_id"], each["rank"]) == (patch.patch_id, patch.rank)
        assert each["score"] == pytest.approx(patch.typicality, rel=1e-6)
        assert each["se"] == pytest.approx(patch.se, rel=1e-6)


def test_it_says_which_pixels_and_whose_images(atlas: Atlas, chosen: list[Chosen]) -> None:
    found = read(Order(atlas, chosen))
    assert "pixels of the images as mined" in found["info"]["description"]
    assert found["licenses"] == [{"id": 1, "name": "CC0-1.0", "url": ""}]
    assert {each["credit"] for each in found["images"]} == {"=HYPERLINK(1)", "A. Maker"}
    assert "source_width" not in found["images"][0]  # this atlas does not know it


def test_an_image_has_one_id_in_every_export(atlas: Atlas, chosen: list[Chosen]) -> None:
    few, many = (read(Order(atlas, them))["images"] for them in (chosen[:1], chosen))
    assert few[0] in many


def test_the_same_patch_twice_is_two_annotations_of_one_image(atlas: Atlas) -> None:
    found = read(Order(atlas, [Chosen("1900-top-0001")] * 2))
    check(found)
    assert (len(found["images"]), len(found["annotations"])) == (1, 2)


def test_an_error_that_is_not_known_is_null(
    atlas: Atlas, chosen: list[Chosen], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = coco.entries(atlas, chosen[:1])
    unknown = [replace(each, patch=replace(each.patch, se=float("nan"))) for each in told]
    sized = [replace(each, record=each.record | {"source_width": 300}) for each in unknown]
    monkeypatch.setattr(coco, "entries", lambda *_: sized)
    found = read(Order(atlas, chosen[:1]))
    assert found["annotations"][0]["se"] is None
    assert found["images"][0]["source_width"] == 300
