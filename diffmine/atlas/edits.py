"""Merges and splits of elements that people made, kept beside what the build found, so that each
can be taken back (docs/atlas-format.md).

An edit moves patches of an element to another: a merge all of them, a split those it names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from diffmine.errors import AtlasError

NAME = "edits.json"
FORMAT = 1
Place = tuple[str, int]


@dataclass(frozen=True)
class Edit:
    """`merge`: all patches of `element` go to `into`, and `element` ends. `split`: those in
    `patches` go to `into`, which is new."""

    kind: str
    label: str
    element: int
    into: int
    patches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = bool(self.patches) and all(isinstance(name, str) for name in self.patches)
        numbers = all(type(number) is int and number >= 0 for number in (self.element, self.into))
        fits = {"merge": not self.patches, "split": named}.get(self.kind, False)
        if not (fits and numbers and isinstance(self.label, str) and self.element != self.into):
            raise ValueError(f"no such edit: {self.kind} of {self.element!r}")


@dataclass(frozen=True)
class Edits:
    """The edits in force, in their order, and every element that any edit, also one taken back,
    has changed."""

    edits: tuple[Edit, ...] = ()
    touched: tuple[Place, ...] = ()

    @property
    def changed(self) -> list[Place]:
        """The elements that the edits in force change."""
        return sorted({(e.label, one) for e in self.edits for one in (e.element, e.into)})


def read_edits(folder: Path, elements: str) -> Edits:
    """The edits of an atlas; none when they were made for elements other than the current ones,
    whose table has the digest `elements`. Raises AtlasError when the file cannot be read."""
    path = folder / NAME
    if not path.is_file():
        return Edits()
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if fields["format"] != FORMAT:
            raise ValueError(f"format {fields['format']}, not {FORMAT}")
        edits = [Edit(**{**e, "patches": tuple(e.get("patches", ()))}) for e in fields["edits"]]
        touched = [(str(label), int(element)) for label, element in fields["touched"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AtlasError(
            f"{path} is broken ({error}); remove it to have the elements as they were built."
        ) from error
    if fields.get("elements") != elements:
        return Edits()
    return Edits(tuple(edits), tuple(touched))
