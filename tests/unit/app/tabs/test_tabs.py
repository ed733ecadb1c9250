"""The list of tabs: a new one is a folder and a line."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from diffmine.app import tabs
from diffmine.app.components.page.page import page
from diffmine.app.desk import Panel, Tab
from diffmine.app.page import build
from diffmine.app.server import styles
from diffmine.app.view import from_query
from tests.unit.app.events import event

GREETING = """
import gradio as gr

from greeting import texts


class Greeting:
    def __init__(self, desk):
        self.desk = desk
        self.line = desk.own(gr.Markdown(elem_id="greeting"))

    def show(self, view):
        return {self.line: texts.HELLO.format(label=view.label)}

    def wire(self):
        pass
"""


@pytest.fixture
def greeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tab:
    """A ninth tab, in the list as long as a test runs."""
    folder = tmp_path / "greeting"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "texts.py").write_text('HELLO = "Hello, {label}."\n')
    (folder / "tab.py").write_text(GREETING)
    monkeypatch.syspath_prepend(tmp_path)
    tab = Tab("greeting", "Greeting", "greeting.tab:Greeting")
    monkeypatch.setattr(tabs, "TABS", [*tabs.TABS, tab])
    return tab


def test_what_is_for_scripts_alone_is_hidden_by_the_page_as_well(folder: Path) -> None:
    """gradio 6.31 shows it in a row that is told twice that it is visible."""
    hidden = [part for part in build([folder]).blocks.values() if part.visible == "hidden"]
    assert len(hidden) > 5
    assert all("dm-hidden" in getattr(part, "elem_classes", ()) for part in hidden)


def test_a_new_tab_is_on_the_page_and_gets_the_view(folder: Path, greeting: Tab) -> None:
    blocks = build([folder])
    desk = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    shown = [part for part in blocks.blocks.values() if getattr(part, "label", "") == "Greeting"]
    assert [part.id for part in shown] == ["greeting"]
    panel = desk.panels["greeting"]
    updates = desk.go(replace(desk.first, label="1920"), "greeting")
    assert updates[panel.line] == "Hello, 1920."
    assert updates[desk.state].query().startswith("atlas=shapes&label=1920&tab=greeting")
    assert from_query(desk.shelves, {"tab": "greeting"}, desk.shown).tab == "greeting"
    assert '"choose_greeting"' in desk.labels.js_on_load, "its labels can be chosen"
    assert '"Greeting"' in desk.state.js_on_load, "a digit opens it"


@pytest.mark.parametrize(
    ("tab", "second", "follows"),
    [
        ("typical", "", False),
        ("typical", "1930", True),
        ("elements", "", False),
        ("map", "1930", False),
        ("translate", "", True),
        ("trends", "", True),
    ],
)
def test_a_tab_follows_the_selected_patch_where_it_shows_something_of_it(
    desk: Any, tab: str, second: str, follows: bool
) -> None:
    view = replace(desk.first, tab=tab, second=second)
    updates = desk.on_pick_anywhere(view, event(id="1900-top-0004"))
    assert updates[desk.state].patch == "1900-top-0004"
    own = set(desk.groups[tab]) - {desk.state}
    assert bool(own & set(updates)) is follows


def test_every_tab_of_the_list_is_a_panel(desk: Any) -> None:
    assert list(desk.panels) == [tab.name for tab in tabs.TABS]
    assert all(isinstance(panel, Panel) for panel in desk.panels.values())


def test_at_most_ten_tabs_have_a_digit() -> None:
    made = page([f"Tab {number}" for number in range(12)])
    assert "1 – 0" in made.html_template
    assert "Tab 9" in made.html_template
    assert "Tab 10" not in made.html_template


def test_style_sheets_are_those_of_all_folders() -> None:
    """The first holds for all; what a folder has is found without being listed."""
    text = styles()
    folders = [files("diffmine.app") / name for name in ("components", "inspector", "tabs")]
    sheets = [path for folder in folders for path in Path(str(folder)).rglob("*.css")]
    assert len(sheets) > 12
    assert all(path.read_text("utf-8") in text for path in sheets)


def test_no_rule_is_one_that_gradio_drops() -> None:
    """Its page leaves such blocks out without a word
    (findings/gradio-css-drops-what-it-does-not-know.sh)."""
    rules = set(re.findall(r"@[a-z-]+", styles()))
    assert "@media" in rules
    assert not rules & {"@supports", "@container", "@layer", "@scope"}
