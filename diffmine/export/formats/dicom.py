"""Chosen patches as DICOM that goes back to an archive: a folder with one folder for each film."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from diffmine.errors import UsageError
from diffmine.export.chosen import title
from diffmine.export.dicom import INDEX, texts
from diffmine.export.dicom.maker import Maker
from diffmine.export.order import File, Format, Order

MOST = 20
"""Films whose results are packed into one file, which is held in memory."""


def files(order: Order) -> Iterator[File]:
    """Of each film a Secondary Capture with boxes and one with each map, segmentations of both, and
    a report; then all boxes as JSON and CSV.

    Raises UsageError where no film is to be had, or the films are too many for one file.
    """
    if find_spec("highdicom") is None:
        raise UsageError(texts.MISSING)
    from diffmine.export.dicom import films as finding  # the packages of the extra, and their time
    from diffmine.export.dicom.folder import results
    from diffmine.export.dicom.heat import Heats

    known = list(finding.films(order))
    shown = [one for one in known if isinstance(one, finding.Shown)]
    left = [one for one in known if isinstance(one, finding.LeftOut)]
    if not shown:
        reasons = "; ".join(dict.fromkeys(out.reason for out in left))
        if texts.NAMELESS in reasons:
            raise UsageError(texts.ALL_NAMELESS)
        raise UsageError(texts.NONE.format(reasons=reasons))
    if order.lists is None and len(shown) > MOST:
        raise UsageError(texts.TOO_MANY.format(count=len(shown), most=MOST))
    maker, heats = Maker.of(order.atlas, title(order.atlas)), Heats(order.atlas)
    of = ((one, heats.of(one.entries[0].patch.image_id, one.labels)) for one in shown)
    yield from results(of, left, maker)


def ours(path: Path) -> bool:
    """Whether a folder is one of these."""
    try:
        index = json.loads((path / INDEX).read_bytes())
        return bool(index["generator"] == "diffmine" and "films" in index)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def told(path: Path) -> str:
    """What stands in such a folder, in a sentence or two."""
    from diffmine.export.dicom.index import summary

    return summary((path / INDEX).read_bytes())


FORMAT = Format(
    "DICOM (zip)",
    "a folder of results that go back to the archive of the films",
    "json",
    files,
    count=20,
    ours=ours,
    told=told,
    films=True,
)
