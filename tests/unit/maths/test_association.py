"""What tells labels: against brute force, planted, and in data sets where nothing does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from diffmine.maths.association import (
    LEVEL,
    LEVELS,
    Labels,
    association,
    bins_of,
    chi_square,
    holm,
    independent,
    levels_of,
    told,
)


def single(labels: np.ndarray) -> Labels:
    return Labels(np.arange(len(labels)), labels, len(labels), int(labels.max()) + 1)


def told_one_by_one(labels: np.ndarray, levels: np.ndarray) -> float:
    """Each picture judged by all others, labels weighing the same."""
    present = np.unique(labels)
    right = []
    for own in present:
        hits = []
        for k in np.flatnonzero(labels == own):
            others = np.arange(len(labels)) != k
            shares = {}
            for label in present:
                mine = others & (labels == label)
                shares[label] = (levels[mine] == levels[k]).mean() if mine.any() else 0.0
            best = max(shares.values())
            tops = [label for label, share in shares.items() if abs(share - best) < 1e-12]
            hits.append(1 / len(tops) if own in tops and shares[own] > 0 else 0.0)
        right.append(np.mean(hits))
    return float(np.mean(right))


def test_what_a_level_tells_is_what_judging_one_by_one_says() -> None:
    chance = np.random.default_rng(0)
    for _ in range(60):
        count, kinds = int(chance.integers(6, 25)), int(chance.integers(2, 5))
        labels, levels = chance.integers(0, kinds, count), chance.integers(0, 3, count)
        if len(np.unique(labels)) < 2:
            continue
        table = single(labels).table(levels, 3)
        accuracy, _, guess = told(table)
        assert accuracy == pytest.approx(told_one_by_one(labels, levels))
        assert guess == pytest.approx(1 / len(np.unique(labels)))


def test_the_statistic_is_pearsons() -> None:
    table = np.array([[5, 9, 2], [8, 1, 4]])
    expected = chi2_contingency(table, correction=False).statistic
    assert chi_square(table, table.sum(axis=0)) == pytest.approx(expected)


def test_p_of_a_small_table_is_that_of_all_deals() -> None:
    """3 of 3 and 0 of 3: of the 20 ways to deal two of each kind apart, 2 are as far apart."""
    labels = single(np.array([0, 0, 0, 1, 1, 1]))
    result = association(labels, ["x", "x", "x", "y", "y", "y"], np.random.default_rng(0))
    assert result is not None
    assert result.p == pytest.approx(2 / 20, abs=0.05)


def test_a_planted_confound_is_told_with_its_counts() -> None:
    """7 of 8 of one label are grey, 1 of 56 others are."""
    labels = np.repeat(np.arange(8), 8)
    grey = ["grey"] * 7 + ["RGB"] + ["grey"] + ["RGB"] * 55
    result = association(single(labels), grey, np.random.default_rng(0))
    assert result is not None
    assert (result.label, result.split.level) == (0, "grey")
    assert (result.inside, result.n, result.outside, result.m) == (7, 8, 1, 56)
    assert result.p <= 0.005
    assert result.low < result.accuracy < result.high
    assert result.chance == pytest.approx(1 / 8)


def test_a_number_divides_where_it_tells_most() -> None:
    chance = np.random.default_rng(1)
    labels = np.repeat([0, 1], 60)
    sides = np.concatenate([chance.normal(500, 20, 60), chance.normal(900, 20, 60)])
    result = association(single(labels), sides, chance)
    assert result is not None
    assert result.accuracy > 0.95
    assert result.split.least is not None
    assert 450 < result.split.least < 1000
    assert (result.inside, result.outside) == (60, 0)
    missing = np.where(labels == 0, np.nan, 7.0)  # a number that one label alone has
    told_by_absence = association(single(labels), missing, chance)
    assert told_by_absence is not None
    assert (told_by_absence.label, told_by_absence.inside, told_by_absence.outside) == (1, 60, 0)


def test_pictures_of_several_labels_count_for_each() -> None:
    picture = np.array([0, 0, 1, 2, 3, 4, 5, 6, 7])
    label = np.array([0, 1, 0, 0, 0, 1, 1, 1, 1])
    labels = Labels(picture, label, 8, 2)
    assert not labels.single
    views = ["AP", "AP", "AP", "AP", "PA", "PA", "PA", "PA"]
    result = association(labels, views, np.random.default_rng(0))
    assert result is not None
    assert (result.label, result.split.level) == (0, "AP")
    assert (result.inside, result.n, result.outside, result.m) == (4, 4, 0, 4)
    assert result.chance == 0.5
    assert result.accuracy == 1.0


def test_what_is_alike_everywhere_or_of_few_is_not_tested() -> None:
    labels = single(np.arange(10) % 2)
    chance = np.random.default_rng(0)
    assert association(labels, ["x"] * 10, chance) is None
    assert association(labels, np.full(10, 3.0), chance) is None
    assert association(labels, np.full(10, np.nan), chance) is None
    assert association(labels, [f"{k}" for k in range(10)], chance) is None  # names, not levels
    assert association(single(np.array([0, 1, 0, 1])), ["x", "y", "x", "y"], chance) is None
    assert association(Labels(np.arange(8), np.zeros(8, int), 8, 3), ["x", "y"] * 4, chance) is None


def test_levels_are_few_and_bins_even() -> None:
    values = ["often"] * 9 + ["twice"] * 2 + ["once"]
    codes, names = levels_of(values)
    assert names == ["often", "twice"]
    assert codes.tolist() == [0] * 9 + [1] * 2 + [2]
    many = [f"{k % 30:02d}" for k in range(90)]
    assert len(levels_of(many)[1]) == LEVELS
    codes, cuts = bins_of(np.arange(80.0))
    assert np.bincount(codes).tolist() == [10] * 8
    assert cuts == [10, 20, 30, 40, 50, 60, 70] or np.allclose(np.diff(cuts), 10)
    assert bins_of(np.array([5.0, 5.0, 5.0, np.nan]))[1] == []


def test_holms_p_values() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_one_picture_of_a_group_is_independent() -> None:
    rows = independent(["a", "", "a", "b", "b", ""], lambda row: -row)
    assert rows.tolist() == [1, 2, 4, 5]


def test_groups_are_no_evidence_of_their_own() -> None:
    """Two patients of forty films each: two pictures are tested, which is too few."""
    labels = single(np.repeat([0, 1], 40))
    views = ["AP"] * 40 + ["PA"] * 40
    rows = independent(["p"] * 40 + ["q"] * 40, lambda row: row)
    assert association(labels, views, np.random.default_rng(0), rows) is None


def named_in_fair_data(seed: int) -> bool:
    """Whether anything is named in a data set in which nothing goes with the labels."""
    chance = np.random.default_rng(seed)
    count, kinds = int(chance.choice([30, 80, 200])), int(chance.choice([2, 4, 9]))
    labels = single(np.concatenate([np.arange(kinds), chance.integers(0, kinds, count - kinds)]))
    things = [
        chance.choice(["grey", "RGB"], count, p=[0.9, 0.1]).tolist(),
        chance.choice([*"abcdefghijklmnop"], count).tolist(),
        chance.normal(size=count),
        chance.integers(90, 94, count).astype(float),
        np.where(chance.random(count) < 0.8, chance.normal(size=count), np.nan),
    ]
    results = [association(labels, thing, chance) for thing in things]
    ps = holm([result.p for result in results if result is not None])
    return min(ps) <= LEVEL


def test_hardly_anything_is_named_where_nothing_goes_with_the_labels() -> None:
    """5 % at most are expected; more than 5 of 40 would come of that once in seventy times."""
    assert sum(named_in_fair_data(seed) for seed in range(40)) <= 5


@pytest.mark.slow
def test_the_rate_of_false_alarms() -> None:
    rate = np.mean([named_in_fair_data(seed) for seed in range(2000)])
    assert rate <= 0.06  # 5 % and two standard errors
