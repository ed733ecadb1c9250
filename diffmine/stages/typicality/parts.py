"""Which images stand in which part of the sums and maps, and whether what is there is of them.

A part says the digest of each image's source. When images change, are removed or get other labels,
their rows go and the others stay; new images get parts of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from diffmine.atlas.several import Sourced
from diffmine.atlas.writer import Workspace
from diffmine.stages.typicality.tables import Named, maps_name, sums_name

_NAMES = (maps_name, sums_name)


def parts_of(
    atlas: Workspace, images: Mapping[str, Sourced], shard: int, own: bool
) -> dict[int, Named]:
    """The images of each part by its number. Parts that are there keep theirs, less what is no
    longer right; the other images are cut, in their order, into parts of `shard`.

    `own`: an image's maps are under its own labels, so that other labels make other maps.
    """
    parts: dict[int, list[str]] = {}
    for number in _numbers(atlas):
        for name in (name_of(number) for name_of in _NAMES):
            if not atlas.finished(name):
                continue
            table, names = _still_right(atlas.read_part(name), images, own)
            if not names:
                atlas.remove(name)
                continue
            if table is not None:
                atlas.put(name, table)
            parts.setdefault(number, names)
    placed = {name for names in parts.values() for name in names}
    rest = [name for name in images if name not in placed]
    free = (number for number in range(len(images) + len(parts)) if number not in parts)
    cuts = range(0, len(rest), shard)
    parts |= {number: rest[k : k + shard] for k, number in zip(cuts, free, strict=False)}
    return {
        number: tuple((name, images[name].labels) for name in names)
        for number, names in sorted(parts.items())
    }


def _numbers(atlas: Workspace) -> list[int]:
    paths = [*atlas.parts("sums"), *atlas.parts("maps")]
    return sorted({int(path.stem.removeprefix("part-")) for path in paths})


def _still_right(
    table: pa.Table, images: Mapping[str, Sourced], own: bool
) -> tuple[pa.Table | None, list[str]]:
    """A part without the rows of images that have changed (None where none has), and the names of
    its images in their order."""
    known = table.column_names
    digests = table["image_digest"].to_pylist() if "image_digest" in known else [None] * len(table)
    names = table["image_id"].to_pylist()
    under: dict[str, set[str]] = {}
    for name, label in zip(names, table["label"].to_pylist(), strict=True):
        under.setdefault(name, set()).add(label)
    right = {
        name
        for name, digest in dict(zip(names, digests, strict=True)).items()
        if name in images
        and images[name].digest == digest
        and (not own or under[name] == set(images[name].labels))
    }
    order = [name for name in under if name in right]
    if len(order) == len(under):
        return None, order
    return table.filter(pa.array([name in right for name in names], pa.bool_())), order
