"""Overlap and rank correlation: as scipy and plain counting have them."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from diffmine.maths.agreement import by_chance, matched, spearman

RANDOM = np.random.default_rng(1)


def test_resamples_are_correlated_as_if_items_stood_there_so_often() -> None:
    one = RANDOM.normal(size=40).round(1)  # with ties
    other = one + RANDOM.normal(size=40)
    times = RANDOM.multinomial(40, np.full(40, 1 / 40), 25)
    expected = [spearmanr(np.repeat(one, own), np.repeat(other, own)).statistic for own in times]
    assert spearman(one, other, times) == pytest.approx(expected)
    assert spearman(one, other)[0] == pytest.approx(spearmanr(one, other).statistic)


def test_what_is_the_same_for_all_has_no_correlation() -> None:
    assert np.isnan(spearman(np.ones(5), np.arange(5.0))).all()
    assert np.isnan(spearman(np.arange(1.0), np.arange(1.0))).all()


def test_a_window_is_held_by_one_that_shares_more_than_half_in_the_same_image() -> None:
    one = [(0, (0, 0, 8)), (0, (20, 20, 8)), (1, (0, 0, 8)), (2, (4, 4, 8))]
    other = [(0, (1, 1, 8)), (0, (24, 20, 8)), (1, (0, 0, 8)), (3, (4, 4, 8))]
    assert matched(one, other).tolist() == [True, False, True, False]
    assert matched(one, []).tolist() == [False] * 4


def test_chance_is_what_random_lists_hold() -> None:
    pixels = {image: (24, 32) for image in range(6)}
    own = [(image, (4 * k, 6 * k, 8)) for image in (0, 3, 5) for k in (0, 2)]
    expected = by_chance(own, 0.5, pixels, 2, "seed")
    random = np.random.default_rng(3)
    shares = []
    for _ in range(3000):  # one window after the other, wherever it is free
        every = []
        for image in pixels:
            first = random.integers(0, (17, 25))
            second = first
            while (np.abs(second - first) < 8).all():
                second = random.integers(0, (17, 25))
            every += [(image, (int(row), int(col), 8)) for row, col in (first, second)]
        chosen = [every[at] for at in random.permutation(12)[:6]]
        shares.append(matched(own, chosen).mean())
    assert expected == pytest.approx(np.mean(shares), abs=0.012)
    assert 0 < expected < 0.1
