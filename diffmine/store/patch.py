"""A patch: one row of patches.parquet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patch:
    """A square window of an image: `row, col, size` in pixels of the image as mined.

    `rank_low` to `rank_high` are the ranks within two standard errors of its score; `noise` says
    that it cannot be told from zero, or from those a full list left out. Older atlases lack them.
    """

    patch_id: str
    label: str
    kind: str
    rank: int
    image_id: str
    row: int
    col: int
    size: int
    typicality: float
    se: float
    element: int | None = None
    distance: float | None = None
    map_x: float | None = None
    map_y: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    noise: bool | None = None
    own_x: float | None = None
    own_y: float | None = None
