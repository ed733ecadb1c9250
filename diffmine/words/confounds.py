"""Sentences about confounds: those that an evaluation came upon, and those of a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from diffmine.atlas.records import Confound
from diffmine.maths.association import Association, Split

_ARE = {
    "kind of file": "are {}",
    "mode": "are stored as {}",
    "colour": "are in {}",
    "border": "have a {} border",
    "colour profile": "have the profile {}",
    "camera": "are by the device {}",
    "software": "were written by {}",
    "view position": "are {}",
    "folder": "lie in {}",
    "origin": "come from {}",
    "credit": "are by {}",
    "licence": "are under {}",
    "split": "are in {}",
}
_NONE = {
    "border": "have no border",
    "colour profile": "have no profile",
    "camera": "name no device",
    "software": "name no software",
    "folder": "lie in no folder of their own",
    "origin": "name no origin",
}
_COLOURS = {"grey": "grey", "toned": "one tone", "colour": "colours"}
_NUMBERS = {
    "long side": "have a long side {} {:,.0f} pixels",
    "shape": "are {} {:.2f} times as wide as high",
    "JPEG quality": "have a JPEG quality {} {:.0f}",
}


def confound(row: Mapping[str, Any]) -> str:
    """`23 % of these patches show "marker", which is not of this label (random ones: 1 %)`"""
    share, expected = f"{row['share']:.0%}", f"{row['expected']:.0%}"
    text = f'{share} of these patches show "{row["element"]}", which is not of this label'
    return f"{text} (random ones: {expected})".replace("%", " %")


def torn(groups: int, of: int, splits: Sequence[str], finding: bool) -> str:
    """`3 of 40 patients have films in more than one part of the data set (test, train): what is
    learnt of them in one is no news in the other`"""
    who, what = ("patients", "films") if finding else ("groups", "images")
    text = f"{groups:,} of {of:,} {who} have {what} in more than one part of the data set "
    return text + f"({', '.join(splits)}): what is learnt of them in one is no news in the other"


def known(one: Confound) -> str:
    """What an atlas holds of such a thing, as `going` says it, without a full stop."""
    split = Split(np.zeros(0, bool), one.level, one.least, one.below)
    counts = (one.inside, one.n, one.outside, one.m)
    shares = (one.accuracy, one.low, one.high, one.chance)
    association = Association(one.p, 0, split, *counts, *shares)
    text = going(one.name, one.column, one.label, association, one.single)
    return text.removesuffix(".")


def going(name: str, column: bool, label: str, one: Association, single: bool) -> str:
    """How a thing goes with labels; `single`: every picture has one label alone.

    `mode: 7 of 8 images of 1920s are stored as grey, 1 of 56 others are; the mode alone tells the
    label of 81 % (70 to 92 %; by guessing 12 %).`
    """
    counts = f"{one.inside:,} of {one.n:,} images of {label} {being(name, column, one.split)}, "
    counts += f"of the others {one.outside:,} of {one.m:,}"
    tells = "tells the label of" if single else f"tells those of {label} from the others in"
    share = f"{percent(one.accuracy)} ({percent(one.low)} to {percent(one.high)}"
    return f"{name}: {counts}; it alone {tells} {share}; by guessing {percent(one.chance)})."


def being(name: str, column: bool, split: Split) -> str:
    """What pictures of a split are, as it goes on "7 of 8 images"."""
    if split.least is not None:
        return _number(name, split.least, split.below)
    if column:
        return f"have {name} {split.level}" if split.level else f"have no {name}"
    if not split.level:
        return _NONE.get(name, f"have no {name}")
    return _ARE[name].format(
        _COLOURS.get(split.level, split.level) if name == "colour" else split.level
    )


def _number(name: str, least: float, below: bool) -> str:
    if name == "year of the file":
        return f"were taken or scanned {'before' if below else 'in or after'} {least:.0f}"
    sign = "under" if below else "at least" if name == "shape" else "of at least"
    return _NUMBERS[name].format(sign, least)


def percent(share: float) -> str:
    """`81 %`, and `1.5 %` where that is little."""
    return f"{share:.0%}".replace("%", " %") if share >= 0.1 else f"{share:.1%}".replace("%", " %")
