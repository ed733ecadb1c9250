"""What elements and lists rest on: how many patches and groups, and whether any was left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from diffmine.atlas.reader import Atlas

FEW = 8
"""Fewer patches than this say little of what a label shows."""


@dataclass(frozen=True)
class Support:
    """How many patches an element has, of how many images, and of how many groups (an image
    without one counts as a group)."""

    patches: int
    images: int
    groups: int

    @property
    def thin(self) -> bool:
        """Whether that is too little to speak of an element of the label."""
        return self.patches < FEW or self.groups < 2


class Supports:
    """What the elements of an atlas rest on."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas

    @cached_property
    def _groups(self) -> dict[str, str]:
        table = self._atlas.table("images", ["image_id", "group"])
        pairs = zip(table["image_id"].to_pylist(), table["group"].to_pylist(), strict=True)
        return {name: group for name, group in pairs if group}

    def of(self, label: str) -> dict[int, Support]:
        """By element, what a label's elements rest on, with merges and splits applied."""
        table = self._atlas.rows(label)
        images: dict[int, list[str]] = {}
        pairs = zip(table["element"].to_pylist(), table["image_id"].to_pylist(), strict=True)
        for element, image in pairs:
            if element is not None:
                images.setdefault(element, []).append(image)
        return {element: self._support(names) for element, names in images.items()}

    def _support(self, names: list[str]) -> Support:
        images = set(names)
        groups = {(name in self._groups, self._groups.get(name, name)) for name in images}
        return Support(len(names), len(images), len(groups))


def left_none_out(atlas: Atlas, label: str) -> bool:
    """Whether a label's top patches are all windows that were chosen in its images, so that none
    was better than another; False where the atlas does not say how long its lists may be."""
    config = atlas.manifest.config.get("mine", {})
    most = config.get("per_label")
    if not isinstance(most, int) or config.get("per_group"):
        return False
    return 0 < atlas.count(label) < most
