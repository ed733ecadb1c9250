"""The buttons of the downloads: one for each export format, and no file made twice."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from diffmine.app.downloads import Downloads, made
from diffmine.app.shelf import Shelf
from diffmine.atlas.whereabouts import note
from diffmine.export.chosen import Chosen, listed
from diffmine.export.formats import FORMATS
from diffmine.folders import VARIABLE

OF_ANY = [to for to, form in FORMATS.items() if not form.films]
"""Formats of all atlases, not of films alone."""


def test_every_format_has_a_button(desk: Any) -> None:
    buttons = desk.inspector.basket.downloads.buttons
    assert {to: button.value for to, button in buttons.items()} == {
        to: FORMATS[to].button for to in OF_ANY
    }


def test_formats_of_films_have_a_button_where_films_of_findings_lie(
    desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas = desk.shelf(desk.first).atlas
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(atlas.manifest, "kind", "finding")
    with gr.Blocks():
        assert set(Downloads(desk, "none").buttons) == set(OF_ANY), "where they lie is not known"
    note(atlas, tmp_path, {})
    with gr.Blocks():
        buttons = Downloads(desk, "mine").buttons
    assert {to: button.value for to, button in buttons.items()} == {
        to: form.button for to, form in FORMATS.items()
    }


@pytest.mark.parametrize("to", OF_ANY)
def test_what_was_made_is_not_made_again(
    to: str, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = listed(shelf.atlas, ["1900"], "top", 60)  # figures of two pages
    if to in ("annotations", "iiif"):  # only one image has a place in its source
        chosen = [Chosen("1900-top-0005")]
    first = made(shelf, chosen, to, "mine", False)
    ending = "zip" if to in ("png", "html", "csvw", "vikus", "pixplot") else FORMATS[to].ending
    assert first.name == f"mine.{ending}"
    monkeypatch.setitem(FORMATS, to, replace(FORMATS[to], files=pytest.fail))
    assert made(shelf, chosen, to, "mine", False) == first
