"""Films: every number of a file, in the windows that it gives, shown first as it is mined."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.sequence import Sequence

from diffmine.data.films import Packed, read_film
from diffmine.data.readers import film as films
from diffmine.data.readers import read_image
from diffmine.data.readers.dicom.grey import window
from diffmine.data.readers.film import NUMBERS, Film, small_enough, unpacked
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import ImageError
from tests.unit.data.readers.dicom.files import dataset, lut, save, write
from tests.unit.data.readers.dicom.test_identity import planted

TWELVE = (np.arange(48 * 64, dtype=np.uint16) % 4096).reshape(48, 64)
SIGNED = (np.arange(48 * 64) - 1500).astype(np.int16).reshape(48, 64)
TABLE = lut([4096, 0, 12], (np.arange(4096) ** 2 // 4096).astype("<u2").tobytes())


def words_of(film: Packed) -> np.ndarray:
    return unpacked(film.numbers, film.facts["height"], film.facts["width"])


def shown(film: Packed, at: int = 0) -> np.ndarray:
    """The greys of a film by one of its windows, as a viewer makes them."""
    facts, chosen = film.facts, film.facts["windows"][at]
    if chosen["kind"] == "table":
        table = zlib.decompress(film.tables[chosen["number"] - 1])
        greys = np.frombuffer(table, np.uint8).astype(np.float64)
    else:
        values = facts["slope"] * np.arange(NUMBERS) + facts["intercept"]
        curve = window(chosen["centre"], chosen["width"], chosen["curve"])
        assert curve is not None
        greys = 255 * np.clip(curve(values), 0, 1)
    greys = np.round(255 - greys if facts["inverse"] else greys)
    if facts["padding"]:
        greys[facts["padding"][0] : facts["padding"][1] + 1] = 0
    return greys[words_of(film)]


@pytest.mark.parametrize(
    ("stored", "more"),
    [
        (TWELVE, {"BitsStored": 12, "HighBit": 11, "WindowCenter": 900, "WindowWidth": 700}),
        (TWELVE, {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": [900, 3],
                  "WindowWidth": [700, 9]}),
        (SIGNED, {"RescaleSlope": 2, "RescaleIntercept": -24, "WindowCenter": 40,
                  "WindowWidth": 400, "Modality": "CT"}),
        (SIGNED, {"PixelPaddingValue": -1500, "WindowCenter": 0, "WindowWidth": 900,
                  "PresentationLUTShape": "INVERSE"}),
        (TWELVE, {"VOILUTFunction": "SIGMOID", "WindowCenter": 900, "WindowWidth": 700}),
        (TWELVE, {"VOILUTSequence": Sequence([TABLE])}),
        (TWELVE, {"ModalityLUTSequence": Sequence([TABLE]), "PixelPaddingValue": 9,
                  "WindowCenter": 900, "WindowWidth": 700}),
        (TWELVE, {"BitsStored": 12, "HighBit": 11}),
        ((TWELVE % 256).astype(np.uint8), {}),
        (TWELVE.astype(np.uint32) * 1000, {"WindowCenter": 900_000, "WindowWidth": 700_000}),
    ],
)  # fmt: skip
def test_a_film_is_first_shown_as_it_is_mined(
    tmp_path: Path, stored: np.ndarray, more: dict[str, Any]
) -> None:
    path = write(tmp_path / "a", stored, **more)
    film, mined = read_film(path), np.asarray(read_image(path))[..., 0]
    # A deeper file is read in even steps, of which one may lie across the edge of a grey.
    assert np.abs(shown(film) - mined).max() <= (1 if stored.dtype.itemsize > 2 else 0)


def test_every_number_comes_as_it_is_stored(tmp_path: Path) -> None:
    film = read_film(write(tmp_path / "a", SIGNED, RescaleSlope=2, RescaleIntercept=-24))
    values = film.facts["slope"] * words_of(film) + film.facts["intercept"]
    assert (values == 2.0 * SIGNED - 24).all()
    assert film.facts["ends"] == [2.0 * SIGNED.min() - 24, 2.0 * SIGNED.max() - 24]
    assert len(film.numbers) < SIGNED.nbytes / 4


def test_all_windows_and_tables_of_a_file_come_in_their_order(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a", TWELVE, WindowCenter=[900, 40], WindowWidth=[700, 400],
        VOILUTSequence=Sequence([TABLE, TABLE]),
    )  # fmt: skip
    kinds = [(each["kind"], each["number"]) for each in read_film(path).facts["windows"]]
    named = [("table", 1), ("table", 2), ("window", 1), ("window", 2)]
    assert kinds == [*named, ("all", 0), ("robust", 0)]


def test_a_film_without_a_window_has_the_range_of_its_data_set(tmp_path: Path) -> None:
    path = write(tmp_path / "a", TWELVE)
    film = read_film(path, Wishes({"DICOM": (100.0, 300.0)}))
    first = film.facts["windows"][0]
    assert (first["kind"], first["centre"], first["width"]) == ("set", 200, 200)


@pytest.mark.parametrize(
    ("more", "at", "sides"),
    [
        ({"ImagerPixelSpacing": [0.2, 0.2]}, "imager", (0.2, 0.2)),
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]}, "imager", (0.2, 0.2)),
        ({"PixelSpacing": [0.18, 0.18], "ImagerPixelSpacing": [0.2, 0.2]}, "calibrated",
         (0.18, 0.18)),
        ({"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"}, "calibrated",
         (0.2, 0.2)),
        ({"PixelSpacing": [0.2, 0.2]}, "unsaid", (0.2, 0.2)),
        ({"PixelSpacing": [0.7, 0.7], "Modality": "CT"}, "patient", (0.7, 0.7)),
        ({"PixelSpacing": [0.4, 0.2], "Modality": "MR"}, "patient", (0.2, 0.2)),
    ],
)  # fmt: skip
def test_where_the_distance_of_pixels_holds_is_said(
    tmp_path: Path, more: dict[str, Any], at: str, sides: tuple[float, float]
) -> None:
    facts = read_film(write(tmp_path / "a", TWELVE, **more)).facts
    assert facts["spacing"] == {"down": sides[0], "across": sides[1], "at": at}


def test_no_distance_is_made_up(tmp_path: Path) -> None:
    assert read_film(write(tmp_path / "a", TWELVE)).facts["spacing"] is None
    odd = write(tmp_path / "b", TWELVE, ImagerPixelSpacing=[0, 0])
    assert read_film(odd).facts["spacing"] is None


def test_pixels_that_are_no_squares_become_some(tmp_path: Path) -> None:
    path = write(tmp_path / "a", TWELVE, PixelSpacing=[0.4, 0.2])
    film = read_film(path)
    assert (film.facts["width"], film.facts["height"]) == read_image(path).size == (64, 96)


def test_view_and_sides_come_by_their_codes_alone(tmp_path: Path) -> None:
    said = {"ViewPosition": "PA", "ImageLaterality": "L", "PatientOrientation": ["R", "F"],
            "FieldOfViewHorizontalFlip": "YES"}  # fmt: skip
    facts = read_film(write(tmp_path / "a", TWELVE, **said)).facts
    known = [facts[name] for name in ("view", "laterality", "orientation", "flipped")]
    assert known == ["PA", "L", ["R", "F"], True]
    wrong = {"ViewPosition": "ZQX", "ImageLaterality": "ZQX", "PatientOrientation": ["DOE", "JANE"]}
    odd = write(tmp_path / "b", TWELVE, **wrong, Laterality="R", ImagerPixelSpacing=[0.0, 0.2])
    facts = read_film(odd).facts
    assert [facts[name] for name in ("view", "orientation", "spacing")] == ["", [], None]
    assert facts["laterality"] == "R", "the one that is known of two"


def test_a_picture_that_its_file_turns_says_so(tmp_path: Path) -> None:
    pixels = np.arange(48 * 64, dtype=np.uint8).reshape(48, 64) % 200
    exif = Image.Exif()
    exif[0x0112] = 2
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    film = read_film(tmp_path / "a.png")
    assert film.facts["upright"] == 2
    assert (words_of(film) == pixels[:, ::-1]).all()
    Image.fromarray(pixels).save(tmp_path / "b.png")
    assert read_film(tmp_path / "b.png").facts["upright"] == 1


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
def test_no_planted_identity_comes_with_a_film(tmp_path: Path) -> None:
    own = dataset(TWELVE)
    names = planted(own)
    film = read_film(save(tmp_path / "a", own, TWELVE))
    told = json.dumps(film.facts).encode() + b"".join(map(zlib.decompress, film.tables))
    assert film.tables
    assert not [name for name in names if name.encode() in told + film.numbers]


def test_a_film_of_nothing_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", np.zeros((8, 8), np.uint16), PixelPaddingValue=0)
    with pytest.raises(ImageError, match=r"^a\.dcm is empty"):
        read_film(path)


@pytest.mark.parametrize(
    ("values", "bits"),
    [
        (np.arange(64 * 48, dtype=np.uint16).reshape(48, 64) * 20, 16),
        (np.linspace(-3, 7, 64 * 48).astype(np.float32).reshape(48, 64), 16),
        ((np.arange(64 * 48) % 256).astype(np.uint8).reshape(48, 64), 8),
    ],
)
def test_grey_pictures_of_other_kinds_have_all_their_numbers(
    tmp_path: Path, values: np.ndarray, bits: int
) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(values).save(path)
    film = read_film(path)
    seen = film.facts["slope"] * words_of(film) + film.facts["intercept"]
    assert np.abs(seen - values).max() <= (film.facts["slope"] if values.dtype.kind == "f" else 0)
    assert film.facts["bits"] == bits
    assert np.abs(shown(film) - np.asarray(read_image(path))[..., 0]).max() <= 1


def test_a_picture_in_colours_comes_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (40, 30), "#204080").save(path)
    film = read_film(path)
    assert film.facts["colours"]
    assert (film.facts["width"], film.facts["height"]) == (40, 30)
    assert film.picture[:3] == b"\xff\xd8\xff"


def test_a_film_too_large_for_a_browser_is_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "MOST_PIXELS", 1000)
    words = np.repeat(np.repeat(np.arange(20, dtype=np.uint16)[None], 20, 0), 2, 0).repeat(2, 1)
    spacing = films.Spacing(0.1, 0.1, "imager")
    small = small_enough(Film(words, 8, [], spacing=spacing))
    assert (small.words == words[::2, ::2]).all()
    assert small.spacing == films.Spacing(0.2, 0.2, "imager")


def test_numbers_are_the_same_when_they_come_back() -> None:
    random = np.random.default_rng(0)
    words = random.integers(0, NUMBERS, (37, 53), np.uint16)
    assert (unpacked(b"".join(films.packed(words)), 37, 53) == words).all()
