"""What people did to elements: names, merges and splits, in the order in which they were done, kept
beside what the build found, so that each can be taken back (docs/atlas-format.md).

A name is given to an element. A merge moves all patches of an element to another, a split those
that it lists; what a person gathers leaves the elements it is in for a new one of a name. Each edit
also says what it is about: the windows of its elements' patches when it was made, by which it is
found again among other elements (`diffmine/atlas/following.py`). One that is not found is set aside
until a person puts it somewhere or discards it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from diffmine.atlas.manifest import key_of
from diffmine.errors import AtlasError

NAME = "edits.json"
FORMAT = 2
LONGEST_NAME = 80
MOVES = ("merge", "split", "gather")
"""The kinds of edits that move patches from one element to another."""
Place = tuple[str, int]
Spot = tuple[str, int, int, int, int | None]
"""A window of an image: image_id, row, col, size, and the picture's hash (images.parquet), by which
another picture of that name is known; None where there is none."""
Number = Annotated[int, Field(ge=0, lt=2**31)]


@dataclass(frozen=True)
class Edit:
    """`name`: `element` is called `text` (empty: as built). `merge`: all patches of `element` go to
    `into`, and `element` ends. `split`: those in `patches` go to `into`, which is new. `gather`:
    those in `patches` leave the elements `out` for `element`, which is new and called `text`.
    `discard`: nobody wants the edits `of` any more.

    `number` names the edit; `of` are those whose place it takes. `about` holds the windows of
    `element`, then of a merge those of `into`, of a split those that go; of a gathered one those
    that were gathered. `aside`: it waits for its
    element, and its numbers mean nothing.
    """

    kind: Literal["name", "merge", "split", "gather", "discard"]
    label: str
    element: Number
    into: Number | None = None
    patches: tuple[str, ...] = ()
    text: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    number: Number = 0
    of: tuple[Number, ...] = ()
    about: tuple[tuple[Spot, ...], ...] = ()
    aside: bool = False
    out: tuple[Number, ...] = ()

    def __post_init__(self) -> None:
        moves = self.kind in ("merge", "split")
        needed = {"split": self.patches, "gather": self.patches, "discard": self.of}
        fits = bool(needed.get(self.kind, True)) and self.element not in self.out
        if not fits or (self.into is not None) != moves or self.into == self.element:
            raise ValueError(f"no such edit: {self.kind} of {self.element!r}")

    @property
    def place(self) -> Place:
        """The element that it is about."""
        return self.label, self.element

    @property
    def target(self) -> int:
        """The element that an edit moves patches to."""
        into = self.element if self.kind == "gather" else self.into
        assert into is not None, self.kind
        return into


@dataclass(frozen=True)
class Edits:
    """Every edit in its order; those taken back, the last one last; all elements that any edit has
    changed, also one taken back; the digest of the elements.parquet that the numbers belong to."""

    every: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()
    touched: tuple[Place, ...] = ()
    elements: str = ""

    @cached_property
    def in_force(self) -> list[Edit]:
        """The edits that are not set aside."""
        return [edit for edit in self.every if not edit.aside]

    @cached_property
    def moves(self) -> list[Edit]:
        """The edits in force that move patches."""
        return [edit for edit in self.in_force if edit.kind in MOVES]

    @cached_property
    def settled(self) -> set[int]:
        """The numbers of edits whose place another one took."""
        return {number for edit in self.every for number in edit.of}

    @cached_property
    def waiting(self) -> list[Edit]:
        """The edits that were set aside and that nobody has put anywhere or discarded."""
        aside = [edit for edit in self.every if edit.aside and edit.number not in self.settled]
        return [edit for edit in aside if edit.kind != "name" or edit.text]

    @cached_property
    def along(self) -> list[Edit]:
        """The edits in force that say something: the last name of each element, merges, splits."""
        told = [edit for edit in self.in_force if edit.number not in self.settled]
        return [edit for edit in told if edit.kind in MOVES or edit.text]

    @cached_property
    def names(self) -> dict[str, str]:
        """The names by `LABEL/ELEMENT`, an empty one where it was taken back."""
        told = (edit for edit in self.in_force if edit.kind in ("name", "gather"))
        return {f"{edit.label}/{edit.element}": edit.text for edit in told}

    @cached_property
    def changed(self) -> list[Place]:
        """The elements that the edits in force change by moving patches."""
        return sorted({place for edit in self.moves for place in places(edit)})

    @cached_property
    def key(self) -> str:
        """Digest of the edits in force that move patches; empty when there are none."""
        fields = ("kind", "label", "element", "into", "patches", "out")
        values = [{name: getattr(edit, name) for name in fields} for edit in self.moves]
        told = [{name: value for name, value in row.items() if value != ()} for row in values]
        return key_of(told) if told else ""

    def named(self, place: Place) -> tuple[int, ...]:
        """The number of the edit that gave an element its name; none where none did."""
        told = [edit for edit in self.in_force if edit.kind == "name" and edit.place == place]
        return tuple(edit.number for edit in told[-1:])

    def with_edit(self, edit: Edit, elements: str) -> Edits:
        """With one more edit, made on the elements of that digest; nothing can be done again."""
        number = max((e.number for e in (*self.every, *self.undone)), default=0) + 1
        every = (*self.every, replace(edit, number=number))
        return Edits(every, (), touched([edit], self.touched), elements)


def places(edit: Edit) -> list[Place]:
    """The elements that an edit changes by moving patches."""
    every = (edit.element, edit.into, *edit.out)
    return [(edit.label, one) for one in every if one is not None]


def touched(edits: Iterable[Edit], before: Iterable[Place] = ()) -> tuple[Place, ...]:
    """The elements whose patches some edits move, and those known before."""
    moves = [edit for edit in edits if edit.kind in MOVES and not edit.aside]
    return tuple(sorted({*before, *(place for edit in moves for place in places(edit))}))


def numbered(every: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits with numbers: those of an older atlas have none."""
    edits = list(every)
    highest = max((edit.number for edit in edits), default=0)
    numbers = iter(range(highest + 1, highest + len(edits) + 1))
    return tuple(edit if edit.number else replace(edit, number=next(numbers)) for edit in edits)


@dataclass(frozen=True)
class _File:
    format: Literal[1, 2]
    edits: tuple[Edit, ...]
    touched: tuple[tuple[str, Number], ...]
    elements: str = ""
    undone: tuple[Edit, ...] = ()
    sha256: str = ""


_CHECKED = TypeAdapter(_File)


def read_edits(path: Path) -> Edits:
    """The edits in a file, which may be a stranger's; none when it is not there. Raises AtlasError
    when it cannot be read or is not as it was written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Edits()
    except OSError as error:
        raise AtlasError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        file = _CHECKED.validate_json(content, strict=True)
        if file.format == FORMAT and file.sha256 != _digest(json.loads(content)):
            raise ValueError("its digest is another")
    except (ValueError, RecursionError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise AtlasError(
            f"{path} is broken ({reason}); remove it to have the elements as they were built."
        ) from error
    return Edits(numbered(file.edits), file.undone, file.touched, file.elements)


def text_of(edits: Edits) -> bytes:
    """The content of the file of some edits."""
    fields: dict[str, Any] = {
        "format": FORMAT,
        "elements": edits.elements,
        "edits": [_fields(edit) for edit in edits.every],
        "undone": [_fields(edit) for edit in edits.undone],
        "touched": edits.touched,
    }
    return json.dumps(fields | {"sha256": _digest(fields)}, ensure_ascii=False).encode()


def _fields(edit: Edit) -> dict[str, Any]:
    """The fields of an edit that are not as by default."""
    required = ("kind", "label", "element")
    return {n: value for n, value in asdict(edit).items() if n in required or value != _PLAIN[n]}


_PLAIN = asdict(Edit("name", "", 0))


def _digest(fields: dict[str, Any]) -> str:
    rest = {name: value for name, value in fields.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
