"""Grey JPEG 2000 has the numbers of its file, whatever their depth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.data.readers import read_image
from diffmine.data.readers.pillow import film

SIZ = b"\xff\x4f\xff\x51"


def write(path: Path, numbers: np.ndarray, bits: int, signed: bool = False) -> Path:
    """A lossless file of so many bits. Pillow writes 16 alone: numbers are moved to where those of
    the other depth lie about the middle, and the byte of the depth is changed."""
    middle = 0 if signed else 1 << (bits - 1)
    moved = (numbers.astype(np.int32) - middle + (1 << 15)).astype(np.uint16)
    Image.fromarray(moved).save(path, irreversible=False, no_jp2=True)
    written = bytearray(path.read_bytes())
    at = written.index(SIZ) + len(SIZ) + 38
    assert written[at] == 15
    written[at] = bits - 1 | (0x80 if signed else 0)
    path.write_bytes(written)
    return path


def numbers_of(path: Path) -> np.ndarray:
    own = film(path)
    assert own is not None
    return own.words * own.slope + own.intercept


@pytest.mark.parametrize("bits", [9, 12, 15, 16])
def test_numbers_are_those_of_the_file(tmp_path: Path, bits: int) -> None:
    numbers = np.random.default_rng(bits).integers(0, 1 << bits, (48, 64)).astype(np.uint16)
    path = write(tmp_path / "film.j2k", numbers, bits)
    np.testing.assert_array_equal(numbers_of(path), numbers)


@pytest.mark.parametrize("bits", [12, 16])
def test_signed_numbers_are_those_of_the_file(tmp_path: Path, bits: int) -> None:
    numbers = np.random.default_rng(0).integers(-1000, 2000, (48, 64)).astype(np.int32)
    path = write(tmp_path / "film.j2k", numbers, bits, signed=True)
    np.testing.assert_allclose(numbers_of(path), numbers, atol=0.05)  # in steps of 3000 / 65535


def test_it_looks_as_the_same_film_in_tiff(tmp_path: Path) -> None:
    numbers = np.tile(np.linspace(0, 4095, 64).astype(np.uint16), (48, 1))
    Image.fromarray(numbers).save(tmp_path / "film.tif")
    one, other = (
        np.asarray(read_image(path), int)
        for path in (write(tmp_path / "film.j2k", numbers, 12), tmp_path / "film.tif")
    )
    assert abs(one - other).max() <= 1
