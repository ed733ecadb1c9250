"""Which labels to translate into: boxes to check, or of very many a list that is searched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from diffmine.app.desk import Desk
from diffmine.app.parts import LAST, MANY, Updates
from diffmine.app.shelf import Shelf
from diffmine.app.strip import Strip, spread
from diffmine.app.tabs.translate import texts
from diffmine.app.view import View
from diffmine.atlas.records import Patch

TAB = "translate"
FIRST = 12
"""So many of very many labels are chosen before anyone chooses."""


def chosen(shelf: Shelf, targets: Any, patch: Patch | None = None) -> list[str]:
    """The targets in the order of the labels, without the patch's own; gr.Error if none is left."""
    own = patch.label if patch else None
    names = [name for name in shelf.labels if name in (targets or []) and name != own]
    if not names:
        raise gr.Error(texts.CHOOSE_A_TARGET, print_exception=False)
    return names


def is_many(shelf: Shelf) -> bool:
    """Whether an atlas has too many labels to show them all at once."""
    return len(shelf.labels) > MANY


def wanted(shelf: Shelf, view: View, strip: Strip | None) -> list[str]:
    """The labels that are chosen to translate into, in their order. Where none is: all of them, of
    very many some of those that the strip has, or of all."""
    own = strip.patch.label if strip else ""
    others = [name for name in shelf.labels if name != own]
    into = [name for name in others if name in view.into]
    if not is_many(shelf):
        return into or others
    there = [name for name in others if strip and name in strip.translations]
    return into[:MANY] or spread(there or others, most=FIRST)


def shown(shelf: Shelf, view: View, strip: Strip) -> list[str]:
    """The labels of a strip that are shown: all, of very many its own and those chosen."""
    if not is_many(shelf):
        return shelf.labels
    names = {strip.patch.label, *wanted(shelf, view, strip)}
    return [name for name in shelf.labels if name in names]


class Targets:
    """The chooser. `boxes` and `list` are its two forms, of which one is seen."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        title = texts.TRANSLATE_INTO
        self.boxes = desk.own(
            gr.CheckboxGroup([], label=title, elem_id="targets", scale=4, min_width=260)
        )
        self.list = desk.own(
            gr.Dropdown(
                [],
                multiselect=True,
                max_choices=MANY,
                label=texts.TRANSLATE_INTO_MANY.format(most=MANY),
                elem_id="targets-of-many",
                scale=4,
                min_width=260,
                visible=False,
            )
        )

    def show(self, shelf: Shelf, view: View, strip: Strip | None, *, live: bool) -> Updates:
        """The labels to choose from, and those that are chosen. `live`: whether anything can be
        translated here; the list of very many also chooses what is shown."""
        many = is_many(shelf)
        others = [name for name in shelf.labels if strip is None or name != strip.patch.label]
        into = wanted(shelf, view, strip)
        return {
            self.boxes: gr.CheckboxGroup(
                choices=[] if many else others,
                value=[] if many else into,
                visible=live and not many,
            ),
            self.list: gr.Dropdown(
                choices=others if many else [],
                value=into if many else [],
                multiselect=True,  # or gradio takes the list for one unknown choice
                visible=strip is not None and many,
            ),
        }

    def wire(self) -> None:
        """Connect both."""
        state = self.desk.state
        self.boxes.input(self.on_boxes, [state, self.boxes], [state], **LAST)
        self.list.input(self.on_list, [state, self.list], self.desk.to(TAB), **LAST)

    def on_boxes(self, view: View, targets: Any) -> Updates:
        """Other labels to translate into: they stay chosen, and are part of the link."""
        shelf = self.desk.shelf(view)
        patch = shelf.known(view.patch)
        into = chosen(shelf, targets, patch) if targets else []
        every = len(into) + (patch is not None) >= len(shelf.labels)
        return self.desk.placed(replace(view, into=() if every else tuple(into)))

    def on_list(self, view: View, targets: Any) -> Updates:
        """The same of very many, of which the strip then shows those that were chosen."""
        shelf = self.desk.shelf(view)
        into = chosen(shelf, targets, shelf.known(view.patch)) if targets else []
        return self.desk.go(replace(view, into=tuple(into[:MANY])), TAB)


def asked(shelf: Shelf, view: View, targets: Any, strip: Strip) -> list[str]:
    """The labels that a press translates into: the checked `targets`, of very many those that are
    wanted. gr.Error where there is none."""
    return chosen(shelf, wanted(shelf, view, strip) if is_many(shelf) else targets, strip.patch)
