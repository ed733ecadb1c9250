"""Presentation API 3: Manifest > items (Canvas) > items (AnnotationPage) > items (Annotation)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diffmine.data.iiif.pages import (
    Collection,
    Facts,
    Image,
    Manifest,
    Page,
    Pairs,
    box_of,
    image_of,
    page_of,
)
from diffmine.data.iiif.plain import id_of, kind_of, languages, objects, text_of


def manifest(content: dict[str, Any]) -> Manifest:
    """A manifest with all its canvases."""
    canvases = [one for one in objects(content.get("items")) if kind_of(one) == "Canvas"]
    pages = tuple(_page(one) for one in canvases)
    label = text_of(content.get("label"))
    return Manifest(id_of(content), label, 3, pairs_of(content), _facts(content), pages)


def collection(content: dict[str, Any]) -> Collection:
    """A collection; its members are named, or embedded whole."""
    members = []
    for one in objects(content.get("items")):
        if kind_of(one) in ("Manifest", "Collection"):
            members.append((id_of(one), one if objects(one.get("items")) else None))
    return Collection(id_of(content), text_of(content.get("label")), tuple(members))


def pairs_of(content: dict[str, Any]) -> Pairs:
    """Metadata: under the label in each language the value in that language."""
    pairs: Pairs = []
    for one in objects(content.get("metadata")):
        for language, name in languages(one.get("label")).items():
            if value := text_of(one.get("value"), language):
                pairs.append((name, value))
    return pairs


def _facts(content: dict[str, Any]) -> Facts:
    required = content.get("requiredStatement")
    statement = text_of(required.get("value")) if isinstance(required, dict) else ""
    homes = [address for one in objects(content.get("homepage")) if (address := id_of(one))]
    holders = [
        name for one in objects(content.get("provider")) if (name := text_of(one.get("label")))
    ]
    rights, date = content.get("rights"), content.get("navDate")
    return {
        "title": text_of(content.get("label")),
        "rights": rights if isinstance(rights, str) else "",
        "attribution": statement,
        "source_url": next(iter(homes), ""),
        "holder": "; ".join(holders),
        "date": day_of(date),
    }


def day_of(date: Any) -> str:
    """The day of a navDate (`1856-01-01T00:00:00Z`), as ISO writes it."""
    return date.partition("T")[0].strip() if isinstance(date, str) else ""


def _page(canvas: dict[str, Any]) -> Page:
    return page_of(canvas, pairs_of(canvas), _facts(canvas), _images)


def _images(canvas: dict[str, Any], width: int, height: int) -> Iterator[Image]:
    for page in objects(canvas.get("items")):
        for annotation in objects(page.get("items")):
            motivation = annotation.get("motivation")
            if "painting" not in (motivation if isinstance(motivation, list) else [motivation]):
                continue
            box = box_of(_target(annotation.get("target")), width, height)
            for body in objects(annotation.get("body")):
                if image := _image(body, box):
                    yield image


def _image(body: dict[str, Any], box: tuple[float, float, float, float]) -> Image | None:
    """The picture of a body, of a choice the first that is one."""
    if kind_of(body) == "Choice":
        return next(
            (one for item in objects(body.get("items")) if (one := _image(item, box))), None
        )
    if kind_of(body) == "SpecificResource":
        source = next(iter(objects(body.get("source"))), None)
        return image_of(source, box, body.get("selector")) if source else None
    return image_of(body, box)


def _target(target: Any) -> str:
    """The address of the part of the canvas that an annotation is on."""
    target = next(iter(target), None) if isinstance(target, list) else target
    if not isinstance(target, dict):
        return target if isinstance(target, str) else ""
    for selector in objects(target.get("selector")):
        if isinstance(value := selector.get("value"), str) and "xywh" in value:
            return f"#{value.lstrip('#')}"
    return id_of(target.get("source"))
