"""Parts of canvases and pictures that others point to: annotations of the W3C, and content states
of IIIF (Content State API 1.0).

A part is written as `xywh=`, in pixels (`pixel:` or nothing before the numbers) or in percent, or
as an outline of SVG, of which the box around it is taken. Nothing that is named is fetched.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from diffmine.data.svg import edges
from diffmine.errors import UsageError

MOST = 10_000
LONGEST = 4_000
NO_ANNOTATIONS = "This holds no annotations of the W3C whose target is a part of a picture."
NO_STATE = "This content state cannot be read; it is the address or the JSON of a canvas or region."
_XYWH = re.compile(r"xywh=(pixel:|percent:)?((?:[\d.]+,){3}[\d.]+)$")


@dataclass(frozen=True)
class Pointer:
    """A part of a canvas or a picture of the address `source`: left, top, width and height in its
    pixels, or with `percent` in hundredths of its sides; all of it without a `box`. `note` is what
    a person wrote on it, `tags` are the words for it."""

    source: str
    box: tuple[float, float, float, float] | None = None
    percent: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()


def read_annotations(text: str) -> list[Pointer]:
    """The targets of the annotations in a text of JSON, which may be a stranger's: an
    AnnotationPage, an AnnotationCollection, a manifest's or canvas's pages, a list of annotations
    or one alone. Raises UsageError where there are none."""
    pointers: list[Pointer] = []
    for annotation in _annotations(_parsed(text), depth=0):
        note, tags = _words(annotation.get("body"))
        if _name_of_maker(annotation).startswith("diffmine"):
            tags = ()  # of a machine; what a person noted on its patch is told apart
        for target in _listed(annotation.get("target")):
            pointer = _target(target)
            if pointer is not None:
                pointers.append(Pointer(pointer.source, pointer.box, pointer.percent, note, tags))
    if not pointers:
        raise UsageError(NO_ANNOTATIONS)
    return pointers[:MOST]


def read_content_state(text: str) -> Pointer:
    """What a content state points to, as it stands behind `iiif-content=`: an address, JSON, or
    that as base64url. Raises UsageError for anything else."""
    plain = text.strip()
    if re.match(r"https?%3A", plain, re.IGNORECASE):
        plain = unquote(plain)
    if plain.startswith(("http://", "https://")):
        return _address(plain)
    if not plain.startswith(("{", "[", '"')):
        plain = _decoded(plain)
    state = _parsed(plain)
    if isinstance(state, dict) and state.get("type") == "Annotation":
        state = state.get("target")
    pointer = next((target for one in _listed(state) if (target := _target(one))), None)
    if pointer is None:
        raise UsageError(NO_STATE)
    return pointer


def encoded_state(state: dict[str, Any]) -> str:
    """A content state for a link: base64url of its JSON without padding, as the API has it."""
    text = json.dumps(state, ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(text: str) -> str:
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return unquote(content.decode())
    except (ValueError, binascii.Error) as error:
        raise UsageError(NO_STATE) from error


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(NO_ANNOTATIONS) from error


def _annotations(thing: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The annotations of a thing, and of the pages in it."""
    if depth > 6:
        return
    if isinstance(thing, list):
        for one in thing[:MOST]:
            yield from _annotations(one, depth + 1)
    elif isinstance(thing, dict):
        if "target" in thing and thing.get("motivation") != "painting":
            yield thing
        for name in ("items", "annotations", "first"):
            yield from _annotations(thing.get(name), depth + 1)


def _name_of_maker(annotation: dict[str, Any]) -> str:
    maker = annotation.get("generator")
    name = maker.get("name") if isinstance(maker, dict) else ""
    return name if isinstance(name, str) else ""


def _listed(thing: Any) -> list[Any]:
    return thing[:MOST] if isinstance(thing, list) else [thing]


def _name(thing: Any) -> str:
    """The address of a thing that is one, or has one."""
    if isinstance(thing, dict):
        thing = thing.get("id") or thing.get("@id")
    return thing[:LONGEST] if isinstance(thing, str) else ""


def _target(target: Any) -> Pointer | None:
    """What a target points to; None where that cannot be read."""
    if isinstance(target, dict) and "source" in target:
        whole = _address(_name(_listed(target["source"])[0]))
        for selector in _listed(target.get("selector")):
            part = _part(selector) if isinstance(selector, dict) else None
            if part is not None:
                return Pointer(whole.source, *part)
        return whole if whole.source and not target.get("selector") else None
    pointer = _address(_name(target))
    return pointer if pointer.source else None


def _address(address: str) -> Pointer:
    source, _, fragment = address.partition("#")
    part = _fragment(fragment)
    return Pointer(source, *part) if part else Pointer(source)


def _part(selector: dict[str, Any]) -> tuple[tuple[float, float, float, float], bool] | None:
    value = selector.get("value")
    if not isinstance(value, str):
        return None
    if selector.get("type") == "SvgSelector":
        known = edges(value)
        if known is None:
            return None
        left, top, right, bottom = known
        return (left, top, right - left, bottom - top), False
    return _fragment(value)


def _fragment(text: str) -> tuple[tuple[float, float, float, float], bool] | None:
    known = _XYWH.search(text[:LONGEST])
    if not known:
        return None
    try:
        left, top, wide, high = map(float, known[2].split(","))
    except ValueError:
        return None
    return (left, top, wide, high), known[1] == "percent:"


def _words(body: Any) -> tuple[str, tuple[str, ...]]:
    """What people wrote on a part, and the tags of it."""
    notes: list[str] = []
    tags: list[str] = []
    for one in _listed(body):
        value = one.get("value") if isinstance(one, dict) else one
        if not isinstance(value, str) or not value.strip():
            continue
        purpose = one.get("purpose") if isinstance(one, dict) else ""
        creator = one.get("creator") if isinstance(one, dict) else None
        if purpose == "tagging":
            tags.append(value.strip())
        elif purpose != "describing" or (
            isinstance(creator, dict) and creator.get("type") == "Person"
        ):
            notes.append(re.sub(r"<[^>]*>", " ", value).strip())
    return " ".join(" ".join(notes).split()), tuple(tags)
