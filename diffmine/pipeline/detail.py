"""At which size pictures are mined with the embedded base, where no size was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from diffmine.data.glance import Glance, read_glances
from diffmine.data.records import Record
from diffmine.words.training import two_sizes

COARSE, FINE = 64, 128
"""Short sides of the images, in pixels."""
_DETAIL = 160
"""Short side of pictures, in pixels, from which on they show more at 128 pixels than at 64."""
_LOOKED = 12
_BEARABLE = 420.0
"""Seconds of training for which nobody is asked."""


def side_for(
    records: Sequence[Record], seconds: Callable[[int], float | None]
) -> tuple[int, list[str]]:
    """The short side of the images, in pixels, and in words why: 128 where the pictures have detail
    to show and training takes at most 7 minutes on this machine, as `seconds` of a side tells
    (None: it cannot), else 64. A few pictures are looked at, none that is not on this disk."""
    own = _typical_side(records)
    if own < _DETAIL:
        return COARSE, []
    times = {side: seconds(side) for side in (COARSE, FINE)}
    longest = times[FINE]
    side = COARSE if longest is None or longest > _BEARABLE else FINE
    return side, [two_sizes(side, own, times)]


def _typical_side(records: Sequence[Record]) -> int:
    """The median of the short sides of a few pictures, 0 where none can be looked at."""
    local = [record.path for record in records if not record.remote]
    few = local[:: max(1, len(local) // _LOOKED)][:_LOOKED]
    looked = read_glances(few, 1) if few else ()
    glances = [glance for glance in looked if isinstance(glance, Glance)]
    sides = [min(glance.width, glance.height) for glance in glances]
    return int(median(sides)) if sides else 0
