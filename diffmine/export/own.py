"""What was found in a picture that is in no atlas, on its way out.

All labels as CSV and JSON; the window and the map of one label as DICOM that goes back to the
archive of the film. Who the patient is, and what the file was called, is nowhere in it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from jaxtyping import UInt8

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.data.readers.dicom.source_image import SourceImage
from diffmine.data.region import part_of
from diffmine.errors import UsageError
from diffmine.export.chosen import Entry, title
from diffmine.export.columns import plain
from diffmine.export.dicom import texts
from diffmine.export.dicom.heat import Heat
from diffmine.export.dicom.maker import MAKER, Maker
from diffmine.export.order import File
from diffmine.live.records import Inspection
from diffmine.version import __version__
from diffmine.words.records import cell

COLUMNS = (
    *("study_uid", "series_uid", "sop_uid", "columns", "rows", "label"),
    *("picture_typicality", "picture_se", "window_typicality", "window_se"),
    *("col", "row", "width", "height"),
)


@dataclass(frozen=True)
class Inspected:
    """A finished inspection: `mined` (height, width) of the picture as it was scored, `given`
    (width, height) of the upright picture in its file, `source` of a film in DICOM."""

    atlas: Atlas
    inspection: Inspection
    mined: tuple[int, int]
    given: tuple[int, int]
    source: SourceImage | None = None

    @property
    def maker(self) -> Maker:
        """The model that scored it, and how."""
        return Maker.of(self.atlas, title(self.atlas))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in stored pixels, in which boxes are counted."""
        return (self.source.columns, self.source.rows) if self.source else self.given

    def entry(self, label: str) -> Entry:
        """The window of a label as a patch of a film."""
        at = self.inspection.labels.index(label)
        window = self.inspection.windows[at]
        place = (window.row, window.col, window.size)
        patch = Patch("", label, "top", 1, "", *place, window.typicality, window.se)
        high, wide = self.mined
        sides = {"source_width": self.given[0], "source_height": self.given[1]}
        return Entry(patch, {"width": wide, "height": high, **sides})

    def rows(self) -> list[dict[str, Any]]:
        """Of each label the score of the picture, and its most typical window in stored pixels."""
        high, wide = self.mined
        rows = []
        for label, score in zip(self.inspection.labels, self.inspection.scores, strict=True):
            patch = self.entry(label).patch
            window = (patch.col, patch.row, patch.size, patch.size)
            box = part_of(window, (wide, high), self.given, (0, 0, *self.size))
            rows.append(
                {
                    "label": label,
                    "picture_typicality": plain(score.typicality),
                    "picture_se": plain(score.se),
                    "window_typicality": plain(patch.typicality),
                    "window_se": plain(patch.se),
                    **dict(zip(("col", "row", "width", "height"), box, strict=True)),
                }
            )
        return rows

    def about(self) -> Mapping[str, Any]:
        """The film by its UIDs, empty without any, and its size in stored pixels."""
        names = ("study", "series", "sop")
        uids = {f"{name}_uid": getattr(self.source, name, "") for name in names}
        return {**uids, "columns": self.size[0], "rows": self.size[1]}


def as_csv(own: Inspected) -> bytes:
    """A row for each label, in UTF-8 with a byte order mark; no cell is a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in own.rows():
        writer.writerow({name: cell(value) for name, value in {**own.about(), **row}.items()})
    return out.getvalue().encode("utf-8-sig")


def as_json(own: Inspected) -> bytes:
    """The same, with what made it."""
    told = {"generator": MAKER, "version": __version__, **own.maker.parameters}
    content = {**told, **own.about(), "labels": own.rows()}
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode()


def why_none(source: SourceImage | None) -> str:
    """Why no result can go back to a film, in words that go on a sentence; "" where one can."""
    if source is None:
        return texts.NO_FILM
    if find_spec("highdicom") is None:
        return texts.MISSING
    from diffmine.export.dicom.films import unsuitable

    return unsuitable(source)


def results(
    own: Inspected, label: str, look: Callable[[], UInt8[np.ndarray, "rows columns 3"]], map: Heat
) -> Iterator[File]:
    """The results of a label's window and map, as of a film of an atlas (dicom/folder.py); `look`
    gives the film as it is shown. Raises UsageError where none can go back to it."""
    why = why_none(own.source)
    if why or own.source is None:
        raise UsageError(texts.NONE.format(reasons=why))
    from diffmine.export.dicom.films import Shown
    from diffmine.export.dicom.folder import results as folder

    film = Shown(1, own.source, (own.entry(label),), look)
    yield from folder([(film, [map])], [], own.maker)
