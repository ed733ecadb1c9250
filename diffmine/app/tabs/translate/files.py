"""A strip as files, which are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gradio as gr

from diffmine.app import texts as shared
from diffmine.app.cache import digest
from diffmine.app.desk import Desk
from diffmine.app.downloads import FETCH
from diffmine.app.parts import HIDDEN, MAKES, Updates
from diffmine.app.shelf import Shelf
from diffmine.app.strip import Strip
from diffmine.app.tabs.translate import texts
from diffmine.app.tabs.translate.animation import moving_file
from diffmine.app.tabs.translate.strips import Strips, download
from diffmine.app.tabs.translate.targets import shown
from diffmine.app.view import View
from diffmine.words import records as written


def still_file(shelf: Shelf, strip: Strip, labels: list[str]) -> Path:
    """The strip under some labels as a PNG."""
    name = strip.patch.image_id
    whose = written.credit(shelf.atlas.image(name))
    about = {"atlas": shelf.title, "image": name, "of": whose, "made with": "diffmine"}
    content = download(strip, labels, about)
    return shelf.cache.file(f"{digest(content)}/diffmine-translation.png", lambda: content)


WAYS: dict[str, Callable[[Shelf, Strip, list[str]], Path]] = {
    "strip-file": still_file,
    "strip-moving": moving_file,
}
"""What makes the file of a button."""


class StripFiles:
    """The buttons below the scores."""

    def __init__(self, desk: Desk, strips: Strips) -> None:
        self.desk, self.strips = desk, strips
        names = dict(zip(WAYS, (texts.DOWNLOAD_STRIP, texts.DOWNLOAD_MOVING), strict=True))
        self.buttons = {
            name: desk.own(gr.Button(text, size="sm", elem_id=name)) for name, text in names.items()
        }
        self.file = gr.DownloadButton(shared.FILE, **HIDDEN)

    def show(self, *, ready: bool) -> Updates:
        """The buttons, where there is something to hand out."""
        return {button: gr.Button(visible=ready) for button in self.buttons.values()}

    def wire(self) -> None:
        """Connect the buttons."""
        for name, button in self.buttons.items():
            pressed = button.click(self._maker(name), [self.desk.state], [self.file], **MAKES)
            pressed.success(None, [self.file], None, js=FETCH)

    def _maker(self, name: str) -> Callable[[View], str]:
        def on_make(view: View) -> str:
            shelf = self.desk.shelf(view)
            patch = shelf.known(view.patch)
            strip = self.strips.of(shelf, view.atlas, patch) if patch else None
            if strip is None or not strip.translations:
                raise gr.Error(shared.NOTHING_STORED, print_exception=False)
            return str(WAYS[name](shelf, strip, shown(shelf, view, strip)))

        return on_make
