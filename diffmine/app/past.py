"""One Undo for all that is kept: the basket with its notes and order, names and edits of elements.

The page notes each change as its answer brings it (components/page/history.js), whichever handler
made it, and sends the last one to be taken back. A change that is not the last any more, as after
one from another window, is left as it is, and said so.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from typing import Literal

import gradio as gr

from diffmine.app import texts
from diffmine.app.components.past.past import past
from diffmine.app.desk import Desk
from diffmine.app.held import held
from diffmine.app.inspector.basket import Basket
from diffmine.app.inspector.changes import change
from diffmine.app.inspector.entries import Entry, checked, followed
from diffmine.app.parts import EACH, Updates, Value
from diffmine.app.tabs.elements.edits import Edits
from diffmine.app.view import Refused, View, payload

Way = Literal["undo", "redo"]
_SAID = {"undo": texts.UNDONE, "redo": texts.REDONE}


class Past:
    """The buttons in the header; `wire` once the basket and the elements are there."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.said = held(
            past(elem_id="past", scale=0, min_width=72), "past", lambda _: {}, lambda value: value
        )

    def wire(self, basket: Basket, edits: Edits) -> None:
        """Connect both buttons."""
        self.basket, self.edits = basket, edits
        desk = self.desk
        outputs = list(dict.fromkeys([self.said, *desk.outputs, *basket.own]))
        inputs = [desk.state, desk.basket]
        self.said.undo(self._handler("undo"), inputs, outputs, **EACH)
        self.said.redo(self._handler("redo"), inputs, outputs, **EACH)

    def tell(self, line: str, way: Way | str = "", *, gone: bool = False) -> Updates:
        """A line for the eye and for screen readers; of a press, which way it went and whether its
        act can never be done again."""
        return {self.said: {"rev": token_hex(4), "line": line, "way": way, "gone": gone}}

    def _handler(self, way: Way) -> Callable[[View, list[Entry], gr.EventData], Updates]:
        def on_press(view: View, entries: list[Entry], event: gr.EventData) -> Updates:
            act = payload(event, "act")
            if not isinstance(act, dict):
                raise Refused(texts.NO_SUCH_CHOICE)
            if act.get("kind") == "edit":
                return self._edit(view, act, way)
            return self._basket(view, entries, act, way)

        return on_press

    def _basket(self, view: View, entries: list[Entry], act: Value, way: Way) -> Updates:
        """The basket as it was before a change, or after it once more."""
        before, after = (checked(act.get(name)) for name in ("before", "after"))
        was, becomes = (after, before) if way == "undo" else (before, after)
        shelves = self.desk.shelves
        if followed(entries, shelves) != followed(was, shelves):
            return self.tell(texts.CHANGED_SINCE, way, gone=True)
        line = _SAID[way].format(what=change(before, after))
        return self.basket.replaced(view, becomes) | self.tell(line, way)

    def _edit(self, view: View, act: Value, way: Way) -> Updates:
        """An edit of an atlas's elements, where it is the last one there."""
        atlas, number = act.get("atlas"), act.get("number")
        if not isinstance(atlas, str) or atlas not in self.desk.shelves:
            return self.tell(texts.CHANGED_SINCE, way, gone=True)
        what, why = self.edits.again(view, atlas, number, way)
        if why:
            return self.tell(why, way, gone=True)
        shown = self.desk.arrive(view) if atlas == view.atlas else {}
        return shown | self.tell(_SAID[way].format(what=what), way)
