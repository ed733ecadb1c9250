"""Heat maps: clear at zero, even around it."""

import io

import numpy as np
import pytest
from PIL import Image

from diffmine.app.components.heat import heat
from diffmine.maths.heat import ABOVE, BELOW, scale


def test_heat_is_clear_at_zero_and_even_around_it() -> None:
    mean = np.array([[0, 0.5], [1, -1]], np.float32)
    content = heat.picture(mean, (2, 2), 1.0)
    pixels = np.asarray(Image.open(io.BytesIO(content)))
    assert pixels[0, 0, 3] == 0
    assert tuple(pixels[1, 0, :3]) == ABOVE
    assert tuple(pixels[1, 1, :3]) == BELOW
    assert pixels[1, 0, 3] == pixels[1, 1, 3]


@pytest.mark.parametrize("maps", [[], [np.zeros((2, 2))], [np.full((2, 2), np.nan)]])
def test_heat_has_a_scale_even_without_heat(maps: list[np.ndarray]) -> None:
    assert scale(maps) == 1.0


def test_one_hot_spot_among_zeros_is_the_scale() -> None:
    spot = np.zeros((32, 32))
    spot[3, 4] = -0.5
    assert scale([spot]) == 0.5
