"""A patch as the inspector shows it: its image, one of its score maps, what is known about it."""

from __future__ import annotations

import time
from typing import Any

from diffmine.app import words
from diffmine.app.cache import digest, file_ref
from diffmine.app.inspector import films, texts
from diffmine.app.parts import Value
from diffmine.app.shelf import Shelf
from diffmine.atlas.records import Patch
from diffmine.data.pointers import encoded_state
from diffmine.export.record import facts as known
from diffmine.live.originals import Originals, why_plain
from diffmine.maths.scores import TYPICALITY, measure_of
from diffmine.words import originals
from diffmine.words.elements import NO_SUPPORT, thin
from diffmine.words.regions import content_state, region_of


def viewer_value(shelf: Shelf, patch: Patch | None, score: str = TYPICALITY.name) -> Value:
    """The value of a viewer; `score` is the map that was asked for, which not every image has."""
    if patch is None:
        return {"rev": "none", "title": texts.PRESS_A_PICTURE, "facts": []}
    record = shelf.atlas.image(patch.image_id)
    value: Value = {
        "patch": f"{shelf.key}/{patch.patch_id}",
        "image": file_ref(shelf.image_file(patch.image_id)),
        "width": int(record["width"]),
        "height": int(record["height"]),
        "row": patch.row,
        "col": patch.col,
        "size": patch.size,
        "label": patch.label,
        "title": words.place(patch, shelf.atlas.count(patch.label, patch.kind)),
        "alt": words.alt(patch),
        "facts": facts(shelf, patch, record),
        "citation": words.citation(shelf.title, patch, record),
        "region": region_of(patch, record).link,
        "state": encoded_state(state) if (state := content_state(patch, record)) else "",
        "film": films.shown(shelf, patch),
        "results": _has_results(shelf),
        "examples": takes_examples(shelf),
    }
    heat = heat_value(shelf, patch, score)
    value = {"frame": digest(value, heat["scores"]), **value, **heat}
    return {"rev": digest(value), **value}


def takes_examples(shelf: Shelf) -> bool:
    """Whether patches can be searched by an example: there are features, and the model."""
    return shelf.model is not None and bool(shelf.atlas.parts("features"))


def _has_results(shelf: Shelf) -> bool:
    """Whether results may go back to the films of an atlas: it knows where they lie."""
    atlas = shelf.atlas
    return atlas.manifest.kind == "finding" and isinstance(atlas.views, Originals)


def with_told(value: Value, told: str) -> Value:
    """A value with what came of an event, which the full screen says, each time anew."""
    return value | {"told": told, "rev": digest(value["rev"], told, time.monotonic_ns())}


def with_films(shelf: Shelf, patch: Patch, score: str, beside: str) -> Value:
    """The same with the films of the full screen, each at its own resolution."""
    known = films.films(shelf, patch, score, beside)  # first: a file may turn out to be another
    value = viewer_value(shelf, patch, score) | {"films": known}
    return value | {"rev": digest(value)}


def heat_value(shelf: Shelf, patch: Patch, score: str) -> Value:
    """The part of a viewer's value that changes with the map: which maps there are, by their
    titles, and the one that is drawn, with its scale and a sentence on it. Where the atlas lacks
    the map asked for, the first one is drawn: typicality."""
    scores = shelf.atlas.scores(patch.image_id, patch.label)
    if not scores:
        return {"heat": None, "scores": []}
    drawn = score if score in scores else scores[0]
    heat = shelf.heat_file(patch.image_id, patch.label, drawn)
    scale = shelf.scale_of(drawn)
    return {
        "heat": file_ref(heat) if heat else None,
        "scores": [{"score": name, "title": titled(name)[0]} for name in scores],
        "score": drawn,
        "unit": titled(drawn)[0],
        "sentence": titled(drawn)[1],
        "full": words.score(scale),
        "scale": scale,
    }


def titled(score: str) -> tuple[str, str]:
    """The title of a score and a sentence on it."""
    measure = measure_of(score)
    return (measure.title(score), measure.sentence(score)) if measure else (score, "")


def facts(shelf: Shelf, patch: Patch, record: dict[str, Any]) -> list[list[str]]:
    """What is known about a patch and its image: name, text, web address."""
    element = ""
    if patch.element is not None and shelf.has_element(patch.label, patch.element):
        element = shelf.element_name(patch.label, patch.element)
        support = shelf.supports.of(patch.label).get(patch.element, NO_SUPPORT)
        element += f" ({thin(support)})" if support.thin else ""
    finding = shelf.atlas.manifest.kind == "finding"
    rows = [list(row) for row in known(patch, record, element, finding)]
    why = why_plain(shelf.atlas, patch.image_id)
    return [*rows, [originals.SHOWN, why, ""]] if why else rows
