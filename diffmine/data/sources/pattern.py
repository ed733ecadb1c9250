"""Labels that stand in the names of pictures, by a pattern of the user's own or one to propose.

A pattern can take for ever on a name that it nearly fits, and Python's `re` knows no limit of time:
it is tried behind the fence, where a child that takes too long is ended.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffmine.data.fence import fenced_one
from diffmine.data.fence.child import Answer
from diffmine.data.labels import normal
from diffmine.errors import DataError, ImageError

LABEL, GROUP = "label", "group"
OTHER_NAME = "its name does not fit --data.label-pattern"
SECONDS = 10.0
"""For the names of a piece; a pattern that does nothing foolish takes milliseconds."""
_LONGEST_PATTERN, _LONGEST_NAME = 500, 1000
_PIECE = 20_000
_BETWEEN = "-_. "
_MOST, _NEARLY, _OFTEN = 500, 0.9, 2
_YEAR = re.compile(r"1\d{3}|20\d\d")
_WORD = re.compile(r"[^\W\d]{2,}\d*")

Told = tuple[str, str]
"""Label and group of a name; a group is empty where there is none."""


def told_by(pattern: str, names: Sequence[str]) -> list[Told | None]:
    """What a pattern with the group `label`, and perhaps `group`, says of each name (a path within
    the data set, searched from its beginning); None for one that it does not fit.

    Raises DataError for a pattern that cannot be read, has no such group, fits no name, or takes
    too long.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise DataError(f"--data.label-pattern has over {_LONGEST_PATTERN} letters; shorten it.")
    told: list[Told | None] = []
    for first in range(0, len(names), _PIECE):
        told += _piece(pattern, names[first : first + _PIECE])
    if names and not any(told):
        raise DataError(
            f"None of {len(names):,} names of pictures fits --data.label-pattern {pattern!r}; the "
            f"first is {names[0]!r}."
        )
    return told


def _piece(pattern: str, names: Sequence[str]) -> list[Told | None]:
    asked = {"pattern": pattern, "names": list(names)}
    try:
        facts: dict[str, Any] = fenced_one(searched, Path("names"), asked, SECONDS).facts
    except ImageError as error:
        raise DataError(
            f"--data.label-pattern {pattern!r} takes over {SECONDS:.0f} seconds on {len(names):,} "
            "names; write it without a repetition inside another."
        ) from error
    if facts["wrong"]:
        raise DataError(f"--data.label-pattern {pattern!r} cannot be read: {facts['wrong']}.")
    return [(one[0], one[1]) if one else None for one in facts["told"]]


def searched(path: Path, *, pattern: str, names: Sequence[str]) -> Answer:
    """Work of a child: `told`, label and group of each name, and what is `wrong` with a pattern."""
    try:
        known = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return Answer({"wrong": str(error), "told": []})
    if LABEL not in known.groupindex:
        wrong = "it has no group named label, as (?P<label>...)"
        return Answer({"wrong": wrong, "told": []})
    return Answer({"wrong": "", "told": [_told(known, name) for name in names]})


def _told(known: re.Pattern[str], name: str) -> Told | None:
    match = known.search(name) if len(name) <= _LONGEST_NAME else None
    label = normal(match[LABEL] or "") if match else ""
    if match is None or not label:
        return None
    return label, normal(match[GROUP] or "") if GROUP in known.groupindex else ""


# What could be asked for


def proposal(names: Sequence[str]) -> str:
    """What to ask for where the pieces of names are labels: years, else words, of which there are
    several at one place of nearly all names and each stands often; "" where there are none."""
    some = names[:_MOST]
    pieces = [re.split(f"[{re.escape(_BETWEEN)}]", name.rpartition(".")[0]) for name in some]
    best = min((_worth(pieces, at) for at in range(min(map(len, pieces), default=0))), default=None)
    if best is None or best[0] == _NEITHER:
        return ""
    kind, _, at = best
    before = f"(?:[^{_BETWEEN}]*[{_BETWEEN}]){{{at}}}" if at else ""
    label = r"\d{4}" if kind == _YEARS else f"[^{_BETWEEN}]+"
    widths = " --data.label-width 10" if kind == _YEARS else ""
    return (
        f" Or, as {pieces[0][at]!r} of {some[0]!r} may be a label, say so: --data.label-pattern "
        f"'^{before}(?P<label>{label})'{widths}"
    )


_YEARS, _WORDS, _NEITHER = range(3)


def _worth(pieces: Sequence[Sequence[str]], at: int) -> tuple[int, int, int]:
    """What the pieces at a place are, the number of different ones, and the place: the least is the
    likeliest label."""
    own = [piece[at] for piece in pieces]
    counts = Counter(own)
    for kind, form in ((_YEARS, _YEAR), (_WORDS, _WORD)):
        fitting = sum(form.fullmatch(one) is not None for one in own)
        often = kind == _YEARS or len(counts) * _OFTEN <= len(own)
        if fitting >= _NEARLY * len(own) and len(counts) > 1 and often:
            return kind, len(counts), at
    return _NEITHER, 0, at
