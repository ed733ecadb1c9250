"""The texts of the app stand in files of their own and can be translated there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

from diffmine import app
from diffmine.app import texts
from diffmine.app.tabs import TABS
from diffmine.app.texts import plurals

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


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent.parent).with_suffix("").parts
    return ".".join(parts)


FILES = [module_of(path) for path in sorted(ROOT.rglob("texts.py"))]
NAMED = {
    (file, name): value
    for file in FILES
    for name, value in vars(import_module(file)).items()
    if name.isupper() and not name.startswith("_")
}


def fields(text: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None]


def test_every_tab_has_a_file_of_texts_and_a_title() -> None:
    for tab in TABS:
        package = tab.path.partition(":")[0].rpartition(".")[0]
        assert f"{package}.texts" in FILES
        assert tab.title


def test_every_text_has_named_fields_that_can_be_filled() -> None:
    for value in NAMED.values():
        for text in strings(value):
            found = fields(text)
            assert all(name.isidentifier() for name, _ in found), text
            # A count takes every way of writing numbers that the texts use.
            assert text.format(**{name: 7 for name, _ in found})


def test_the_texts_of_one_dict_have_the_same_fields() -> None:
    for (_, name), value in NAMED.items():
        if isinstance(value, dict) and name != "PAGE":
            assert len({frozenset(fields(text)) for text in value.values()}) == 1, name


def test_no_text_is_defined_twice() -> None:
    counted = Counter(value for value in NAMED.values() if isinstance(value, str))
    assert [text for text, times in counted.items() if times > 1] == []


def used(path: Path) -> Iterator[tuple[str, str]]:
    """The texts that a file of the app uses: the module that has them, and their names."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {
        name.asname or name.name: f"{node.module}.texts"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name == "texts"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = names.get(node.value.id)
            if module is not None and node.attr.isupper():
                yield module, node.attr


def test_every_text_is_used_and_no_other_is_asked_for() -> None:
    files = (path for path in ROOT.rglob("*.py") if path.name != "texts.py")
    assert {text for path in files for text in used(path)} == set(NAMED)


def test_the_texts_of_a_tab_are_used_in_its_folder_only() -> None:
    for path in ROOT.rglob("*.py"):
        for file, _ in used(path):
            assert file == texts.__name__ or module_of(path.with_name("texts.py")) == file, path


def test_the_browser_has_every_text_that_it_asks_for_and_no_other() -> None:
    asked: set[str] = set()
    for pattern, kind in ((r"\bTEXTS\.(\w+)", "*.js"), (r"\$(\w+)", "*.html")):
        for path in ROOT.rglob(kind):
            asked |= set(re.findall(pattern, path.read_text("utf-8")))
    assert asked - {"last", "tabs"} == set(texts.PAGE), "last and tabs are filled in by page.py"


def test_the_browser_fills_in_names_only() -> None:
    for text in texts.PAGE.values():
        assert all(not spec for _, spec in fields(text)), text


def test_a_number_of_things_has_the_noun_that_fits() -> None:
    counted = [plurals(1, "image"), plurals(0, "label"), plurals(1200, "patch"), plurals(2, "box")]
    assert counted == ["1 image", "0 labels", "1,200 patches", "2 boxes"]


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
