"""What is told of a film: UIDs and values of closed lists; who the patient is, whole or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffmine.data.files import digest_of
from diffmine.data.readers.dicom.source_image import SourceImage, read_source_image
from diffmine.errors import ImageError
from tests.unit.data.readers.dicom.files import dataset, save

UIDS = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.4", "SOPInstanceUID": "1.2.3.4.5"}
STORED = np.zeros((20, 30), np.uint16)


def read(folder: Path, *, identity: bool = False, **elements: Any) -> SourceImage:
    path = save(folder / "a", dataset(STORED, **UIDS, **elements), STORED)
    return read_source_image(path, identity=identity)


def test_a_film_is_told_of_by_numbers_and_listed_words(tmp_path: Path) -> None:
    film = read(
        tmp_path,
        PatientOrientation=["L", "F"],
        ImageLaterality="R",
        ViewPosition="PA",
        BodyPartExamined="HAND",
        ImagerPixelSpacing=[0.2, 0.1],
        PatientName="Doe^Jane",
    )
    assert (film.study, film.series, film.sop) == tuple(UIDS.values())
    assert (film.rows, film.columns, film.frames) == (20, 30, 1)
    assert (film.side, film.view, film.part) == ("R", "PA", "HAND")
    assert tuple(film.orientation) == ("L", "F")
    assert (tuple(film.spacing), tuple(film.imager_spacing)) == ((), (0.2, 0.1))
    assert film.digest == digest_of(tmp_path / "a")
    assert film.identity == {}


@pytest.mark.filterwarnings("ignore:Unknown encoding")  # pydicom writes it, and says so
@pytest.mark.parametrize(
    ("letters", "written", "name"),
    [
        ("ISO_IR 192", "Jané^D".encode(), "Jané^D"),
        ("ISO_IR 100", "Jané^D".encode("latin-1"), "Jané^D"),
        ("ISO_IR 126", "Διον^Σ".encode("iso8859-7"), "Διον^Σ"),
        (["", "ISO 2022 IR 87"], b"Yamada=\x1b$B;3ED\x1b(B", "Yamada=山田"),
        (None, "Jané^D".encode(), None),
        ("ISO_IR 192", "Jané^D".encode("latin-1"), None),
        ("ISO_IR 999", "Jané^D".encode("latin-1"), None),
    ],
)
def test_a_name_is_read_in_its_own_letters_or_not_at_all(
    letters: Any, written: bytes, name: str | None, tmp_path: Path
) -> None:
    holder = b"X" * len(written)
    own = dataset(STORED, **UIDS, PatientName=holder.decode(), SpecificCharacterSet="ISO_IR 6")
    own.SpecificCharacterSet = letters
    path = save(tmp_path / "a", own, STORED)
    content = path.read_bytes()
    assert content.count(holder) == 1
    path.write_bytes(content.replace(holder, written))
    if name is not None:
        assert read_source_image(path, identity=True).identity["PatientName"] == name
    else:
        with pytest.raises(ImageError, match="its header is broken") as error:
            read_source_image(path, identity=True)
        assert "Jan" not in str(error.value)


def test_what_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"PNG" * 200)
    with pytest.raises(ImageError, match=r"^a\.txt is no DICOM file\.$"):
        read_source_image(tmp_path / "a.txt")
