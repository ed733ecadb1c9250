"""Places of the image as mined among the film's pixels."""

import numpy as np
import pytest

from diffmine.atlas.records import Patch
from diffmine.export.dicom.places import Box, Grid


def patch(row: int, col: int, size: int) -> Patch:
    return Patch("p", "a", "top", 1, "i", row, col, size, 0.1, 0.01)


def test_the_whole_of_what_was_mined_is_the_middle_of_the_film() -> None:
    grid = Grid(32, 32, (250, 200), 250, 200)
    assert grid.box(patch(0, 0, 32)) == Box(25, 0, 200, 200)
    assert grid.box(patch(0, 0, 32)).outline.tolist()[2] == [225.0, 200.0]
    with pytest.raises(ValueError, match="outside"):
        grid.box(patch(8, 24, 32))


def test_a_map_grows_as_the_picture_does() -> None:
    mean = np.arange(16.0).reshape(4, 4)
    grown = Grid(32, 32, (250, 200), 250, 200).grown(mean)
    assert grown.shape == (200, 250)
    assert not grown[:, :25].any()
    assert not grown[:, 225:].any()
    # The centre of latent pixel (1, 2) lies at 75 rows and 125 columns of what was mined.
    assert grown[75, 25 + 125] == pytest.approx(mean[1, 2], abs=0.11)
    assert grown[75, 25 + 100] == pytest.approx((mean[1, 1] + mean[1, 2]) / 2, abs=0.11)
    assert grown[0, 25] == mean[0, 0]
    assert grown[199, 224] == mean[3, 3]
