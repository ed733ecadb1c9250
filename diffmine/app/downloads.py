"""Buttons that make a file when they are pressed, and hand it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from diffmine.app import texts
from diffmine.app.cache import digest
from diffmine.app.desk import Desk
from diffmine.app.parts import MAKES
from diffmine.app.shelf import Shelf
from diffmine.app.view import View
from diffmine.errors import DiffmineError
from diffmine.export import figure, page, table
from diffmine.export.chosen import Chosen
from diffmine.export.pack import zipped

_LONG = 24  # patches from which on making takes so long that it is said

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
    """The file of some patches, named `name`; what was made before is not made again."""
    names = sorted(shelf.atlas.manifest.names.items())
    key = digest(shelf.version, names, list(chosen), to, images)
    ends = {"html": "zip"}.get(to, to)

    def content() -> bytes:
        atlas = shelf.atlas
        if to == "csv":
            return table.as_csv(atlas, chosen)
        if to == "parquet":
            return table.as_parquet(atlas, chosen)
        if to == "html":
            return zipped(page.page(atlas, chosen), name)
        return figure.as_pdf(atlas, chosen, images=images)

    if to == "png":
        return _pngs(shelf, chosen, key, name, images)
    return shelf.cache.file(f"{key}/{name}.{ends}", content)


def _pngs(shelf: Shelf, chosen: Sequence[Chosen], key: str, name: str, images: bool) -> Path:
    """One page as it is, several in a zip."""
    pages = figure.as_pngs(shelf.atlas, chosen, images=images)
    if len(pages) == 1:
        return shelf.cache.file(f"{key}/{name}.png", lambda: pages[0])
    files = [(f"{name}-{at:02}.png", content) for at, content in enumerate(pages, 1)]
    return shelf.cache.file(f"{key}/{name}.zip", lambda: zipped(files, name))


class Downloads:
    """A row of buttons, one for each format, over patches that `choose` names when pressed."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk = desk
        self.name = name
        self.choose: Choose
        self.buttons: dict[str, gr.Button] = {}
        with gr.Row(elem_classes="dm-actions"):
            for to, label in texts.FORMATS.items():
                settings: dict[str, Any] = {"size": "sm", "min_width": 84}
                self.buttons[to] = gr.Button(label, elem_id=f"{name}-{to}", **settings)
        self.images = gr.Checkbox(label=texts.WHOLE_IMAGES, value=False, elem_id=f"{name}-images")
        self.file = gr.DownloadButton(texts.FILE, visible="hidden")

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
            if len(chosen) > _LONG and to != "csv":
                text = texts.BEING_MADE.format(format=texts.FORMATS[to], count=len(chosen))
                gr.Info(text, duration=4)
            try:
                name = f"diffmine-{self.name}"
                return str(made(self.desk.shelf(view), chosen, to, name, bool(images)))
            except DiffmineError as error:
                raise gr.Error(str(error), print_exception=False) from error

        return on_make
