"""Secondary Capture: the film as a picture with what was drawn over it, which every archive shows.

It is RGB: no viewer stretches its grey anew, and the colours of the heat keep their scale.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from highdicom import UID
from highdicom.sc import SCImage
from highdicom.sr.coding import CodedConcept
from jaxtyping import UInt8
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from diffmine.data.readers.dicom.source_image import SourceImage
from diffmine.export.dicom import texts
from diffmine.export.dicom.drawing import drawn
from diffmine.export.dicom.films import Shown
from diffmine.export.dicom.heat import Heat
from diffmine.export.dicom.maker import MAKER, Maker
from diffmine.export.dicom.places import Grid
from diffmine.export.dicom.reference import decimals, finished, new_uid, reference, short
from diffmine.version import __version__
from diffmine.words import records as words

_NUMBER = 9001
"""Of the series; those of the devices begin at 1."""


def captures(one: Shown, heats: Sequence[Heat], maker: Maker) -> dict[str, SCImage]:
    """The film with its boxes, then once with each map too, by name."""
    film = one.look()
    rows, columns = film.shape[:2]
    grid = Grid.of(one.entries[0].record, columns, rows)
    boxes = [grid.box(entry.patch) for entry in one.entries]
    notice = texts.MADE.format(version=__version__)
    told = [notice, texts.BOXES.format(model=maker.model), *_scores(one)]
    pictures = {"boxes": (drawn(film, boxes, told), texts.WITH_BOXES)}
    for place, heat in enumerate(heats, 1):
        told = [notice, texts.HEAT.format(label=heat.named, model=maker.model), *_scores(one)]
        picture = drawn(film, boxes, told, grid.grown(heat.mean), heat.full)
        pictures[f"heat-{place}"] = (picture, texts.WITH_HEAT.format(label=heat.named))
    series = new_uid()
    return {
        name: _written(picture, what, one.film, maker, (series, place), (rows, columns))
        for place, (name, (picture, what)) in enumerate(pictures.items(), 1)
    }


def _scores(one: Shown) -> list[str]:
    """A line for each label: how typical each of its boxes is, by the numbers of the boxes."""
    rows: dict[str, list[str]] = {}
    for number, entry in enumerate(one.entries, 1):
        score = words.score(entry.patch.typicality, entry.patch.se)
        text = texts.OF_BOX.format(number=number, kind=words.KINDS[entry.patch.kind], score=score)
        rows.setdefault(entry.patch.label, []).append(text)
    return [texts.OF_LABEL.format(label=own, scores=", ".join(row)) for own, row in rows.items()]


def _written(
    picture: UInt8[np.ndarray, "H W 3"],
    what: str,
    film: SourceImage,
    maker: Maker,
    place: tuple[UID, int],
    shape: tuple[int, int],
) -> SCImage:
    """The picture as a file. `place`: UID of its series and its number there; `shape`: rows and
    columns that the film fills in it."""
    result = SCImage.from_ref_dataset(
        reference(film),
        picture,
        "RGB",
        8,
        "PATIENT",
        series_instance_uid=place[0],
        series_number=_NUMBER,
        sop_instance_uid=new_uid(),
        instance_number=place[1],
        manufacturer=MAKER,
        manufacturer_model_name=short(maker.model),
        software_versions=__version__,
        series_description=texts.SERIES["capture"],
        patient_orientation=("L", "F"),  # it insists on one; `finished` says what is known
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        specific_character_set="ISO_IR 192",
    )
    if film.side in ("R", "L") or not film.part:  # of a part that may come in pairs it must be said
        result.Laterality = film.side if film.side in ("R", "L") else ""
    if film.burned_in:
        result.BurnedInAnnotation = film.burned_in
    told = texts.CAPTURED.format(
        what=what, version=__version__, model=maker.model, notice=texts.NOTICE
    )
    result.DerivationDescription = result.ImageComments = short(told, 1024)
    result.SourceImageSequence = [_source(film)]
    _spaced(result, film, shape)
    finished(result, film)
    return result


def _source(film: SourceImage) -> Dataset:
    """The film, as what the picture was derived from."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = film.sop_class, film.sop
    purpose = codes.DCM.SourceImageForImageProcessingOperation
    item.PurposeOfReferenceCodeSequence = [CodedConcept.from_code(purpose)]
    return item


def _spaced(result: Dataset, film: SourceImage, shape: tuple[int, int]) -> None:
    """The size of a pixel: that of the stored ones but where these were made square."""
    for name, stored in (
        ("PixelSpacing", film.spacing or film.imager_spacing),
        ("ImagerPixelSpacing", film.imager_spacing),
    ):
        if stored:
            down, across = stored
            spacing = (down * film.rows / shape[0], across * film.columns / shape[1])
            setattr(result, name, decimals(spacing))
