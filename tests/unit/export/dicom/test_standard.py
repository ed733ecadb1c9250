"""Results keep to the standard, by dciodvfy of dicom3tools, which knows what each kind holds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.export.dicom.films import described, film, make_atlas
from tests.unit.export.dicom.test_identity import WHO
from tests.unit.export.dicom.test_round_trip import export

pytestmark = pytest.mark.slow
FILMS = {
    "bare": {},
    "chest": {
        "BodyPartExamined": "CHEST",
        "ViewPosition": "PA",
        "PatientOrientation": ["L", "F"],
        "ImagerPixelSpacing": [0.139, 0.139],
        "PixelSpacing": [0.1, 0.1],
        "BurnedInAnnotation": "NO",
    },
    "hand": {"BodyPartExamined": "HAND", "ImageLaterality": "R", "PatientOrientation": ["R", "A"]},
    "old": {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1", "Laterality": "L", "Modality": "CR"},
}


@pytest.mark.parametrize("who", [(), ("--identity",)])
def test_no_error_is_reported(who: tuple[str, ...], tmp_path: Path) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("no dciodvfy")
    stored = film(80, 100)
    films = {
        f"{name}.dcm": (described(stored, at, 12, **WHO, **told), stored)
        for at, (name, told) in enumerate(FILMS.items(), 1)
    }
    for own, _ in films.values():
        own.SpecificCharacterSet = "ISO_IR 192"
    atlas = make_atlas(tmp_path, films).path
    assert export(atlas, tmp_path / "out", "--label", "Pneumothorax", *who) == 0
    paths = sorted((tmp_path / "out").rglob("*.dcm"))
    assert len(paths) == 5 * len(FILMS)
    errors = []
    for path in paths:
        told = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        lines = (told.stdout + told.stderr).splitlines()
        assert any(line.strip() in KINDS for line in lines), lines
        errors += [f"{path.parent.name}/{path.name}: {e}" for e in lines if e.startswith("Error")]
    assert not errors


KINDS = {"SCImage", "Segmentation", "ComprehensiveSR"}
"""What it recognises each of the files as."""
