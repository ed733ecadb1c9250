"""Segmentations, one of a film: the boxes as masks, and typicality as fractions.

A Parametric Map would say typicality as it is, but needs a frame of reference, which no film has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.sr.codedict import codes

from diffmine.data.readers.dicom.source_image import SourceImage
from diffmine.export.dicom import texts
from diffmine.export.dicom.codes import algorithm, finding
from diffmine.export.dicom.films import Shown
from diffmine.export.dicom.heat import Heat
from diffmine.export.dicom.maker import MAKER, Maker
from diffmine.export.dicom.reference import equipment, finished, new_uid, reference, short
from diffmine.maths.heat import ABOVE
from diffmine.words import records as words

_BOXES, _HEAT = 9002, 9003
"""Numbers of the series."""


def box_segments(one: Shown, maker: Maker) -> Segmentation:
    """A segment for each patch, in their order; segments may overlap."""
    rows, columns = one.film.rows, one.film.columns
    masks = np.stack([box.mask(rows, columns) for box in one.boxes], -1)  # rows columns n
    told = [
        (
            entry.patch.label,
            short(entry.patch.label),
            texts.PLACE.format(
                kind=words.KINDS[entry.patch.kind],
                label=entry.patch.label,
                score=words.score(entry.patch.typicality, entry.patch.se),
                notice=texts.NOTICE,
            ),
        )
        for entry in one.entries
    ]
    return _segmentation(one.film, masks[None], told, "boxes", maker)


def heat_segments(one: Shown, heats: Sequence[Heat], maker: Maker) -> Segmentation:
    """A segment for each map: what is above zero as a part of `full`, which is the highest
    value."""
    grid = one.grid
    parts = [np.clip(grid.grown(heat.mean) / heat.full, 0, 1) for heat in heats]
    told = [
        (
            heat.label,
            short(texts.HEAT_SEGMENT.format(label=heat.named)),
            texts.OF_HEAT.format(label=heat.named, full=heat.full, notice=texts.NOTICE),
        )
        for heat in heats
    ]
    return _segmentation(one.film, np.stack(parts, -1)[None], told, "heat", maker)


def _segmentation(
    film: SourceImage,
    pixels: np.ndarray,
    told: Sequence[tuple[str, str, str]],
    what: str,
    maker: Maker,
) -> Segmentation:
    """`pixels` (1, rows, columns, segments) are masks or fractions; `told` of each segment its
    label, name and description."""
    binary = pixels.dtype == bool
    result = Segmentation(
        [reference(film)],
        pixels.astype(np.uint8) if binary else pixels,
        "BINARY" if binary else "FRACTIONAL",
        [_described(number, label, name, maker) for number, (label, name, _) in enumerate(told, 1)],
        series_instance_uid=new_uid(),
        series_number=_BOXES if binary else _HEAT,
        sop_instance_uid=new_uid(),
        instance_number=1,
        **equipment(maker),
        # A part of the highest typicality is no probability of anything.
        fractional_type="OCCUPANCY",
        omit_empty_frames=False,
        content_label="DIFFMINE",
        content_description=short(texts.SERIES[what]),
        content_creator_name=f"{MAKER}^",
        series_description=texts.SERIES[what],
    )
    for item, (_, _, description) in zip(result.SegmentSequence, told, strict=True):
        item.SegmentDescription = short(description, 1024)
    finished(result, film)
    return result


def _described(number: int, label: str, name: str, maker: Maker) -> SegmentDescription:
    return SegmentDescription(
        number,
        name,
        codes.SCT.SpatialAndRelationalConcept,  # a place, of which nobody says that it is abnormal
        finding(label),
        "AUTOMATIC",
        algorithm(maker),
        tracking_uid=new_uid(),
        tracking_id=f"{MAKER} {number}",
        display_color=CIELabColor.from_rgb(*ABOVE),
    )
