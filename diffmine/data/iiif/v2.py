"""Presentation API 2: Manifest > sequences > canvases > images, each with a resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diffmine.data.iiif.pages import (
    Collection,
    Facts,
    Image,
    Manifest,
    Page,
    box_of,
    image_of,
    page_of,
)
from diffmine.data.iiif.plain import id_of, kind_of, objects, text_of
from diffmine.data.iiif.v3 import day_of, pairs_of


def manifest(content: dict[str, Any]) -> Manifest:
    """A manifest with the canvases of its first sequence: others order the same ones anew."""
    sequence = next(iter(objects(content.get("sequences"))), {})
    pages = tuple(_page(one) for one in objects(sequence.get("canvases")))
    label = text_of(content.get("label"))
    return Manifest(id_of(content), label, 2, pairs_of(content), _facts(content), pages)


def collection(content: dict[str, Any]) -> Collection:
    """A collection; its members are named, or embedded whole."""
    members: list[tuple[str, dict[str, Any] | None]] = []
    for name in ("collections", "manifests", "members"):
        value = content.get(name)
        for one in value if isinstance(value, list) else [value]:
            whole = isinstance(one, dict) and any(one.get(key) for key in _INSIDE)
            if address := id_of(one):
                members.append((address, one if whole else None))
    return Collection(id_of(content), text_of(content.get("label")), tuple(members))


_INSIDE = ("sequences", "manifests", "collections", "members")


def _facts(content: dict[str, Any]) -> Facts:
    licence = content.get("license")
    licences = licence if isinstance(licence, list) else [licence]
    related = content.get("related")
    pages = related if isinstance(related, list) else [related]
    return {
        "title": text_of(content.get("label")),
        "rights": next((one for one in map(id_of, licences) if one), ""),
        "attribution": text_of(content.get("attribution")),
        "source_url": next((one for one in map(id_of, pages) if one), ""),
        "date": day_of(content.get("navDate")),
    }


def _page(canvas: dict[str, Any]) -> Page:
    return page_of(canvas, pairs_of(canvas), _facts(canvas), _images)


def _images(canvas: dict[str, Any], width: int, height: int) -> Iterator[Image]:
    for annotation in objects(canvas.get("images")):
        on = annotation.get("on")
        on = next(iter(on), None) if isinstance(on, list) else on
        box = box_of(_place(on), width, height)
        resource = next(iter(objects(annotation.get("resource"))), None)
        image = _image(resource, box) if resource else None
        if image:
            yield image


def _place(on: Any) -> str:
    """The address of the part of the canvas that a picture is on."""
    if isinstance(on, dict):
        for selector in objects(on.get("selector")):
            if isinstance(value := selector.get("value"), str) and "xywh" in value:
                return f"#{value.lstrip('#')}"
        return id_of(on.get("full"))
    return id_of(on)


def _image(resource: dict[str, Any], box: tuple[float, float, float, float]) -> Image | None:
    """The picture of a resource, of a choice its default."""
    if kind_of(resource) == "Choice":
        items = [*objects(resource.get("default")), *objects(resource.get("item"))]
        return next((one for item in items if (one := _image(item, box))), None)
    if kind_of(resource) == "SpecificResource":
        whole = next(iter(objects(resource.get("full"))), None)
        return image_of(whole, box, resource.get("selector")) if whole else None
    return image_of(resource, box)
