"""What translations add and remove, against counting with sets; the interval of known cases."""

import numpy as np
import pytest

from diffmine.stages.parallel.counts import counted, nearest, resampled, shows


def test_a_patch_shows_the_nearest_element_within_its_radius() -> None:
    centres = np.array([[0.0, 0], [10, 0]])
    radii = np.array([1.0, 4.0])
    features = np.array([[0.5, 0], [4, 0], [7, 0], [10, 4.1], [0, 1]])
    assert nearest(features, centres, radii).tolist() == [0, -1, 1, -1, 0]
    assert nearest(features, centres[:0], radii[:0]).tolist() == [-1] * 5
    assert nearest(features[:0], centres, radii).tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_those_of_sets(seed: int) -> None:
    chance = np.random.default_rng(seed)
    images, elements, patches = 12, 4, 40
    of = chance.integers(0, images, patches)
    first, second = (chance.integers(-1, elements, patches) for _ in range(2))
    before, after = shows(of, first, images, elements), shows(of, second, images, elements)
    found = counted(before, after, np.arange(images), 50, 0)
    for e in range(elements):
        had = {int(i) for i, k in zip(of, first, strict=True) if k == e}
        has = {int(i) for i, k in zip(of, second, strict=True) if k == e}
        assert found.before[e] == len(had)
        assert found.after[e] == len(has)
        assert found.added[e] == len(has - had)
        assert found.removed[e] == len(had - has)
        assert found.after[e] - found.before[e] == found.added[e] - found.removed[e]


def test_the_interval_is_that_of_drawing_images_again() -> None:
    gained = np.arange(40) < 12
    none = np.zeros((40, 1), bool)
    found = counted(none, gained[:, None], np.arange(40), 4000, 1)
    chance = np.random.default_rng(9)
    again = [gained[chance.integers(0, 40, 40)].sum() for _ in range(4000)]
    low, high = np.percentile(again, [2.5, 97.5])
    assert found.added_band[:, 0] == pytest.approx([low, high], abs=1.0)
    assert low < 12 < high
    assert found.removed_band[:, 0].tolist() == [0.0, 0.0]


def test_what_all_images_gain_is_certain() -> None:
    found = counted(np.zeros((9, 2), bool), np.ones((9, 2), bool), np.arange(9), 30, 0)
    assert found.added.tolist() == [9, 9]
    assert found.added_band.tolist() == [[9.0, 9.0], [9.0, 9.0]]


def test_groups_are_drawn_whole() -> None:
    groups = np.repeat([7, 3], 5)
    times = resampled(groups, 200, 0)
    assert (times[:, :5] == times[:, :1]).all()
    assert (times[:, :1] + times[:, 5:6] == 2).all()
    gained = np.repeat([True, False], 5)[:, None]
    wide = counted(np.zeros((10, 1), bool), gained, groups, 400, 0).added_band[:, 0]
    assert wide.tolist() == [0.0, 10.0]  # a quarter of the resamples lacks one of two groups


def test_no_images_count_as_nothing() -> None:
    empty = np.zeros((0, 3), bool)
    found = counted(empty, empty, np.zeros(0, int), 20, 0)
    assert found.added.tolist() == [0, 0, 0]
    assert found.added_band.tolist() == [[0.0] * 3, [0.0] * 3]
