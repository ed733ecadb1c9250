"""Halves and silhouettes: what is told apart, and what is not."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples

from diffmine.maths.elements import halves, silhouette


def blobs(sizes: list[int], apart: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """Rows around centres `apart` from each other, float32 (n, 5), and the centre of each."""
    chance = np.random.default_rng(3)
    of = np.repeat(np.arange(len(sizes)), sizes)
    return (chance.normal(size=(len(of), 5)) + apart * of[:, None]).astype(np.float32), of


def test_halves_find_two_groups_and_the_same_each_time() -> None:
    matrix, of = blobs([30, 12])
    found = halves(matrix)
    assert (found == (of == of[found][0])).all()
    assert (halves(matrix) == found).all()


@pytest.mark.parametrize("matrix", [np.ones((1, 3), np.float32), np.ones((9, 3), np.float32)])
def test_what_is_all_the_same_has_no_halves(matrix: np.ndarray) -> None:
    assert not halves(matrix).any()


@pytest.mark.parametrize("apart", [0.0, 1.0, 6.0])
def test_silhouette_is_that_of_scikit_learn(apart: float) -> None:
    matrix, of = blobs([20, 15, 25], apart)
    for one in range(3):
        want = float(silhouette_samples(matrix, of)[of == one].mean())
        assert silhouette(matrix, of, one) == pytest.approx(want, abs=1e-3)


def test_silhouette_of_one_alone_is_not_known() -> None:
    matrix, of = blobs([4])
    assert np.isnan(silhouette(matrix, of, 0))
