"""The inspector: always the same, whatever is selected and wherever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app import words
from diffmine.app.components.viewer.viewer import viewer
from diffmine.app.components.wall.wall import patch_wall, wall
from diffmine.app.desk import Desk
from diffmine.app.downloads import FETCH, made
from diffmine.app.inspector import texts
from diffmine.app.inspector.basket import Basket
from diffmine.app.inspector.examples import Answer, Examples, asked_image, of_image
from diffmine.app.inspector.viewer import viewer_value, with_films, with_told
from diffmine.app.parts import EACH, HIDDEN, LAST, MAKES, TELLS, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.view import Refused, View, choice, payload
from diffmine.atlas.records import Patch
from diffmine.errors import DiffmineError
from diffmine.export.chosen import Chosen

COPY = "() => navigator.clipboard.writeText(location.href)"
REGION = "value => { navigator.clipboard.writeText(value?.region ?? ''); return [value]; }"
STATE = "value => { navigator.clipboard.writeText(value?.state ?? ''); return [value]; }"
CITE = "value => { navigator.clipboard.writeText(value?.citation ?? ''); return [value]; }"


class Inspector:
    """Crop, whole image, heat map, score, record; similar patches; the basket."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own, view = desk.own, desk.first
        shelf = desk.shelf(view)
        first = viewer_value(shelf, shelf.known(view.patch), view.score)
        self.viewer = own(viewer(first, elem_id="viewer"))
        with gr.Row(elem_classes="dm-actions"):
            settings: dict[str, Any] = {"size": "sm", "min_width": 84}
            self.similar = gr.Button(texts.SIMILAR, elem_id="similar", **settings)
            self.element = own(gr.Button(shared.ELEMENT, elem_id="to-element", **settings))
            self.translate = gr.Button(shared.TRANSLATE, elem_id="to-translate", **settings)
            self.add = gr.Button(texts.ADD_TO_BASKET, elem_id="add", **settings)
            self.copy = gr.Button(texts.COPY_LINK, elem_id="copy", **settings)
            self.cite = gr.Button(texts.COPY_CITATION, elem_id="cite", **settings)
            on_canvas = bool(first.get("region"))
            self.region = own(
                gr.Button(texts.COPY_REGION, elem_id="region", visible=on_canvas, **settings)
            )
            self.state = own(
                gr.Button(texts.COPY_STATE, elem_id="content-state", visible=on_canvas, **settings)
            )
        with gr.Column(visible=False) as column:
            self.line = own(gr.Markdown(elem_classes="dm-line"))
            self.wall = own(wall(elem_id="similar-wall"))
        self.column = own(column)
        self.similar_parts = [self.column, self.line, self.wall]
        self.file = gr.DownloadButton(shared.FILE, elem_id="film-results", **HIDDEN)
        self.basket = Basket(desk)
        self.examples = Examples(desk, self.answered, self.viewed)

    def show(self, view: View) -> Updates:
        """The patch of a view."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        has = patch is not None and shelf.has_element(patch.label, patch.element)
        value = viewer_value(shelf, patch, view.score)
        return {
            self.viewer: value,
            self.element: gr.Button(interactive=has),
            self.region: gr.Button(visible=bool(value.get("region"))),
            self.state: gr.Button(visible=bool(value.get("state"))),
        }

    def wire(self) -> None:
        """Connect its buttons."""
        desk = self.desk
        self.similar.click(self.on_similar, [desk.state], self.similar_parts, **LAST)
        self.element.click(self.on_element, [desk.state], desk.outputs, **LAST)
        self.translate.click(self.on_translate, [desk.state], desk.outputs, **LAST)
        self.copy.click(self.on_copy, None, None, js=COPY, **TELLS)
        self.cite.click(self.on_cite, [self.viewer], None, js=CITE, **TELLS)
        self.region.click(self.on_region, [self.viewer], None, js=REGION, **TELLS)
        self.state.click(self.on_state, [self.viewer], None, js=STATE, **TELLS)
        self.viewer.film(self.on_film, [desk.state], [self.viewer], **LAST)
        out = self.viewer.out(self.on_out, [desk.state], [self.file, self.viewer], **MAKES)
        out.success(None, [self.file], None, js=FETCH)
        self.viewer.score(self.on_score, [desk.state], desk.to("inspector"), **LAST)
        self.wall.pick(desk.on_pick_anywhere, [desk.state], desk.outputs, **EACH)
        self.basket.wire(self.add, self.viewer)
        self.examples.wire(self.viewer)

    def on_score(self, view: View, event: gr.EventData) -> Updates:
        """Another map over the selected patch's image; it stays chosen for other patches."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        scores = shelf.atlas.scores(patch.image_id, patch.label) if patch else []
        view = replace(view, score=choice(payload(event, "score"), scores))
        return self.desk.placed(view) | self.show(view)

    def on_film(self, view: View, event: gr.EventData) -> Updates:
        """The films of the full screen: of the selected patch, and what is asked for beside it."""
        shelf = self.desk.shelf(view)
        patch, beside = shelf.known(view.patch), payload(event, "beside")
        if patch is None or not isinstance(beside, str):
            raise Refused(shared.NO_SUCH_PATCH)
        return {self.viewer: with_films(shelf, patch, view.score, beside)}

    def on_out(self, view: View) -> Updates:
        """The results of the selected patch's film as a file, or why there are none."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        if patch is None:
            raise Refused(shared.NO_SUCH_PATCH)
        value = viewer_value(shelf, patch, view.score)
        try:
            path = made(shelf, [Chosen(patch.patch_id)], "dicom", "diffmine-film", False)
        except DiffmineError as error:
            return {self.file: None, self.viewer: with_told(value, str(error))}
        return {self.file: str(path), self.viewer: with_told(value, shared.HANDED_OUT)}

    def on_similar(self, view: View) -> Updates:
        """The patches most like the selected one, of all labels."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        patches = shelf.similar(view.patch) if patch else []
        empty = texts.NO_FEATURES if patch else shared.SELECT_FIRST
        name = words.markdown(words.place(patch)) if patch else ""
        line = texts.SIMILAR_TO.format(patch=name) if patches else ""
        return self.similar_shown(shelf, patches, line, empty)

    def similar_shown(
        self, shelf: Shelf, patches: Sequence[Patch], line: str, empty: str
    ) -> Updates:
        """Patches that are like something, under a line that says what, or why there are none."""
        return {
            self.column: gr.Column(visible=True),
            self.line: line,
            self.wall: patch_wall(shelf, patches, empty=empty, size=56, labelled=True),
        }

    def answered(self, view: View, event: gr.EventData) -> Answer:
        """What is most like a box drawn in the full screen."""
        shelf = self.desk.shelf(view)
        return of_image(shelf, *asked_image(shelf, event))

    def viewed(self, view: View) -> Value:
        """The value of the viewer for a view."""
        shelf = self.desk.shelf(view)
        return viewer_value(shelf, shelf.known(view.patch), view.score)

    def on_element(self, view: View) -> Updates:
        """The element of the selected patch, opened in its tab."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        if patch is None or not shelf.has_element(patch.label, patch.element):
            raise gr.Error(texts.IN_NO_ELEMENT, print_exception=False)
        view = replace(view, label=patch.label, element=patch.element, page=0)
        return self.desk.turn(view, "elements")

    def on_translate(self, view: View) -> Updates:
        """The selected patch in the tab Translate."""
        return self.desk.turn(view, "translate")

    def on_copy(self) -> None:
        """Say that the link is in the clipboard."""
        gr.Info(texts.LINK_COPIED, duration=2)

    def on_cite(self, value: Any) -> None:
        """Say that the citation is in the clipboard."""
        if not (isinstance(value, dict) and value.get("citation")):
            raise gr.Error(shared.SELECT_FIRST, print_exception=False)
        gr.Info(texts.CITATION_COPIED, duration=2)

    def on_region(self, value: Any) -> None:
        """Say that the address of the patch in its source is in the clipboard."""
        if not (isinstance(value, dict) and value.get("region")):
            raise gr.Error(texts.NO_REGION, print_exception=False)
        gr.Info(texts.REGION_COPIED, duration=2)

    def on_state(self, value: Any) -> None:
        """Say that the content state of the patch is in the clipboard."""
        if not (isinstance(value, dict) and value.get("state")):
            raise gr.Error(texts.NO_REGION, print_exception=False)
        gr.Info(texts.STATE_COPIED, duration=4)
