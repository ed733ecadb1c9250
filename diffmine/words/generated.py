"""What is said of images that a model made: an atlas of them is no source on what they show."""

from __future__ import annotations

from collections.abc import Sequence

_MARK = "Generated pictures: "


def limit(by_model: Sequence[str]) -> str:
    """The first limit of an atlas, from what its images say made them (empty: no model did); empty
    where none is generated."""
    count = sum(map(bool, by_model))
    if not count:
        return ""
    whole = "all its images were" if count == len(by_model) else f"{count:,} of its images were"
    return f"{_MARK}{whole} made by a model, and show what it draws of a label, not what there was."


def limits(known: Sequence[str], by_model: Sequence[str]) -> list[str]:
    """The limits of an atlas with the one on generated images first, or without it."""
    others = [text for text in known if not text.startswith(_MARK)]
    return [*filter(None, [limit(by_model)]), *others]
