"""What speaks against a wall, above it: sentences, and on a press the patches they are about."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from diffmine.app.components.doubts.doubts import doubts, doubts_value
from diffmine.app.components.wall.wall import of_atlas, patch_wall, wall
from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, Updates, Value
from diffmine.app.shelf import PAGE, Shelf
from diffmine.app.tabs.typical import texts
from diffmine.app.texts import plurals
from diffmine.app.view import View, choice, payload


class Against:
    """The signs of one of the walls; `label` is the one that it shows in a view, of another atlas
    where one is `beside`."""

    def __init__(
        self, desk: Desk, label: Callable[[View], str], name: str, beside: bool = False
    ) -> None:
        self.desk = desk
        self.beside = beside
        self.label = label
        # The page opens with the first wall without asking for it: so do its signs.
        self.doubts = desk.own(doubts(self._value(desk.first), elem_id=name))
        with gr.Column(visible=False) as column:
            self.line = desk.own(gr.Markdown(elem_classes="dm-line"))
            self.wall = desk.own(wall(elem_id=f"{name}-wall"))
        self.column = desk.own(column)

    def show(self, view: View) -> Updates:
        """The signs of a view's label, of its most typical patches alone; no patches yet."""
        return {self.doubts: self._value(view), self.column: gr.Column(visible=False)}

    def _value(self, view: View) -> Value:
        label = self.label(view)
        known = self._shelf(view).signs(label) if label and view.kind == "top" else []
        return doubts_value(known)

    def _shelf(self, view: View) -> Shelf:
        return self.desk.shelves[(self.beside and view.other) or view.atlas]

    def wire(self) -> None:
        """Connect the buttons and the pictures."""
        own = [self.doubts, self.column, self.line, self.wall]
        self.doubts.show(self.on_show, [self.desk.state], own, **LAST)
        desk = self.desk
        outputs = desk.outputs if self.beside else desk.to("inspector")
        self.wall.pick(desk.on_pick_beside, [desk.state], outputs, **LAST)

    def on_show(self, view: View, event: gr.EventData) -> Updates:
        """The patches that a sign is about, or none any more."""
        shelf, label = self._shelf(view), self.label(view)
        known = {sign.key: sign for sign in shelf.signs(label)}
        key = choice(payload(event, "key"), ["", *known])
        if not key:
            return self.show(view)
        patches = shelf.showing(label, known[key])
        line = texts.THESE_PATCHES.format(patches=plurals(len(patches), "patch"))
        if len(patches) > PAGE:
            line += texts.FIRST_OF_THEM.format(count=PAGE)
        pictures = patch_wall(shelf, patches[:PAGE], selected=view.patch, empty=texts.NONE_OF_THESE)
        return {
            self.doubts: doubts_value(list(known.values()), key),
            self.column: gr.Column(visible=True),
            self.line: line,
            self.wall: pictures if shelf.key == view.atlas else of_atlas(pictures, shelf.key),
        }
