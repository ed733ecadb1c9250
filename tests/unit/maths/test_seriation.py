"""Correspondence analysis against what it is defined to keep: chi-squared distances of profiles."""

import numpy as np
import pytest

from diffmine.maths.seriation import correspondence


def test_distances_on_both_axes_are_those_of_the_profiles() -> None:
    """Three labels lie in a plane, so nothing is lost."""
    table = np.random.default_rng(0).uniform(size=(7, 3))
    found = correspondence(table)
    profiles = table / table.sum(axis=0)
    weight = table.sum(axis=1) / table.sum()
    for a, b in ((0, 1), (0, 2), (1, 2)):
        expected = np.sqrt((((profiles[:, a] - profiles[:, b]) ** 2) / weight).sum())
        assert np.linalg.norm(found.at[a] - found.at[b]) == pytest.approx(expected)
    assert found.told.sum() == pytest.approx(1)


def test_a_drift_is_put_in_order() -> None:
    at, labels = np.linspace(-1, 6, 30)[:, None], np.array([3, 0, 5, 1, 4, 2])
    found = correspondence(np.exp(-((at - labels) ** 2)))
    order = np.argsort(found.at[:, 0])
    assert labels[order].tolist() == [5, 4, 3, 2, 1, 0], (
        "the last label, 2, lies above the first, 3"
    )


def test_what_is_not_shown_has_no_place() -> None:
    table = np.array([[0.5, 0.2, 0.0, 0.1], [0.1, np.nan, 0.0, 0.6], [0.0, 0.0, 0.0, 0.0]])
    found = correspondence(table)
    assert found.at.shape == (4, 1)
    assert np.isnan(found.at[2, 0])
    assert np.isfinite(found.at[[0, 1, 3], 0]).all()


@pytest.mark.parametrize("shape", [(0, 4), (3, 1), (1, 5), (0, 0)])
def test_too_little_has_no_axis(shape: tuple[int, int]) -> None:
    found = correspondence(np.ones(shape))
    assert found.at.shape == (shape[1], 0)
    assert not len(found.told)


def test_equal_labels_lie_on_one_spot() -> None:
    assert np.abs(correspondence(np.ones((4, 3))).at).max() < 1e-7
