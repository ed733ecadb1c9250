"""What is made of a map before it is judged."""

from __future__ import annotations

import numpy as np
import pytest

from diffmine.maths.measures import average_precision, mask_of
from diffmine.stages.evaluate.maps import MeanMaps, variants
from diffmine.stages.evaluate.priors import centre_prior

PIXELS = (48, 64)


def made(latent: np.ndarray) -> dict[str, np.ndarray]:
    return dict(variants({"typicality": latent}, "a", MeanMaps(), PIXELS, 4))


def test_with_the_centre_is_an_even_sum() -> None:
    found = made(np.random.default_rng(0).normal(3.0, 2.0, (12, 16)))
    window, centre = found["typicality, window"], centre_prior(*PIXELS)
    expected = sum((map - map.mean()) / map.std() for map in (window, centre))
    np.testing.assert_allclose(found["typicality, window and centre"], expected, atol=1e-12)


def test_with_the_centre_a_flat_map_is_the_centre_prior() -> None:
    found = made(np.full((12, 16), 7.0))["typicality, window and centre"]
    assert np.corrcoef(found.ravel(), centre_prior(*PIXELS).ravel())[0, 1] == pytest.approx(1)


def test_a_weak_map_gains_from_the_centre() -> None:
    """Of two equal spots, one in the middle and one in a corner, the box is round the middle."""
    latent = np.zeros((12, 16))
    latent[5:7, 7:9] = latent[0:2, 0:2] = 1.0
    mask = mask_of(np.array([[20.0, 28.0, 8.0, 8.0]]), *PIXELS)
    found = {name: average_precision(map, mask) for name, map in made(latent).items()}
    assert found["typicality, window and centre"] > found["typicality, window"] + 0.2
