"""What people do to elements: merge two, split one, undo the last edit."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np

from diffmine.atlas.atomic import write_bytes
from diffmine.atlas.edits import FORMAT, NAME, Edit, Edits
from diffmine.atlas.manifest import key_of
from diffmine.atlas.writer import Workspace
from diffmine.errors import UsageError
from diffmine.maths.elements import halves

_LEAST = 4


def merge(atlas: Workspace, label: str, element: int, into: int) -> None:
    """Give all patches of an element to another element of its label. Raises UsageError when either
    does not exist."""
    with atlas.hold(wait=5.0):
        for number in (element, into):
            _needed(atlas, label, number)
        if element == into:
            raise UsageError(f"Element {element} of {label} cannot be merged with itself.")
        _add(atlas, Edit("merge", label, element, into))


def split(atlas: Workspace, label: str, element: int) -> int:
    """Split an element in two by 2-means of its features; the half with the lower median typicality
    becomes a new element, whose number is returned. Raises UsageError when the element has fewer
    than four patches with features, or they are all the same."""
    with atlas.hold(wait=5.0):
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
        names = tuple(sorted(patch.patch_id for patch, goes in zip(own, part, strict=True) if goes))
        _add(atlas, Edit("split", label, element, new, names))
        return new


def undo(atlas: Workspace) -> Edit:
    """Take back the last edit and return it. Raises UsageError when there is none."""
    with atlas.hold(wait=5.0):
        edits = atlas.edits
        if not edits.edits:
            raise UsageError(f"{atlas.path} has no edits to take back.")
        last = edits.edits[-1]
        if last.kind == "split":  # its number may be given again, to other patches
            atlas.manifest.names.pop(f"{last.label}/{last.into}", None)
        _keep(atlas, Edits(edits.edits[:-1], edits.touched))
        return last


def _needed(atlas: Workspace, label: str, element: int) -> None:
    table = atlas.table("elements", ["label", "element"])
    if {"label": label, "element": element} not in table.to_pylist():
        raise UsageError(f"{atlas.path} has no element {element} of {label}.")


def _unused(atlas: Workspace, label: str) -> int:
    rows = atlas.table("elements", ["label", "element"]).to_pylist()
    used = [row["element"] for row in rows if row["label"] == label]
    for edit in atlas.edits.edits:
        used += [edit.element, edit.into] if edit.label == label else []
    return int(max(used)) + 1


def _add(atlas: Workspace, edit: Edit) -> None:
    edits = atlas.edits
    places = {(edit.label, edit.element), (edit.label, edit.into), *edits.touched}
    _keep(atlas, Edits((*edits.edits, edit), tuple(sorted(places))))


def _keep(atlas: Workspace, edits: Edits) -> None:
    written = [
        {key: value for key, value in asdict(edit).items() if key != "patches" or value}
        for edit in edits.edits
    ]
    fields = {"format": FORMAT, "elements": atlas.elements_digest, "edits": written}
    text = json.dumps(fields | {"touched": edits.touched}, indent=1, ensure_ascii=False)
    write_bytes(atlas.path / NAME, text.encode())
    atlas.manifest.keys.pop("edits", None)
    if edits.edits:
        atlas.manifest.keys["edits"] = key_of(written)
    atlas.note(NAME)
