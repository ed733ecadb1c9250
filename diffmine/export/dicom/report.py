"""Structured report by the template of measurements (PS3.16 TID 1500): every patch as a closed line
on the film, with its label and score."""

from __future__ import annotations

import math

import numpy as np
from highdicom.sr import (
    AlgorithmIdentification,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    ImageRegion,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    SourceImageForRegion,
    TrackingIdentifier,
)
from pydicom.sr.codedict import codes

from diffmine.export.chosen import Entry
from diffmine.export.columns import plain
from diffmine.export.dicom import texts
from diffmine.export.dicom.codes import ERROR, NO_UNIT, TYPICALITY, finding
from diffmine.export.dicom.films import Shown
from diffmine.export.dicom.maker import MAKER, Maker
from diffmine.export.dicom.places import Box
from diffmine.export.dicom.reference import equipment, finished, new_uid, reference, short
from diffmine.version import __version__

_NUMBER = 9004
"""Of the series."""


def report(one: Shown, maker: Maker) -> ComprehensiveSR:
    """The report of a film."""
    film = reference(one.film)
    image = SourceImageForRegion(one.film.sop_class, one.film.sop)
    device = DeviceObserverIdentifyingAttributes(
        new_uid(), MAKER, manufacturer_name=MAKER, model_name=short(maker.model)
    )
    content = MeasurementReport(
        ObservationContext(observer_device_context=ObserverContext(codes.DCM.Device, device)),
        codes.SCT.ImagingProcedure,
        [
            _measured(number, entry, box, image, maker)
            for number, (entry, box) in enumerate(zip(one.entries, one.boxes, strict=True), 1)
        ],
    )
    result = ComprehensiveSR(
        [film],
        content[0],
        series_instance_uid=new_uid(),
        series_number=_NUMBER,
        sop_instance_uid=new_uid(),
        instance_number=1,
        **equipment(maker),
        series_description=texts.SERIES["report"],
        specific_character_set="ISO_IR 192",
    )
    finished(result, one.film)
    return result


def _measured(
    number: int, entry: Entry, box: Box, image: SourceImageForRegion, maker: Maker
) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    patch = entry.patch
    parameters = [f"{name}: {text}" for name, text in maker.parameters.items()]
    scores = ((TYPICALITY, patch.typicality), (ERROR, patch.se))
    return PlanarROIMeasurementsAndQualitativeEvaluations(
        TrackingIdentifier(new_uid(), f"{MAKER} {number}"),
        ImageRegion("POLYLINE", box.outline.astype(np.float64), image),
        finding_type=finding(patch.label),
        finding_category=codes.SCT.SpatialAndRelationalConcept,
        algorithm_id=AlgorithmIdentification(
            f"{MAKER} typicality",
            __version__,
            parameters,
            family=codes.cid7162.ArtificialIntelligence,
            manufacturer=MAKER,
        ),
        measurements=[
            Measurement(name, plain(float(value)), NO_UNIT)
            for name, value in scores
            if math.isfinite(value)
        ],
    )
