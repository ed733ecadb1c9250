"""What a lasso chooses, named: it becomes an element of its label (diffmine/atlas/editing.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
import numpy as np

from diffmine.app import words
from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, Updates
from diffmine.app.tabs.map import texts
from diffmine.app.texts import plurals
from diffmine.app.view import View
from diffmine.atlas.edits import LONGEST_NAME
from diffmine.atlas.records import Patch

FEWEST = 2


class Gather:
    """A name and a button; `outlined` gives the patches of a view inside an outline."""

    def __init__(
        self, desk: Desk, outlined: Callable[[View, np.ndarray, int], list[Patch]]
    ) -> None:
        self.desk = desk
        self.outlined = outlined
        own = desk.own
        with gr.Column(visible=False) as place:
            with gr.Row(elem_classes="dm-rename"):
                self.name = own(
                    gr.Textbox(
                        label=texts.AS_ELEMENT,
                        max_length=LONGEST_NAME,
                        elem_id="gather-name",
                        scale=3,
                        min_width=140,
                    )
                )
                self.make = own(
                    gr.Button(
                        texts.MAKE_ELEMENT, size="sm", elem_id="gather", scale=1, min_width=110
                    )
                )
            self.line = own(gr.Markdown(elem_classes="dm-line", elem_id="gather-line"))
        self.place = own(place)
        self.parts = [self.place, self.name, self.make, self.line]

    def show(self, view: View, count: int) -> Updates:
        """What can be made of so many patches of a view's label."""
        elements: Any = self.desk.panels["elements"]
        tab = next(tab for tab in self.desk.tabs if tab.name == "elements")
        there = tab.shown(self.desk.shelf(view)) and not elements.edits.why_not()
        label, patches = words.markdown(view.label), plurals(count, "patch")
        fits = count >= FEWEST
        line = texts.ELEMENT_HINT.format(patches=patches, label=label)
        return {
            self.place: gr.Column(visible=there),
            self.name: gr.Textbox(value="", visible=fits),
            self.make: gr.Button(visible=fits),
            self.line: line if fits else texts.TOO_FEW.format(label=label),
        }

    def wire(self, outline: gr.HTML) -> None:
        """Connect the button and Enter in the name."""
        inputs = [self.desk.state, self.name, outline]
        for pressed in (self.make.click, self.name.submit):
            pressed(self.on_make, inputs, self.desk.outputs, **LAST)

    def on_make(self, view: View, name: Any, corners: np.ndarray) -> Updates:
        """The patches of the label inside the outline as an element, opened; or why not."""
        inside = self.outlined(view, corners, len(self.desk.shelf(view).atlas.lists))
        names = names_of(inside, view.label)
        elements: Any = self.desk.panels["elements"]
        given = name if isinstance(name, str) else ""
        updates, why = elements.edits.gathered(view, names, given)
        if why:
            return {self.line: f"⚠ {words.markdown(why)}"}
        shown: Updates = updates
        return shown


def names_of(patches: Sequence[Patch], label: str) -> list[str]:
    """The names of those of a label."""
    return [patch.patch_id for patch in patches if patch.label == label]
