"""The texts of the app stand in one file and can be translated there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from diffmine import app
from diffmine.app import texts
from diffmine.app.tabs.several import UNFINISHED

ROOT = Path(app.__file__).parent
LABELLED = {
    *("Accordion", "Button", "Checkbox", "CheckboxGroup", "DownloadButton", "Dropdown", "Error"),
    *("File", "ImageSlider", "Info", "Markdown", "Radio", "Tab", "Textbox"),
}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()


NAMED = {name: value for name, value in vars(texts).items() if name.isupper()}


def fields(text: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None]


def test_every_text_has_named_fields_that_can_be_filled() -> None:
    for value in NAMED.values():
        for text in strings(value):
            found = fields(text)
            assert all(name.isidentifier() for name, _ in found), text
            # A count takes every way of writing numbers that the texts use.
            assert text.format(**{name: 7 for name, _ in found})


def test_the_texts_of_one_dict_have_the_same_fields() -> None:
    for name, value in NAMED.items():
        if isinstance(value, dict) and name != "PAGE":
            assert len({frozenset(fields(text)) for text in value.values()}) == 1, name


def test_no_text_is_defined_twice() -> None:
    counted = Counter(value for value in NAMED.values() if isinstance(value, str))
    assert [text for text, times in counted.items() if times > 1] == []


def test_every_text_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for path in ROOT.rglob("*.py"))
    assert [name for name in NAMED if f"texts.{name}" not in code] == []


def test_the_browser_has_every_text_that_it_asks_for_and_no_other() -> None:
    asked: set[str] = set()
    for pattern, kind in ((r"\bTEXTS\.(\w+)", "js/*.js"), (r"\$(\w+)", "*.html")):
        for path in ROOT.glob(kind):
            asked |= set(re.findall(pattern, path.read_text("utf-8")))
    assert asked == set(texts.PAGE)


def test_the_browser_fills_in_names_only() -> None:
    for text in texts.PAGE.values():
        assert all(not spec for _, spec in fields(text)), text


def test_progress_is_told_from_other_lines_by_what_it_begins_with() -> None:
    assert all(UNFINISHED)
    assert not texts.DONE_IN.startswith(UNFINISHED)


def test_no_component_has_its_text_in_the_code() -> None:
    found = []
    for path in ROOT.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr not in LABELLED or ast.unparse(call.func.value) != "gr":
                continue
            named = [each.value for each in call.keywords if each.arg in ("label", "info")]
            found += [
                f"{path.name}: {text}" for text in map(_literal, [*call.args, *named]) if text
            ]
    assert found == []


def _literal(node: ast.expr) -> str:
    """A sentence or label written out at a call; empty for names, numbers and what is empty."""
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and node.value[:1].isupper() else ""
