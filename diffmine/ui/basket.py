"""The basket: chosen patches with notes, out as a CSV and as a figure sheet with credits."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diffmine.ui import parts, words
from diffmine.ui.cache import digest
from diffmine.ui.desk import Desk
from diffmine.ui.parts import LAST, Updates, item, wall_value
from diffmine.ui.shelf import Shelf
from diffmine.ui.sprites import png, resized
from diffmine.ui.view import View

MOST = 200
LONGEST_NOTE = 2000
COLUMNS = (
    *("patch_id", "label", "kind", "rank", "typicality", "se", "element", "image_id"),
    *("row", "col", "size", "year", "source_url", "licence", "credit", "note"),
)


@dataclass(frozen=True)
class Kept:
    """A patch in the basket of a visitor."""

    atlas: str
    patch: str
    note: str = ""


def as_csv(shelf: Shelf, kept: Sequence[Kept]) -> bytes:
    """The basket as CSV; no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in kept:
        patch = shelf.atlas.patch(each.patch)
        known = {**shelf.atlas.image(patch.image_id), **vars(patch), "note": each.note}
        if patch.element is not None:
            known["element"] = shelf.element_name(patch.label, patch.element)
        writer.writerow([words.cell(known.get(name)) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def as_figure(shelf: Shelf, kept: Sequence[Kept], side: int = 160, columns: int = 5) -> bytes:
    """The basket as a PNG: each patch with label, score and note, credits at the foot."""
    patches = [shelf.atlas.patch(each.patch) for each in kept]
    font, under, margin = ImageFont.load_default(13), 62, 16
    records = [shelf.atlas.image(patch.image_id) for patch in patches]
    credit = sorted({_credit(each) for each in records} - {""})
    rows = -(-len(patches) // columns)
    width = columns * (side + margin) + margin
    height = rows * (side + under) + margin + 20 * (len(credit) + 2)
    page = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(page)
    for at, (patch, each) in enumerate(zip(patches, kept, strict=True)):
        left = margin + at % columns * (side + margin)
        top = margin + at // columns * (side + under)
        page.paste(Image.fromarray(_enlarged(shelf.crop(patch), side)), (left, top))
        text = [patch.label, words.score(patch.typicality, patch.se), each.note]
        for line, words_ in enumerate(text):
            pen.text((left, top + side + 3 + 16 * line), _short(words_, font, side), "black", font)
    foot = [f"{shelf.title} (made with diffmine)", *credit]
    for line, text_ in enumerate(foot):
        place = (margin, margin + rows * (side + under) + 20 * line)
        pen.text(place, _short(text_, font, width - 2 * margin), "#444444", font)
    return png(np.asarray(page))


def _enlarged(pixels: np.ndarray, side: int) -> np.ndarray:
    if max(pixels.shape[:2]) > side:
        return resized(pixels, (side, side))
    picture = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(picture)


def _credit(record: dict[str, Any]) -> str:
    return ", ".join(str(record[name]) for name in ("credit", "licence") if record.get(name))


def _short(text: str, font: Any, width: int) -> str:
    text = " ".join(text.split())
    while text and font.getlength(text) > width:
        text = text.removesuffix("…")[:-1] + "…" if len(text) > 1 else ""
    return text


class Basket:
    """The part of the inspector below its buttons."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.kept = gr.State([])
        with gr.Accordion("Basket (empty)", open=False, elem_id="basket") as accordion:
            self.wall = parts.wall(elem_id="basket-wall")
            self.note = gr.Textbox(
                label="Note on the selected patch", max_length=LONGEST_NOTE, lines=2
            )
            with gr.Row(elem_classes="dm-actions"):
                settings: dict[str, Any] = {"size": "sm", "min_width": 84}
                self.save = gr.Button("Save note", **settings)
                self.drop = gr.Button("Remove", **settings)
                self.csv = gr.DownloadButton("CSV", elem_id="csv", interactive=False, **settings)
                self.figure = gr.DownloadButton("Figure", interactive=False, **settings)
        self.accordion = accordion
        self.own: list[Any] = [
            self.kept, self.accordion, self.wall, self.note, self.csv, self.figure,
        ]  # fmt: skip

    def wire(self, add: gr.Button) -> None:
        """Connect its buttons, and the inspector's that adds."""
        state, kept = self.desk.state, self.kept
        add.click(self.on_add, [state, kept], self.own, **LAST)
        self.save.click(self.on_save, [state, kept, self.note], self.own, **LAST)
        self.drop.click(self.on_drop, [state, kept], self.own, **LAST)
        self.wall.pick(self.desk.on_pick_anywhere, [state], self.desk.outputs, **LAST).then(
            self.on_look, [state, kept], [self.note], **LAST
        )

    def show(self, view: View, kept: list[Kept]) -> Updates:
        """The basket of the atlas that is open."""
        shelf = self.desk.shelf(view)
        here = [each for each in kept if each.atlas == view.atlas]
        patches = [shelf.atlas.patch(each.patch) for each in here]
        items = [item(patch, caption=patch.label) for patch in patches]
        sheet = shelf.sheet(patches) if patches else None
        return {
            self.kept: kept,
            self.accordion: gr.Accordion(label=f"Basket ({len(here) or 'empty'})"),
            self.wall: wall_value(
                sheet, items, selected=view.patch, empty="Nothing chosen yet.", size=56
            ),
            self.note: next((each.note for each in here if each.patch == view.patch), ""),
            self.csv: self._download("diffmine-basket.csv", as_csv(shelf, here), bool(here)),
            self.figure: self._download(
                "diffmine-basket.png", as_figure(shelf, here) if here else b"", bool(here)
            ),
        }

    def _download(self, name: str, content: bytes, ready: bool) -> gr.DownloadButton:
        if not ready:
            return gr.DownloadButton(value=None, interactive=False)
        path: Path = self.desk.cache.file(f"{digest(content)}/{name}", lambda: content)
        return gr.DownloadButton(value=path, interactive=True)

    def on_add(self, view: View, kept: list[Kept]) -> Updates:
        """Keep the selected patch."""
        if self.desk.shelf(view).known(view.patch) is None:
            raise gr.Error("Select a patch first.", print_exception=False)
        if len(kept) >= MOST:
            raise gr.Error(f"The basket holds at most {MOST} patches.", print_exception=False)
        new = Kept(view.atlas, view.patch)
        there = any((each.atlas, each.patch) == (new.atlas, new.patch) for each in kept)
        return self.show(view, kept if there else [*kept, new])

    def on_save(self, view: View, kept: list[Kept], note: str | None) -> Updates:
        """Keep a note with the selected patch, which is put into the basket if need be."""
        text = (note or "")[:LONGEST_NOTE]
        found = self.on_add(view, kept)
        changed = [
            replace(each, note=text) if _is(each, view) else each for each in found[self.kept]
        ]
        return self.show(view, changed)

    def on_drop(self, view: View, kept: list[Kept]) -> Updates:
        """Take the selected patch out."""
        return self.show(view, [each for each in kept if not _is(each, view)])

    def on_look(self, view: View, kept: list[Kept]) -> str:
        """The note on the patch just selected."""
        return next((each.note for each in kept if _is(each, view)), "")


def _is(kept: Kept, view: View) -> bool:
    return (kept.atlas, kept.patch) == (view.atlas, view.patch)
