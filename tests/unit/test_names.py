"""Names of values are nouns of the paper or of numpy: five words that name nothing are no names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "diffmine"
FOLDERS = (
    "app",
    "atlas",
    "cli.py",
    "config.py",
    "data",
    "engine",
    "errors.py",
    "export",
    "live",
    "maths",
    "model",
    "pipeline",
    "stages",
    "words",
)
"""Folders and files of the package that are looked through."""
WORDS = {"each", "found", "kept", "made", "said"}
FIELDS = {"Report.kept", "KeptBoxes.kept"}
"""Fields that keep their names: they are part of the command line and of the atlas."""
LATER = {"pipeline/flags.py"}


def bound(node: ast.AST, of: str = "") -> Iterator[tuple[int, str]]:
    """Line and name of every variable, loop variable and argument, a field with its class."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.lineno, of + child.id
        elif isinstance(child, ast.arg):
            yield child.lineno, child.arg
        elif isinstance(child, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and child.name:
            yield child.lineno, child.name
        inside = ""
        if isinstance(child, ast.ClassDef):
            inside = f"{child.name}."
        elif isinstance(node, ast.ClassDef) and isinstance(child, ast.AnnAssign | ast.Assign):
            inside = of
        yield from bound(child, inside)


def bad_names(source: str) -> list[tuple[int, str]]:
    """The bindings of a source text whose name is one of the words."""
    return [
        (line, name)
        for line, name in bound(ast.parse(source))
        if name not in FIELDS and name.rpartition(".")[2] in WORDS
    ]


def files() -> list[Path]:
    places = [PACKAGE / name for name in FOLDERS]
    paths = [
        path for place in places for path in ([place] if place.is_file() else place.rglob("*.py"))
    ]
    return sorted(path for path in paths if path.relative_to(PACKAGE).as_posix() not in LATER)


def test_no_value_is_named_by_a_word_that_names_nothing() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line} {name}"
        for path in files()
        for line, name in bad_names(path.read_text("utf-8"))
    ]
    assert not wrong, "give these the name of what they are:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    "source",
    [
        "found = 1",
        "kept: int = 1",
        "for each in (): pass",
        "[each for each in ()]",
        "lambda made: 0",
        "def f(*, said=1): pass",
        "def f():\n    a, (b, found) = 1, (2, 3)",
        "class A:\n    kept: int",
        "if (made := 1): pass",
        "with open('f') as found: pass",
        "try: pass\nexcept OSError as found: pass",
    ],
)
def test_every_kind_of_binding_is_seen(source: str) -> None:
    assert len(bad_names(source)) == 1


def test_fields_of_two_classes_and_attributes_are_allowed() -> None:
    assert not bad_names("class Report:\n    kept: int = 0\nreport.kept = 1\nprint(report.kept)")
    assert bad_names("class Report:\n    def f(self):\n        kept = 1") == [(3, "kept")]
