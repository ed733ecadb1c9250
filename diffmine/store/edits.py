"""Merges and splits of elements that people made, kept beside what the build found, so that each
can be taken back (docs/atlas-format.md).

An edit moves patches of an element to another: a merge all of them, a split those it names.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from diffmine.elements import halves
from diffmine.errors import AtlasError, UsageError
from diffmine.store.atomic import write_bytes
from diffmine.store.manifest import key_of

if TYPE_CHECKING:
    from diffmine.store.atlas import Atlas

NAME = "edits.json"
FORMAT = 1
_LEAST = 4
Place = tuple[str, int]


@dataclass(frozen=True)
class Edit:
    """`merge`: all patches of `element` go to `into`, and it ends. `split`: its `patches` named go
    to `into`, which is new."""

    kind: str
    label: str
    element: int
    into: int
    patches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = bool(self.patches) and all(isinstance(each, str) for each in self.patches)
        numbers = all(type(each) is int and each >= 0 for each in (self.element, self.into))
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


# What people do


def merge(atlas: Atlas, label: str, element: int, into: int) -> None:
    """Give all patches of an element to another one of its label. Raises UsageError when one of
    them is not there."""
    with atlas.hold(wait=5.0):
        for each in (element, into):
            _needed(atlas, label, each)
        if element == into:
            raise UsageError(f"Element {element} of {label} cannot be merged with itself.")
        _add(atlas, Edit("merge", label, element, into))


def split(atlas: Atlas, label: str, element: int) -> int:
    """Part an element in two by 2-means of its features; the half of the lower median typicality
    becomes a new element, whose number is given back. Raises UsageError when it has fewer than
    four patches with features, or they are all the same."""
    with atlas.hold(wait=5.0):
        _needed(atlas, label, element)
        every = atlas.element(label, element)
        ids = [each.patch_id for each in every]
        some = atlas.parts("features")
        rows = atlas.neighbours.names.rows(ids) if some else np.full(len(ids), -1)
        own = [each for each, row in zip(every, rows, strict=True) if row >= 0]
        if len(own) < _LEAST:
            raise UsageError(
                f"Element {element} of {label} has {len(own)} patches with features; it takes "
                f"{_LEAST} to split one."
            )
        part = halves(atlas.neighbours.matrix[rows[rows >= 0]])
        if not part.any():
            raise UsageError(f"The patches of element {element} of {label} are all the same.")
        values = np.array([each.typicality for each in own])
        if np.median(values[part]) > np.median(values[~part]):
            part = ~part
        new = _unused(atlas, label)
        names = tuple(sorted(each.patch_id for each, goes in zip(own, part, strict=True) if goes))
        _add(atlas, Edit("split", label, element, new, names))
        return new


def undo(atlas: Atlas) -> Edit:
    """Take the last edit back and say which it was. Raises UsageError when there is none."""
    with atlas.hold(wait=5.0):
        found = read_edits(atlas)
        if not found.edits:
            raise UsageError(f"{atlas.path} has no edits to take back.")
        last = found.edits[-1]
        if last.kind == "split":  # its number may be given again, to other patches
            atlas.manifest.names.pop(f"{last.label}/{last.into}", None)
        _keep(atlas, Edits(found.edits[:-1], found.touched))
        return last


def _needed(atlas: Atlas, label: str, element: int) -> None:
    table = atlas.table("elements", ["label", "element"])
    if {"label": label, "element": element} not in table.to_pylist():
        raise UsageError(f"{atlas.path} has no element {element} of {label}.")


def _unused(atlas: Atlas, label: str) -> int:
    rows = atlas.table("elements", ["label", "element"]).to_pylist()
    used = [row["element"] for row in rows if row["label"] == label]
    for edit in read_edits(atlas).edits:
        used += [edit.element, edit.into] if edit.label == label else []
    return int(max(used)) + 1


def _add(atlas: Atlas, edit: Edit) -> None:
    found = read_edits(atlas)
    places = {(edit.label, edit.element), (edit.label, edit.into), *found.touched}
    _keep(atlas, Edits((*found.edits, edit), tuple(sorted(places))))


# The file


def read_edits(atlas: Atlas) -> Edits:
    """The edits of an atlas; none when they were made for other elements than are there now.
    Raises AtlasError when the file cannot be read."""
    path = atlas.path / NAME
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
    if fields.get("elements") != _elements_digest(atlas):
        return Edits()
    return Edits(tuple(edits), tuple(touched))


def _keep(atlas: Atlas, edits: Edits) -> None:
    written = [
        {key: value for key, value in asdict(edit).items() if key != "patches" or value}
        for edit in edits.edits
    ]
    fields = {"format": FORMAT, "elements": _elements_digest(atlas), "edits": written}
    text = json.dumps(fields | {"touched": edits.touched}, indent=1, ensure_ascii=False)
    write_bytes(atlas.path / NAME, text.encode())
    atlas.manifest.keys.pop("edits", None)
    if edits.edits:
        atlas.manifest.keys["edits"] = key_of(written)
    atlas.note(NAME)


def _elements_digest(atlas: Atlas) -> str:
    return atlas.manifest.artefacts.get("elements.parquet", "")
