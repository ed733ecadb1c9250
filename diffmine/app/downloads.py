"""Buttons that make a file when they are pressed, and hand it out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from diffmine.app import texts
from diffmine.app.cache import digest
from diffmine.app.desk import Desk
from diffmine.app.parts import HIDDEN, MAKES
from diffmine.app.shelf import Shelf
from diffmine.app.view import View
from diffmine.atlas.whereabouts import whereabouts
from diffmine.errors import DiffmineError
from diffmine.export.chosen import Chosen
from diffmine.export.formats import FORMATS
from diffmine.export.order import Order
from diffmine.export.pack import zipped

_LONG = 24  # with more patches than this, making takes so long that it is announced

# gradio's own download button hands out what it already has; this one waits for the file.
FETCH = """file => {
  if (!file) return;
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name;
  document.body.append(link);
  link.click();
  link.remove();
}"""

Choose = Callable[..., Sequence[Chosen]]


def made(shelf: Shelf, chosen: Sequence[Chosen], to: str, name: str, images: bool) -> Path:
    """The file of some patches, named `name`; a file made before is not made again."""
    names = sorted(shelf.atlas.names.items())
    key = digest(shelf.version, names, list(chosen), to, images)
    form = FORMATS[to]
    for ending in (form.ending, "zip"):
        path = shelf.cache.folder / key / f"{name}.{ending}"
        with suppress(FileNotFoundError):
            os.utime(path)
            return path
    files = list(form.files(Order(shelf.atlas, chosen, name, images)))
    if form.ours is None and len(files) == 1:
        return shelf.cache.file(f"{key}/{name}.{form.ending}", lambda: files[0][1])
    return shelf.cache.file(f"{key}/{name}.zip", lambda: zipped(files, name))


def _has_films(desk: Desk) -> bool:
    """Whether there is an atlas of findings of which it is known where its files lie."""
    atlases = [shelf.atlas for shelf in desk.shelves.values()]
    return any(atlas.manifest.kind == "finding" and whereabouts(atlas) for atlas in atlases)


class Downloads:
    """A row of buttons, one for each format, over patches that `choose` names when pressed."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk = desk
        self.name = name
        self.choose: Choose
        self.buttons: dict[str, gr.Button] = {}
        self._row(programs=False)
        self.images = gr.Checkbox(label=texts.WHOLE_IMAGES, value=False, elem_id=f"{name}-images")
        with gr.Accordion(texts.FOR_PROGRAMS, open=False, elem_id=f"{name}-programs"):
            self._row(programs=True)
        self.file = gr.DownloadButton(texts.FILE, **HIDDEN)

    def _row(self, *, programs: bool) -> None:
        settings: dict[str, Any] = {"size": "sm", "min_width": 100}
        with gr.Row(elem_classes="dm-actions"):
            for to, form in FORMATS.items():
                if form.programs != programs or (form.films and not _has_films(self.desk)):
                    continue
                name = f"{self.name}-{to}"
                self.buttons[to] = gr.Button(form.button, elem_id=name, **settings)

    def wire(self, choose: Choose, inputs: Sequence[Any]) -> None:
        """Connect the buttons; `choose` gets the view and the values of `inputs`."""
        self.choose = choose
        for to, button in self.buttons.items():
            pressed = button.click(
                self._maker(to), [self.desk.state, self.images, *inputs], [self.file], **MAKES
            )
            pressed.success(None, [self.file], None, js=FETCH)

    def _maker(self, to: str) -> Callable[..., str]:
        def on_make(view: View, images: Any, *values: Any) -> str:
            chosen = self.choose(view, *values)
            if not chosen:
                raise gr.Error(texts.NOTHING_TO_WRITE, print_exception=False)
            if len(chosen) > _LONG and not FORMATS[to].quick:
                text = texts.BEING_MADE.format(format=FORMATS[to].button, count=len(chosen))
                gr.Info(text, duration=4)
            try:
                name = f"diffmine-{self.name}"
                return str(made(self.desk.shelf(view), chosen, to, name, bool(images)))
            except DiffmineError as error:
                raise gr.Error(str(error), print_exception=False) from error

        return on_make
