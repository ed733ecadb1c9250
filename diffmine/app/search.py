"""The search of the header: a field, and what is found as cards that lead there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.app import texts, words
from diffmine.app.components.cards.cards import cards, cards_value
from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.texts import plurals
from diffmine.app.view import View, first_view, payload
from diffmine.atlas.records import Patch
from diffmine.atlas.search import Hits, search

MOST = 24
LONGEST = 200
NOTHING = cards_value(None, "", [], closes="")


class Search:
    """Text search over labels, names of elements and what is recorded of images."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.field = gr.Textbox(
            placeholder=texts.SEARCH,
            label=texts.SEARCH,
            show_label=False,
            container=False,
            max_length=LONGEST,
            elem_id="search",
            scale=0,
            min_width=260,
        )
        self.results: gr.HTML

    def place_results(self) -> None:
        """Put the place of the cards here."""
        self.results = cards(NOTHING, elem_id="results")

    def wire(self) -> None:
        """Connect the field and the cards."""
        desk = self.desk
        self.field.submit(self.on_search, [desk.state, self.field], [self.results], **LAST)
        self.results.press(self.on_result, [desk.state], desk.outputs, **LAST)
        desk.state.arrive(lambda: NOTHING, None, [self.results], **LAST)

    def on_search(self, view: View, text: Any) -> Value:
        """What a text is part of; an empty one takes the cards away."""
        wanted = text.strip()[:LONGEST] if isinstance(text, str) else ""
        if not wanted:
            return NOTHING
        shelf = self.desk.shelf(view)
        names = {
            (label, row["element"]): shelf.element_name(label, row["element"])
            for label in shelf.labels
            for row in shelf.elements(label)
        }
        hits = search(shelf.atlas, wanted, names, MOST)
        leads = _leads(shelf, hits, names)
        listed = [lead | {"at": at} for at, (lead, _) in enumerate(leads)]
        sheet = shelf.sheet([patch for _, patch in leads]) if leads else None
        heading = texts.SEARCH_HITS.format(
            text=wanted,
            labels=plurals(len(hits.labels), "label"),
            elements=plurals(len(hits.elements), "element"),
            images=plurals(hits.images, "image"),
        )
        if leads and len(hits.labels) + len(hits.elements) + hits.images > len(leads):
            heading += texts.SEARCH_FIRST.format(count=len(leads))
        return cards_value(sheet, heading, listed, closes="")

    def on_result(self, view: View, event: gr.EventData) -> Updates:
        """The view of a card."""
        return self.desk.arrive(self.desk.read({"query": payload(event, "key")}))


def _leads(
    shelf: Shelf, hits: Hits, names: dict[tuple[str, int], str]
) -> list[tuple[Value, Patch]]:
    """Cards of labels, then of elements, then of images, each with its patch."""
    begin = first_view(shelf)
    leads: list[tuple[Value, Patch]] = []
    for label in hits.labels[:MOST]:
        for patch in shelf.atlas.patches(label, count=1):
            view = replace(begin, label=label, patch=patch.patch_id)
            text = plurals(shelf.image_counts.get(label, 0), "image")
            leads.append((_card(view, label, text, patch), patch))
    for label, element in hits.elements[: MOST - len(leads)]:
        for patch in shelf.atlas.element(label, element, 1):
            view = replace(begin, label=label, patch=patch.patch_id, tab="elements")
            view, title = replace(view, element=element), names[label, element]
            text = texts.SEARCH_ELEMENT.format(label=label)
            leads.append((_card(view, title, text, patch), patch))
    for patch in hits.patches[: MOST - len(leads)]:
        view = replace(begin, label=patch.label, patch=patch.patch_id)
        record = shelf.atlas.image(patch.image_id)
        leads.append((_card(view, *_recorded(record, patch), patch), patch))
    return leads


def _recorded(record: dict[str, Any], patch: Patch) -> tuple[str, str]:
    """An image's title, else its name, and what else is recorded of it."""
    known = [record.get(name) for name in ("title", "creator", "date", "holder")]
    title, *others = [str(value) for value in [*known, patch.image_id] if value]
    return title, ", ".join([patch.label, *others])


def _card(view: View, title: str, text: str, patch: Patch) -> Value:
    return {"key": view.query(), "title": title, "text": text, "alt": words.alt(patch)}
