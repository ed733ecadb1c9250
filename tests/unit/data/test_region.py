"""Windows of images as mined in the pixels of their sources, against pictures that were scaled."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from diffmine.data.image import as_mined
from diffmine.data.region import part_of

CANVAS = (4000, 3000)


@pytest.mark.parametrize("source", [(640, 480), (600, 450), (333, 250), (100, 75)])
@pytest.mark.parametrize("place", [(16, 0), (0, 16), (32, 32)])
def test_a_window_is_the_part_of_the_canvas_that_it_shows(
    source: tuple[int, int], place: tuple[int, int]
) -> None:
    """A canvas that is white in the part alone is white in the window alone, scaled as collect does
    it."""
    mined = as_mined(Image.new("RGB", source), 48)
    window = (*place, 16, 16)
    left, top, width, height = part_of(window, mined.size, source, (0, 0, *CANVAS))
    canvas = np.zeros((CANVAS[1], CANVAS[0]), np.uint8)
    canvas[top : top + height, left : left + width] = 255
    served = Image.fromarray(canvas).resize(source, Image.Resampling.BOX)
    seen = np.asarray(as_mined(served.convert("RGB"), 48))[..., 0] > 127
    expected = np.zeros(mined.size[::-1], bool)
    expected[place[1] : place[1] + 16, place[0] : place[0] + 16] = True
    assert (seen == expected).all()


def test_edges_are_right_to_a_pixel() -> None:
    # 1000 x 700 becomes 91 x 64, of which 80 columns are kept from the 5th on
    assert part_of((0, 0, 16, 64), (80, 64), (1000, 700), (0, 0, 1000, 700)) == (55, 0, 176, 700)
    # the same picture on the right half of a canvas of 4000 x 1400
    assert part_of((0, 0, 16, 64), (80, 64), (1000, 700), (2000, 0, 2000, 1400)) == (
        *(2110, 0, 352, 1400),
    )


def test_a_part_has_a_pixel_at_least_and_neighbours_share_their_edges() -> None:
    assert part_of((0, 0, 1, 1), (64, 64), (640, 640), (5, 5, 10, 10)) == (5, 5, 1, 1)
    parts = [part_of((x, 0, 16, 16), (64, 64), (999, 999), (0, 0, 999, 999)) for x in (0, 16, 32)]
    assert all(a[0] + a[2] == b[0] for a, b in pairwise(parts))
