"""The basket: chosen patches with notes, in an order of one's own, and their way out."""

from __future__ import annotations

from typing import Any

import gradio as gr

from diffmine.export.chosen import Chosen
from diffmine.ui import kept as keep
from diffmine.ui import parts, texts
from diffmine.ui.desk import Desk
from diffmine.ui.downloads import Downloads
from diffmine.ui.kept import LONGEST_NOTE, Kept
from diffmine.ui.parts import LAST, TELLS, Updates, item, wall_value
from diffmine.ui.view import View


class Basket:
    """The part of the inspector below its buttons."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.kept = desk.kept = gr.State([])
        self.before = gr.State([])
        with gr.Accordion(texts.EMPTY_BASKET, open=False, elem_id="basket") as accordion:
            self.wall = parts.wall(elem_id="basket-wall")
            self.note = gr.Textbox(label=texts.NOTE, max_length=LONGEST_NOTE, lines=2)
            settings: dict[str, Any] = {"size": "sm", "min_width": 84}
            with gr.Row(elem_classes="dm-actions"):
                self.save = gr.Button(texts.SAVE_NOTE, **settings)
                self.earlier = gr.Button(texts.EARLIER, elem_id="earlier", **settings)
                self.later = gr.Button(texts.LATER, elem_id="later", **settings)
                self.drop = gr.Button(texts.REMOVE, **settings)
                self.clear = gr.Button(texts.CLEAR_ALL, **settings)
                self.undo = gr.Button(texts.UNDO, visible=False, **settings)
            self.downloads = Downloads(desk, "basket")
        self.accordion = accordion
        self.own: list[Any] = [
            self.kept, self.before, self.accordion, self.wall, self.note, self.undo,
        ]  # fmt: skip

    def wire(self, add: gr.Button) -> None:
        """Connect its buttons, and the inspector's that adds."""
        state, kept = self.desk.state, self.kept
        add.click(self.on_add, [state, kept], self.own, **TELLS)
        self.save.click(self.on_save, [state, kept, self.note], self.own, **TELLS)
        self.earlier.click(self.on_earlier, [state, kept], self.own, **LAST)
        self.later.click(self.on_later, [state, kept], self.own, **LAST)
        self.drop.click(self.on_drop, [state, kept], self.own, **LAST)
        self.clear.click(self.on_clear, [state, kept], self.own, **LAST)
        self.undo.click(self.on_undo, [state, self.before], self.own, **LAST)
        self.wall.pick(self.desk.on_pick_anywhere, [state], self.desk.outputs, **LAST).then(
            self.on_look, [state, kept], [self.note], **LAST
        )
        self.desk.arrived.then(self.show, [state, kept], self.own, **LAST)
        self.downloads.wire(self.chosen, [kept])

    def show(self, view: View, kept: list[Kept], before: list[Kept] | None = None) -> Updates:
        """The basket of the atlas that is open; `before` is what Undo would bring back."""
        shelf = self.desk.shelf(view)
        own = keep.here(kept, view)
        patches = [shelf.atlas.patch(each.patch) for each in own]
        items = [
            item(patch, caption=f"{patch.label} ✎" if each.note else patch.label)
            for patch, each in zip(patches, own, strict=True)
        ]
        sheet = shelf.sheet(patches) if patches else None
        title = texts.BASKET.format(count=len(patches)) if patches else texts.EMPTY_BASKET
        return {
            self.kept: kept,
            self.before: before or [],
            self.accordion: gr.Accordion(label=title),
            self.wall: wall_value(
                sheet, items, selected=view.patch, empty=texts.NOTHING_CHOSEN, size=56
            ),
            self.note: keep.note_of(kept, view),
            self.undo: gr.Button(visible=bool(before)),
        }

    def chosen(self, view: View, kept: list[Kept]) -> list[Chosen]:
        """What is handed out: the patches of the open atlas with their notes."""
        return [Chosen(each.patch, each.note) for each in keep.here(kept, view)]

    def on_add(self, view: View, kept: list[Kept]) -> Updates:
        """Keep the selected patch."""
        return self.show(view, self._with(view, kept))

    def _with(self, view: View, kept: list[Kept]) -> list[Kept]:
        if self.desk.shelf(view).known(view.patch) is None:
            raise gr.Error(texts.SELECT_FIRST, print_exception=False)
        return keep.added(kept, view)

    def on_save(self, view: View, kept: list[Kept], note: str | None) -> Updates:
        """Keep a note with the selected patch, which is put into the basket if need be."""
        return self.show(view, keep.noted(self._with(view, kept), view, note or ""))

    def on_earlier(self, view: View, kept: list[Kept]) -> Updates:
        """The selected patch one place earlier."""
        return self.show(view, keep.moved(kept, view, -1))

    def on_later(self, view: View, kept: list[Kept]) -> Updates:
        """The selected patch one place later."""
        return self.show(view, keep.moved(kept, view, 1))

    def on_drop(self, view: View, kept: list[Kept]) -> Updates:
        """Take the selected patch out; Undo brings it back."""
        left = keep.without(kept, view)
        return self.show(view, left, kept if left != kept else None)

    def on_clear(self, view: View, kept: list[Kept]) -> Updates:
        """Take all patches of the open atlas out; Undo brings them back with their notes."""
        left = keep.emptied(kept, view)
        return self.show(view, left, kept if left != kept else None)

    def on_undo(self, view: View, before: list[Kept]) -> Updates:
        """The basket as it was before something was taken out."""
        return self.show(view, before)

    def on_look(self, view: View, kept: list[Kept]) -> str:
        """The note on the patch just selected."""
        return keep.note_of(kept, view)
