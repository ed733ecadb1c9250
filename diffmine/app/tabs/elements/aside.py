"""Edits of elements that were set aside when elements were found anew."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.app.desk import Desk
from diffmine.app.parts import Updates
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.elements import texts
from diffmine.app.texts import plurals
from diffmine.atlas.edits import Edit


class Aside:
    """A line that says what waits, a picker, and what can be done with it; hidden when nothing
    does."""

    def __init__(self, desk: Desk) -> None:
        own = desk.own
        settings: dict[str, Any] = {"size": "sm", "scale": 1, "min_width": 84, "visible": False}
        self.line = own(gr.Markdown(elem_classes="dm-line"))
        with gr.Row(elem_classes="dm-rename"):
            self.choice = own(
                gr.Dropdown(
                    [],
                    label=texts.SET_ASIDE,
                    elem_id="aside",
                    scale=3,
                    min_width=140,
                    visible=False,
                )
            )
            self.put = own(gr.Button(texts.PUT_HERE, elem_id="put", **settings))
            self.discard = own(gr.Button(texts.DISCARD, elem_id="discard", **settings))

    def show(self, shelf: Shelf, *, shown: bool) -> Updates:
        """What waits in an atlas; nothing unless `shown`."""
        waiting = shelf.atlas.edits.waiting if shown else []
        choices = [(waiting_words(edit), str(edit.number)) for edit in waiting]
        there = bool(waiting)
        return {
            self.line: texts.WAITING.format(what=_counts(waiting)) if there else "",
            self.choice: gr.Dropdown(
                choices=choices, value=choices[0][1] if there else None, visible=there
            ),
            self.put: gr.Button(visible=any(edit.kind == "name" for edit in waiting)),
            self.discard: gr.Button(visible=there),
        }


def waiting_words(edit: Edit) -> str:
    """`“round head” of 1900 (40 patches)`."""
    told = {
        "merge": texts.MERGE_WAITS,
        "split": texts.SPLIT_WAITS,
        "gather": texts.GATHER_WAITS,
    }
    text = told.get(edit.kind, texts.NAME_WAITS)
    patches = plurals(
        sum(map(len, edit.about if edit.kind == "merge" else edit.about[:1])), "patch"
    )
    return text.format(name=edit.text, label=edit.label, patches=patches)


def _counts(waiting: list[Edit]) -> str:
    nouns = {"name": "name", "merge": "merge", "split": "split", "gather": "element"}
    counts = [(noun, sum(edit.kind == kind for edit in waiting)) for kind, noun in nouns.items()]
    return ", ".join(plurals(count, noun) for noun, count in counts if count)
