"""What a chart shows as a file: pressed beside its title, made and handed out."""

from __future__ import annotations

import re
from collections.abc import Callable

import gradio as gr

from diffmine.app import texts
from diffmine.app.cache import digest
from diffmine.app.desk import Desk
from diffmine.app.downloads import FETCH
from diffmine.app.parts import HIDDEN, MAKES
from diffmine.app.view import View, choice, payload
from diffmine.export.charts import KINDS, Curves

_LONGEST = 80


class ChartFiles:
    """Hands out charts as CSV, SVG and PDF."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.file = gr.DownloadButton(texts.FILE, **HIDDEN)

    def wire(self, chart: gr.HTML, curves: Callable[[View], Curves | None]) -> None:
        """Connect a chart; `curves` gives what it shows of a view, None for nothing."""

        def on_file(view: View, event: gr.EventData) -> str:
            kind, shown = choice(payload(event, "kind"), list(KINDS)), curves(view)
            if shown is None or shown.empty:
                raise gr.Error(texts.NOTHING_STORED, print_exception=False)
            name = f"diffmine-{_plain(shown.title)}.{kind}"
            path = f"{digest(shown, kind)}/{name}"
            return str(self.desk.cache.file(path, lambda: KINDS[kind](shown)))

        pressed = chart.file(on_file, [self.desk.state], [self.file], **MAKES)
        pressed.success(None, [self.file], None, js=FETCH)


def _plain(title: str) -> str:
    """A title as the name of a file."""
    return re.sub(r"[^\w]+", "-", title)[:_LONGEST].strip("-").lower() or "chart"
