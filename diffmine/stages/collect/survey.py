"""The range in which deep pictures of a data set are shown: from a sample of the set, once.

    low, high = the quantiles TAIL and 1 - TAIL of the levels of up to SAMPLE pictures of a kind

It is kept with the atlas, so that pictures that come later change no other.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from diffmine.config import DataConfig
from diffmine.data.mined import read_spreads
from diffmine.data.readers.deep import KINDS, TAIL, may_be_deep
from diffmine.data.readers.wishes import Ranges, Wishes
from diffmine.data.records import Record
from diffmine.stages.collect.held import Held

SAMPLE = 64
"""Pictures that are looked at for the range, chosen by the hash of their names."""


def wishes_of(
    config: DataConfig, held: Held, new: Sequence[Record], waiting: Callable[[], None]
) -> Wishes:
    """How new pictures are read: in the ranges that the atlas has, and for kinds of deep pictures
    that it has none of, in the range asked for or that of the set. `waiting` may raise."""
    wishes = Wishes(burned_in=config.burned_in)
    deep = [record for record in new if may_be_deep(record.path)]
    if not deep:
        return Wishes(held.ranges, config.burned_in)
    ranked = sorted(deep, key=lambda r: hashlib.sha256(r.image_id.encode("utf-8")).digest())
    levels: dict[str, list[np.ndarray]] = {}
    paths = [record.path for record in ranked[:SAMPLE]]
    with closing(read_spreads(paths, wishes, waiting)) as spreads:
        for kind, own in spreads:
            levels.setdefault(kind, []).append(np.asarray(own))
    asked = config.range
    ranges = {kind: asked or _between(np.concatenate(levels[kind])) for kind in sorted(levels)}
    if asked is not None:
        ranges |= dict.fromkeys(KINDS, asked)  # also of kinds that the sample has missed
    return Wishes({**ranges, **held.ranges}, config.burned_in)


def _between(levels: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(levels, (TAIL, 1 - TAIL))
    return (float(low), float(high)) if high > low else (float(levels.min()), float(levels.max()))


def figures_of(ranges: Ranges) -> dict[str, float]:
    """The ranges by name, as a report shows them."""
    ends: dict[str, float] = {}
    for kind, (low, high) in ranges.items():
        ends |= {f"{kind} pictures from": low, f"{kind} pictures to": high}
    return ends


def noted_before(path: Path) -> dict[str, str]:
    """What was said of pictures that were read in part when the images were last collected."""
    try:
        text = path.read_text(encoding="utf-8")
        rows = [row for row in csv.reader(io.StringIO(text)) if len(row) == 2]
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    return dict(rows[1:])
