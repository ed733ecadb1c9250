"""What goes back, read with pydicom and highdicom: the film's pixels, boxes to a pixel, codes."""

from __future__ import annotations

import json
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread

from diffmine.cli import main
from tests.unit.export.dicom.films import (
    ERROR,
    LANDSCAPE,
    PORTRAIT,
    SCORE,
    described,
    film,
    make_atlas,
)

BOXES = {  # (left, top, width, height): sides of 32 pixels as mined are 150 of the film
    PORTRAIT: [(56, 66, 75, 75), (0, 28, 38, 38)],
    LANDSCAPE: [(84, 38, 75, 75), (28, 0, 38, 38)],
}
DX = "1.2.840.10008.5.1.4.1.1.1.1"
KINDS = [
    (kind, bits, shape)
    for kind in ("MONOCHROME1", "MONOCHROME2")
    for bits in (12, 16)
    for shape in (PORTRAIT, LANDSCAPE)
]


def export(atlas: Path, out: Path, *more: str) -> int:
    """The status of `diffmine export`."""
    with pytest.raises(SystemExit) as stop:
        main(["export", str(atlas), "--to", "dicom", "--out", str(out), *more])
    return int(stop.value.code or 0)


def expected(stored: np.ndarray, kind: str, centre: int, width: int) -> np.ndarray:
    """What a viewer shows by a linear window (PS3.3 C.11.2.1.2), 0 to 255."""
    shown = np.clip((stored - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
    return np.round(255 * (1 - shown if kind == "MONOCHROME1" else shown)).astype(np.uint8)


@pytest.mark.parametrize(("kind", "bits", "shape"), KINDS)
def test_pixels_boxes_and_codes_come_back(
    kind: str, bits: int, shape: tuple[int, int], tmp_path: Path
) -> None:
    stored = film(*shape, bits)
    centre, width = 1 << bits - 1, 3 << bits - 2
    window = {"WindowCenter": centre, "WindowWidth": width}
    own = described(stored, 7, bits, PhotometricInterpretation=kind, **window)
    atlas = make_atlas(tmp_path, {"a.dcm": (own, stored)})
    assert export(atlas.path, tmp_path / "out", "--label", "Pneumothorax") == 0
    folder = tmp_path / "out" / "film-001"
    gray = expected(stored, kind, centre, width)
    check_picture(folder / "picture-boxes.dcm", gray, BOXES[shape])
    check_segments(folder / "segments-boxes.dcm", shape)
    check_heat(folder / "segments-heat.dcm", shape)
    check_report(folder / "report.dcm", BOXES[shape])


def check_picture(path: Path, gray: np.ndarray, boxes: list[tuple[int, ...]]) -> None:
    capture = dcmread(path)
    assert capture.PhotometricInterpretation == "RGB"
    assert capture.SourceImageSequence[0].ReferencedSOPInstanceUID.endswith("498.7.1")
    pixels = hd.imread(path).get_frame(1, dtype=np.uint8, apply_icc_profile=False)
    assert (pixels == capture.pixel_array).all()
    rows = gray.shape[0]
    assert pixels.shape[0] > rows, "what is written stands below the film"
    for left, top, wide, high in boxes:
        frame = 3  # at the border it lies inside
        inside = np.s_[
            top + frame * (top == 0) : top + high, left + frame * (left == 0) : left + wide
        ]
        assert (pixels[:rows][inside] == gray[inside][..., None]).all()
        for row, col in ((top + high, left + 10), (top + 10, left + wide)):  # below it, and right
            assert pixels[row, col, 0] > 2 * pixels[row, col, 1], "its red frame begins there"
    assert "not for diagnosis" in capture.SeriesDescription
    assert "not for diagnosis" in capture.DerivationDescription


def check_segments(path: Path, shape: tuple[int, int]) -> None:
    segments = hd.seg.segread(path)
    assert str(segments.SegmentationType) == "BINARY"
    masks = segments.pixel_array
    assert masks.shape == (2, *shape)
    for mask, (left, top, wide, high) in zip(masks, BOXES[shape], strict=True):
        box = np.zeros(shape, bool)
        box[top : top + high, left : left + wide] = True
        assert (mask.astype(bool) == box).all()
    for number in (1, 2):
        segment = segments.get_segment_description(number)
        assert segment.segment_label == "Pneumothorax"
        code = segment.segmented_property_type
        assert (code.value, code.scheme_designator) == ("36118008", "SCT")
        assert "0.0123 ± 0.0021" in segment.SegmentDescription
        assert "not for diagnosis" in segment.SegmentDescription
        algorithm = segment.algorithm_identification[0]
        assert algorithm.AlgorithmVersion == segments.SoftwareVersions == "0.1.0"
    source = segments.ReferencedSeriesSequence[0]
    assert source.SeriesInstanceUID == "1.2.826.0.1.3680043.8.498.7.2"
    instance = source.ReferencedInstanceSequence[0]
    assert instance.ReferencedSOPInstanceUID == "1.2.826.0.1.3680043.8.498.7.1"
    assert instance.ReferencedSOPClassUID == DX


def check_heat(path: Path, shape: tuple[int, int]) -> None:
    """The map is 0 but for one latent pixel at the lower right, the highest of all, and what was
    not mined is 0."""
    segments = hd.seg.segread(path)
    assert str(segments.SegmentationType) == "FRACTIONAL"
    assert segments.MaximumFractionalValue == 255
    heat = segments.pixel_array.reshape(shape)
    rows, columns = shape
    bottom, right = (rows - 33, columns) if rows > columns else (rows, columns - 33)
    assert heat[bottom - 5, right - 5] == 255
    assert not heat[bottom:].any()
    assert not heat[:, right:].any()
    assert not heat[: rows // 2].any()
    quarter = heat[bottom - 19 : bottom, right - 19 : right]  # half a latent pixel: flat
    assert (quarter[1:-1, 1:-1] == 255).all()


def check_report(path: Path, boxes: list[tuple[int, ...]]) -> None:
    report = hd.sr.srread(path)
    assert (report.VerificationFlag, report.CompletionFlag) == ("UNVERIFIED", "PARTIAL")
    assert report.StudyInstanceUID == "1.2.826.0.1.3680043.8.498.7.3"
    groups = report.content.get_planar_roi_measurement_groups()
    assert len(groups) == len(boxes)
    for group, (left, top, wide, high) in zip(groups, boxes, strict=True):
        right, foot = left + wide, top + high
        corners = [(left, top), (right, top), (right, foot), (left, foot), (left, top)]
        assert group.roi.graphic_type == hd.sr.GraphicTypeValues.POLYLINE
        assert (group.roi.value == np.array(corners)).all(), "column first, and closed"
        assert group.finding_type.value == "36118008"
        scores = {one.name.value: one.value for one in group.get_measurements()}
        assert scores == {"typicality": SCORE, "typicality-se": ERROR}
        image = next(item for item in group.roi.ContentSequence if item.ValueType == "IMAGE")
        reference = image.ReferencedSOPSequence[0]
        assert reference.ReferencedSOPInstanceUID == "1.2.826.0.1.3680043.8.498.7.1"
    assert "not for diagnosis" in report.SeriesDescription
    assert b"Generated by an algorithm, not for diagnosis." in path.read_bytes()


def test_pixels_that_are_not_square_are_so_in_the_picture_alone(tmp_path: Path) -> None:
    stored = film(100, 150)
    own = described(stored, 7, 12, ImagerPixelSpacing=[0.3, 0.2])
    atlas = make_atlas(tmp_path, {"a.dcm": (own, stored)})
    assert export(atlas.path, tmp_path / "out", "--label", "Pneumothorax") == 0
    folder = tmp_path / "out" / "film-001"
    capture = dcmread(folder / "picture-boxes.dcm")
    assert capture.Columns == 150
    assert [float(side) for side in capture.PixelSpacing] == [0.2, 0.2]
    segments = dcmread(folder / "segments-boxes.dcm")
    assert (segments.Rows, segments.Columns) == (100, 150)
    box = json.loads((tmp_path / "out" / "index.json").read_bytes())["films"][0]["boxes"][0]
    assert [box[side] for side in ("col", "row", "width", "height")] == [56, 25, 75, 50]


def test_a_label_that_the_standard_does_not_know_has_a_code_of_ours(tmp_path: Path) -> None:
    from diffmine.export.dicom.codes import finding

    assert finding("nodule").value == "27925004"
    own = finding("Effusion\\ left\n" * 9)
    assert own.scheme_designator == "99DIFFMINE"
    assert len(own.meaning) == 64
    assert "\\" not in own.meaning
    assert own.value == finding("Effusion\\ left\n" * 9).value != finding("Effusion").value


def test_heat_is_a_contrast_where_the_atlas_holds_one(tmp_path: Path) -> None:
    stored = film(64, 64)
    films = {"a.dcm": (described(stored, 7, 12), stored)}
    atlas = make_atlas(tmp_path, films, contrast=True)
    assert export(atlas.path, tmp_path / "out", "--label", "Pneumothorax") == 0
    folder = tmp_path / "out" / "film-001"
    segments = hd.seg.segread(folder / "segments-heat.dcm")
    (heat,) = segments.pixel_array.reshape(1, 64, 64)
    assert heat[60, 3] == 255, "at the lower left"
    assert not heat[:, 32:].any()
    segment = segments.get_segment_description(1)
    assert segment.segment_label == "Typicality of Pneumothorax against No Finding"
    assert "from 0 to 0.04, which is the highest value" in segment.SegmentDescription
    capture = dcmread(folder / "picture-heat-1.dcm")
    assert "typicality under Pneumothorax against No Finding" in capture.DerivationDescription
