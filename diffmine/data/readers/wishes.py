"""What is wished of a reader beyond its file: how bright deep pictures are shown, what is read
although a patient's name may stand in it, and how many pixels are needed."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Ranges = Mapping[str, tuple[float, float]]
"""Kind of deep picture: the values shown as black and as white."""


@dataclass(frozen=True)
class Wishes:
    """`ranges` are those of the data set; a kind without one is shown in the picture's own.
    `burned_in`: pictures in which a name may be written are read. `survey`: note how the values
    of a deep picture are spread. `glance`: a reduction of the picture is enough. `side` and `view`:
    it is wanted as mined with that short side, and for a copy of at most that long side, so that
    less of it may be decoded (`diffmine.data.image.enough`); 0: all of it."""

    ranges: Ranges = field(default_factory=dict)
    burned_in: bool = False
    survey: bool = False
    glance: bool = False
    side: int = 0
    view: int = 0

    def told(self) -> dict[str, Any]:
        """As JSON knows it."""
        ranges = {kind: [low, high] for kind, (low, high) in self.ranges.items()}
        flags = {"burned_in": self.burned_in, "survey": self.survey, "glance": self.glance}
        return {"ranges": ranges, **flags, "side": self.side, "view": self.view}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Wishes:
        """Those by which an atlas was collected, from what its manifest says of the data."""
        noted, ranges = data.get("ranges"), {}
        for kind, ends in noted.items() if isinstance(noted, dict) else ():
            if isinstance(ends, list) and len(ends) == 2:
                low, high = ends
                if all(isinstance(end, int | float) and math.isfinite(end) for end in ends):
                    ranges[str(kind)] = (float(low), float(high))
        return cls(ranges, data.get("burned_in") is True)

    @classmethod
    def heard(cls, told: Mapping[str, Any]) -> Wishes:
        """From what `told` gives."""
        ranges = {kind: (float(low), float(high)) for kind, (low, high) in told["ranges"].items()}
        burned_in, survey, glance = (bool(told[n]) for n in ("burned_in", "survey", "glance"))
        side, view = (int(told.get(name, 0)) for name in ("side", "view"))
        return cls(ranges, burned_in, survey, glance, side, view)


_now = [Wishes()]


def wishes() -> Wishes:
    """Those of the picture that is being read. A child reads one at a time."""
    return _now[-1]


@contextmanager
def wishing(own: Wishes) -> Generator[None, None, None]:
    """Read with these wishes inside."""
    _now.append(own)
    try:
        yield
    finally:
        _now.pop()
