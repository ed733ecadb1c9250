"""What people do to elements: name one, merge two, split one, gather one, put or discard what was
set aside; and one undo and redo for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from diffmine.atlas.edits import LONGEST_NAME, Edit, Spot
from diffmine.atlas.records import Patch
from diffmine.atlas.writer import Workspace
from diffmine.errors import UsageError
from diffmine.maths.elements import halves

_LEAST = 4
_FEWEST = 2


def rename(atlas: Workspace, label: str, element: int, name: str) -> None:
    """Give an element a name of at most LONGEST_NAME characters; an empty one takes it back. Raises
    UsageError when it does not exist."""
    text = " ".join(name.split())[:LONGEST_NAME]
    with atlas.hold_edits():
        _needed(atlas, label, element)
        if atlas.names.get(f"{label}/{element}", "") != text:
            _add(atlas, _named(atlas, label, element, text))


def place(atlas: Workspace, number: int, label: str, element: int) -> None:
    """Give an element the name that was set aside under a number. Raises UsageError when either
    does not exist."""
    with atlas.hold_edits():
        _needed(atlas, label, element)
        waiting = _waiting(atlas, number)
        if waiting.kind != "name":
            raise UsageError(f"A {waiting.kind} cannot be put on one element; do it again.")
        name = _named(atlas, label, element, waiting.text)
        _add(atlas, replace(name, of=(*name.of, number)))


def discard(atlas: Workspace, number: int) -> None:
    """Discard what was set aside under a number. Raises UsageError when there is no such thing."""
    with atlas.hold_edits():
        waiting = _waiting(atlas, number)
        _add(atlas, Edit("discard", waiting.label, waiting.element, of=(number,)))


def merge(atlas: Workspace, label: str, element: int, into: int) -> None:
    """Give all patches of an element to another element of its label. Raises UsageError when either
    does not exist."""
    with atlas.hold_edits():
        for number in (element, into):
            _needed(atlas, label, number)
        if element == into:
            raise UsageError(f"Element {element} of {label} cannot be merged with itself.")
        about = (_about(atlas, label, element), _about(atlas, label, into))
        _add(atlas, Edit("merge", label, element, into, about=about))


def split(atlas: Workspace, label: str, element: int) -> int:
    """Split an element in two by 2-means of its features; the half with the lower median typicality
    becomes a new element, whose number is returned. Raises UsageError when the element has fewer
    than four patches with features, or they are all the same."""
    with atlas.hold_edits():
        _needed(atlas, label, element)
        every = atlas.element(label, element)
        ids = [patch.patch_id for patch in every]
        some = atlas.parts("features")
        rows = atlas.neighbours.names.rows(ids) if some else np.full(len(ids), -1)
        own = [patch for patch, row in zip(every, rows, strict=True) if row >= 0]
        if len(own) < _LEAST:
            raise UsageError(
                f"Element {element} of {label} has {len(own)} patches with features; it takes "
                f"{_LEAST} to split one."
            )
        part = halves(atlas.neighbours.matrix[rows[rows >= 0]])
        if not part.any():
            raise UsageError(f"The patches of element {element} of {label} are all the same.")
        values = np.array([patch.typicality for patch in own])
        if np.median(values[part]) > np.median(values[~part]):
            part = ~part
        new = _unused(atlas, label)
        moved = [patch for patch, goes in zip(own, part, strict=True) if goes]
        names = tuple(sorted(patch.patch_id for patch in moved))
        about = (_windows(atlas, every), _windows(atlas, moved))
        _add(atlas, Edit("split", label, element, new, names, about=about))
        return new


def gather(atlas: Workspace, label: str, patch_ids: Sequence[str], name: str) -> int:
    """Make an element of some top patches of a label, which leave those they are in; it is called
    `name`, of at most LONGEST_NAME characters. Returns its number. Raises UsageError without a name
    or with fewer than two patches of the label."""
    text = " ".join(name.split())[:LONGEST_NAME]
    if not text:
        raise UsageError("Give the new element a name.")
    with atlas.hold_edits():
        known = atlas.named(list(dict.fromkeys(patch_ids)))
        own = [patch for patch in known if patch.label == label and patch.kind == "top"]
        if len(own) < _FEWEST:
            raise UsageError(
                f"{len(own)} of these patches are among the top ones of {label}; it takes "
                f"{_FEWEST} to make an element."
            )
        out = tuple(sorted({patch.element for patch in own if patch.element is not None}))
        names = tuple(sorted(patch.patch_id for patch in own))
        new, about = _unused(atlas, label), (_windows(atlas, own),)
        _add(atlas, Edit("gather", label, new, patches=names, text=text, about=about, out=out))
        return new


def undo(atlas: Workspace) -> Edit:
    """Take back the last edit in force and return it. Raises UsageError when there is none."""
    with atlas.hold_edits():
        edits = atlas.edits
        if not edits.in_force:
            raise UsageError(f"{atlas.path} has no edits to take back.")
        last = edits.in_force[-1]
        left = tuple(edit for edit in edits.every if edit.number != last.number)
        atlas.keep_edits(replace(edits, every=left, undone=(*edits.undone, last)))
        return last


def redo(atlas: Workspace) -> Edit:
    """Do again what was taken back last, and return it. Raises UsageError when there is nothing, as
    after another edit."""
    with atlas.hold_edits():
        edits = atlas.edits
        if not edits.undone:
            raise UsageError(f"{atlas.path} has no edits to do again.")
        last = edits.undone[-1]
        every = (*edits.every, last)
        atlas.keep_edits(replace(edits, every=every, undone=edits.undone[:-1]))
        return last


def _windows(atlas: Workspace, patches: list[Patch]) -> tuple[Spot, ...]:
    hashes = atlas.picture_hashes()
    return tuple(
        sorted((p.image_id, p.row, p.col, p.size, hashes.get(p.image_id)) for p in patches)
    )


def _about(atlas: Workspace, label: str, element: int) -> tuple[Spot, ...]:
    return _windows(atlas, atlas.element(label, element))


def _named(atlas: Workspace, label: str, element: int, text: str) -> Edit:
    before = atlas.edits.named((label, element))
    about = (_about(atlas, label, element),)
    return Edit("name", label, element, text=text, of=before, about=about)


def _waiting(atlas: Workspace, number: int) -> Edit:
    waiting = next((edit for edit in atlas.edits.waiting if edit.number == number), None)
    if waiting is None:
        raise UsageError(f"Nothing waits in {atlas.path} under the number {number}.")
    return waiting


def _needed(atlas: Workspace, label: str, element: int) -> None:
    table = atlas.table("elements", ["label", "element"])
    if {"label": label, "element": element} not in table.to_pylist():
        raise UsageError(f"{atlas.path} has no element {element} of {label}.")


def _unused(atlas: Workspace, label: str) -> int:
    rows = atlas.table("elements", ["label", "element"]).to_pylist()
    used = [-1, *(row["element"] for row in rows if row["label"] == label)]
    used += [number for of, number in atlas.edits.touched if of == label]
    return int(max(used)) + 1


def _add(atlas: Workspace, edit: Edit) -> None:
    atlas.keep_edits(atlas.edits.with_edit(edit, atlas.elements_digest))
