"""The results of films as a folder: one for each film, then all boxes as JSON and CSV."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from diffmine.export.dicom import INDEX
from diffmine.export.dicom.capture import captures
from diffmine.export.dicom.films import LeftOut, Shown
from diffmine.export.dicom.heat import Heat
from diffmine.export.dicom.index import as_csv, as_json
from diffmine.export.dicom.maker import Maker
from diffmine.export.dicom.report import report
from diffmine.export.dicom.segments import box_segments, heat_segments
from diffmine.export.order import File


def results(
    films: Iterable[tuple[Shown, Sequence[Heat]]], left: Sequence[LeftOut], maker: Maker
) -> Iterator[File]:
    """Of each film, with its maps, a Secondary Capture with boxes and one with each map,
    segmentations of both, and a report; then the lists. Raises DataError where a film cannot be
    read any more."""
    written = []
    for one, maps in films:
        names = []
        for name, content in _results(one, maps, maker):
            names.append(f"film-{one.number:03}/{name}.dcm")
            yield names[-1], content
        written.append((one, names))
    yield "boxes.csv", as_csv(written, left)
    yield INDEX, as_json(written, left, maker)


def _results(one: Shown, maps: Sequence[Heat], maker: Maker) -> Iterator[File]:
    """The results of a film by name."""
    for name, result in captures(one, maps, maker).items():
        yield f"picture-{name}", _bytes(result)
    yield "segments-boxes", _bytes(box_segments(one, maker))
    if maps:
        yield "segments-heat", _bytes(heat_segments(one, maps, maker))
    yield "report", _bytes(report(one, maker))


def _bytes(result: Any) -> bytes:
    out = io.BytesIO()
    result.save_as(out, enforce_file_format=True)
    return out.getvalue()
