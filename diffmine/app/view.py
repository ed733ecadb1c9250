"""What one visitor is looking at, and the checks on everything a browser sends."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

import gradio as gr
import numpy as np

from diffmine.app import texts
from diffmine.app.components.filters import filters
from diffmine.app.shelf import PAGE, Shelf
from diffmine.app.words import KINDS
from diffmine.atlas.filters import EVERYTHING, Filter
from diffmine.atlas.listing import COLUMNS_SORTED
from diffmine.atlas.records import Patch
from diffmine.maths.scores import TYPICALITY, measure_of

MOST_CORNERS = 2000
LONGEST_FIND = 200
WIDTHS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
"""Years of a bin that a chart over years can have."""
COLOURS = {"one": ("elements", "typicality", "years"), "all": ("labels", "typicality", "years")}
"""By what the points of the map are coloured, for each of its scopes; the first unless asked."""


@dataclass(frozen=True)
class View:
    """One visitor's place in the app: keys and names only, each one checked. `into` are the labels
    chosen to translate into, none for all of them. `elements` is the digest of the elements that
    are shown: once there are others, their numbers mean nothing. `versus` is a second element, by
    its label and number, beside the one that is open; `bin` how many years of a chart lie together,
    0 for as many as suit. `find`, `sort` (a column, `-` before it from the highest) and `leaf` are
    the words, the order and the page of the table. `images`: of an open element the images that
    show it are looked at, not its own patches. With `other`, the key of another atlas, `second` is
    a label of that one, and `twin` an element of it."""

    atlas: str
    label: str
    tab: str = "typical"
    kind: str = "top"
    page: int = 0
    second: str = ""
    patch: str = ""
    element: int | None = None
    scope: str = "one"
    colour: str = "elements"
    target: str = ""
    into: tuple[str, ...] = ()
    score: str = TYPICALITY.name
    filter: Filter = EVERYTHING
    elements: str = ""
    find: str = ""
    sort: str = ""
    leaf: int = 0
    images: bool = False
    versus: tuple[str, int] | None = None
    bin: int = 0
    other: str = ""
    twin: int | None = None

    def query(self) -> str:
        """The link to this place: `atlas=...&label=...&tab=...&patch=...`, and what is not as it
        is at first."""
        parts = {"atlas": self.atlas, "label": self.label, "tab": self.tab, "patch": self.patch}
        parts |= {
            "element": "" if self.element is None else str(self.element),
            "score": self.score if self.score != TYPICALITY.name else "",
            "kind": self.kind if self.kind != "top" else "",
            "page": str(self.page + 1) if self.page else "",
            "beside": self.second,
            "of": self.other,
            "twin": "" if self.twin is None else str(self.twin),
            "scope": self.scope if self.scope != "one" else "",
            "colour": self.colour if self.colour != COLOURS[self.scope][0] else "",
            "target": self.target,
            "images": "1" if self.images else "",
            "find": self.find,
            "sort": self.sort,
            "leaf": str(self.leaf + 1) if self.leaf else "",
            "versus": "{1}.{0}".format(*self.versus) if self.versus else "",
            "bin": str(self.bin) if self.bin else "",
            "into": ",".join(quote(name, safe=" ") for name in self.into),
        }
        parts |= filters.to_query(self.filter)
        return urlencode({key: value for key, value in parts.items() if value})


def first_view(shelf: Shelf) -> View:
    """Where a visitor begins: the first label that has patches, its best patch selected."""
    label = next((name for name in shelf.labels if shelf.atlas.count(name)), shelf.labels[0])
    patches = shelf.atlas.patches(label, count=1)
    return View(shelf.key, label, patch=patches[0].patch_id if patches else "")


def from_query(
    shelves: Mapping[str, Shelf], query: Mapping[str, str], tabs: Callable[[Shelf], Sequence[str]]
) -> View:
    """The view a link means; what it names wrongly stays as on a first visit. `tabs` gives the
    names of the tabs that an atlas has."""
    shelf = shelves.get(query.get("atlas", ""), next(iter(shelves.values())))
    view = first_view(shelf)
    if query.get("label") in shelf.labels:
        label = query["label"]
        first = shelf.atlas.patches(label, count=1)
        view = replace(view, label=label, patch=first[0].patch_id if first else view.patch)
    if query.get("tab") in tabs(shelf):
        view = replace(view, tab=query["tab"])
    if query.get("kind") in KINDS:
        view = replace(view, kind=query["kind"])
    view = _paired(shelves, view, query)
    if measure_of(query.get("score", "")) is not None:
        view = replace(view, score=query["score"])
    if query.get("target") in shelf.labels:
        view = replace(view, target=query["target"])
    scope = query.get("scope", view.scope)
    if scope in COLOURS:
        wanted = query.get("colour")
        colour = wanted if wanted in COLOURS[scope] else COLOURS[scope][0]
        view = replace(view, scope=scope, colour=colour)
    chosen = {unquote(name) for name in query.get("into", "").split(",")}
    view = replace(view, into=tuple(name for name in shelf.labels if name in chosen))
    patch = shelf.known(query.get("patch", ""))
    if patch is not None:
        label = view.label if "label" in query else patch.label
        view = replace(view, label=label, patch=patch.patch_id)
    element, page = _digits(query.get("element", "")), _digits(query.get("page", ""))
    if shelf.has_element(view.label, element):
        view = replace(view, element=element)
    view = replace(view, versus=_versus(shelf, query.get("versus", "")))
    view = replace(view, images=query.get("images") == "1")
    view = replace(view, find=words_of(query.get("find", "")))
    if query.get("sort", "").removeprefix("-") in COLUMNS_SORTED:
        view = replace(view, sort=query["sort"])
    if leaf := _digits(query.get("leaf", "")):
        view = replace(view, leaf=leaf - 1)
    if (bin := _digits(query.get("bin", ""))) in WIDTHS:
        view = replace(view, bin=bin)
    if (filter := asked(shelf, query)) is not None:
        view = replace(view, filter=filter)
    beside = shelves.get(view.other)
    return replace(view, page=min(page - 1, last_page(shelf, view, beside))) if page else view


def _paired(shelves: Mapping[str, Shelf], view: View, query: Mapping[str, str]) -> View:
    """A view with what stands beside it: a label of its atlas, or one of another."""
    other = query.get("of", "")
    shelf = shelves.get(other)
    if shelf is None or other == view.atlas:
        shelf, other = shelves[view.atlas], ""
    label = query.get("beside", "")
    if label not in shelf.labels:
        return view
    twin = _digits(query.get("twin", "")) if other and "twin" in query else None
    twin = twin if shelf.has_element(label, twin) else None
    return replace(view, other=other, second=label, twin=twin)


def view_beside(view: View) -> View:
    """The view of the other atlas that stands beside one: the same page of the same list, by the
    filters that mean something there too."""
    shared = replace(view.filter, groups=(), sources=())
    return View(
        view.other,
        view.second,
        kind=view.kind,
        page=view.page,
        filter=shared,
        element=view.twin,
        bin=view.bin,
    )


def asked(shelf: Shelf, query: Mapping[str, str]) -> Filter | None:
    """The filter in a link; None when it cannot be read."""
    if not set(query) & set(filters.KEYS):
        return EVERYTHING
    try:
        return filters.from_query(query, shelf.sieve)
    except filters.Mistyped:
        return None


def last_page(shelf: Shelf, view: View, beside: Shelf | None = None) -> int:
    """The last page, from 0, of the longer of the two walls of a view; `beside` is the other atlas
    that a view is paired with."""
    names = [view.label, *([view.second] if view.second and beside is None else [])]
    most = max(shelf.sieve.count(name, view.kind, view.filter) for name in names)
    if beside is not None:
        there = view_beside(view)
        most = max(most, beside.sieve.count(there.label, there.kind, there.filter))
    return max(math.ceil(most / PAGE), 1) - 1


def words_of(text: object) -> str:
    """What was typed to be found, with single spaces."""
    return " ".join(text.split())[:LONGEST_FIND] if isinstance(text, str) else ""


def _versus(shelf: Shelf, text: str) -> tuple[str, int] | None:
    """An element as a link names it, `3.1950s`; None for one that is not there."""
    number, _, label = text.partition(".")
    element = _digits(number)
    return (label, element) if element is not None and shelf.has_element(label, element) else None


def _digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


class Refused(gr.Error):
    """Something the browser sent that no button of the app would send."""

    def __init__(self, what: str) -> None:
        super().__init__(texts.REFUSED.format(what=what), print_exception=False)


def payload(event: gr.EventData, name: str) -> Any:
    """A field of an event; None when it is not there."""
    data = getattr(event, "_data", None)
    return data.get(name) if isinstance(data, dict) else None


def index(event: gr.EventData, name: str, below: int) -> int:
    """A whole number of an event, from 0 to `below` - 1."""
    return checked_index(payload(event, name), below)


def checked_index(value: Any, below: int) -> int:
    """A whole number from 0 to `below` - 1."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        raise Refused(texts.NO_SUCH_CHOICE)
    return value


def picked(event: gr.EventData, shelf: Shelf) -> Patch:
    """The patch that an event names."""
    name = payload(event, "id")
    patch = shelf.known(name) if isinstance(name, str) else None
    if patch is None:
        raise Refused(texts.NO_SUCH_PATCH)
    return patch


def polygon(event: gr.EventData) -> np.ndarray:
    """The outline of an event, float64 (corners, 2)."""
    try:
        corners = np.asarray(payload(event, "outline"), float)
    except (TypeError, ValueError):
        corners = np.zeros(0)
    fits = corners.ndim == 2 and corners.shape[1] == 2 and 3 <= len(corners) <= MOST_CORNERS
    if not fits or not np.isfinite(corners).all():
        raise Refused(texts.OUTLINE_UNREAD)
    return corners


def choice(value: Any, known: Mapping[str, Any] | tuple[str, ...] | list[str]) -> str:
    """A name out of a list that we gave."""
    if not isinstance(value, str) or value not in known:
        raise Refused(texts.NO_SUCH_CHOICE)
    return value
