"""A row of cards: pictures with a title and words, each one leads somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from diffmine.app.cache import digest
from diffmine.app.parts import Value, component
from diffmine.app.sprites import Sheet


def cards(value: Value, **settings: Any) -> gr.HTML:
    """A row of cards. Event: press(key)."""
    return component("cards", '<div class="dm-cards"></div>', value, settings)


def cards_value(sheet: Sheet | None, heading: str, cards: Sequence[Value], **more: Any) -> Value:
    """The value of a row; `more`: `current`, the key of the card that is marked, or `closes`, the
    name under which the row is closed for good."""
    shown = sheet.value() if sheet and cards else None
    rev = digest(shown, heading, list(cards), more.get("closes"))
    return {"rev": rev, "sheet": shown, "heading": heading, "cards": list(cards), **more}
