"""Shares over time, against a count image by image and year by year."""

import numpy as np
import pytest

from diffmine.maths.spans import Course, course, overlaps

BINS = np.array([[1950, 1954], [1955, 1959], [1960, 1964]])


def by_hand(
    spans: list[tuple[int, int]], shows: list[bool], times: list[int]
) -> tuple[list[float], list[float]]:
    """Weights of all images and of those that show it, a year at a time."""
    weight, shown = [0.0] * len(BINS), [0.0] * len(BINS)
    for (first, last), show, count in zip(spans, shows, times, strict=True):
        years = list(range(first, last + 1))
        for year in years:
            for at, (low, high) in enumerate(BINS.tolist()):
                if low <= year <= high:
                    weight[at] += count / len(years)
                    shown[at] += count * show / len(years)
    return weight, shown


def study(count: int, groups: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    first = chance.integers(1945, 1966, count)
    spans = np.stack([first, first + chance.choice([0, 0, 2, 9], count)], 1)
    group = chance.integers(0, groups, count)
    shows = chance.random(count) < np.where(group % 3 == 0, 0.8, 0.2)
    return spans, group, shows


def test_a_decade_counts_with_a_tenth_in_each_of_its_years() -> None:
    bins = np.array([[year, year] for year in range(1948, 1962)])
    (weight,) = overlaps(np.array([[1950, 1959]]), bins)
    np.testing.assert_allclose(weight, [0, 0, *[0.1] * 10, 0, 0])
    (whole,) = overlaps(np.array([[-9, 0]]), np.array([[-9, 0], [1, 10]]))
    np.testing.assert_allclose(whole, [1, 0])


def test_shares_are_those_counted_by_hand() -> None:
    spans, group, shows = study(80, 20, 0)
    result = course(spans, group, shows, BINS)
    pairs = [(int(first), int(last)) for first, last in spans]
    weight, shown = by_hand(pairs, shows.tolist(), [1] * len(pairs))
    np.testing.assert_allclose(result.weight, weight)
    np.testing.assert_allclose(result.shown, shown)
    np.testing.assert_allclose(result.share, np.divide(shown, weight))


@pytest.mark.parametrize("groups", [12, 400], ids=["groups of several", "nearly all alone"])
def test_bands_are_those_of_resampling_whole_groups(groups: int) -> None:
    spans, group, shows = study(150, groups, 1)
    result = course(spans, group, shows, BINS)
    chance = np.random.default_rng(2)
    names = sorted(set(group.tolist()))
    members = {name: np.flatnonzero(group == name) for name in names}
    pairs = [(int(first), int(last)) for first, last in spans]
    own = [by_hand([pair], [show], [1]) for pair, show in zip(pairs, shows.tolist(), strict=True)]
    weights, hits = (np.array([one[side] for one in own]) for side in (0, 1))
    again = []
    for _ in range(3000):
        drawn = np.concatenate([members[name] for name in chance.choice(names, len(names))])
        again.append(hits[drawn].sum(0) / weights[drawn].sum(0))
    low, high = np.percentile(again, [2.5, 97.5], axis=0)
    np.testing.assert_allclose(result.low, low, atol=0.025)
    np.testing.assert_allclose(result.high, high, atol=0.025)
    assert (result.low < result.share).all()
    assert (result.share < result.high).all()


def test_images_of_one_group_make_the_band_wider() -> None:
    spans = np.repeat([[1952, 1952]], 60, axis=0)
    shows = np.arange(60) % 30 < 10
    alone = course(spans, np.arange(60), shows, BINS)
    together = course(spans, np.arange(60) // 10, shows, BINS)

    def width(result: Course) -> float:
        return float(result.high[0] - result.low[0])

    assert width(together) > 2 * width(alone)


def test_none_of_a_few_is_not_none_for_sure() -> None:
    spans = np.array([[1952, 1952]] * 3 + [[1957, 1957]] * 3)
    shows = np.array([False] * 3 + [True] * 3)
    result = course(spans, np.arange(6), shows, BINS)
    bound = 1 - 0.025 ** (1 / 3)  # three without one exception: Clopper and Pearson
    np.testing.assert_allclose(result.high[:2], [bound, 1])
    np.testing.assert_allclose(result.low[:2], [0, 1 - bound])
    assert np.isnan([result.share[2], result.low[2], result.high[2]]).all()
    as_one = course(spans, np.array([0, 0, 0, 1, 1, 1]), shows, BINS)
    assert as_one.high[0] == pytest.approx(1 - 0.025)


def test_a_bin_with_less_than_half_an_image_has_no_share() -> None:
    spans, shows = np.array([[1950, 1999]]), np.array([True])
    result = course(spans, np.zeros(1, int), shows, BINS)
    np.testing.assert_allclose(result.weight, 0.1)
    assert np.isnan(result.share).all()


def test_the_order_of_images_changes_nothing_and_no_image_is_no_error() -> None:
    spans, group, shows = study(60, 25, 3)
    order = np.random.default_rng(4).permutation(60)
    one, other = (course(spans[at], group[at], shows[at], BINS) for at in (np.arange(60), order))
    np.testing.assert_allclose(one.low, other.low)
    np.testing.assert_allclose(one.high, other.high)
    none = course(spans[:0], group[:0], shows[:0], BINS)
    assert not none.weight.any()
    assert np.isnan(none.share).all()
