"""Measures of maps against their definitions, scikit-learn and planted boxes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from diffmine.maths.bootstrap import Bootstrap, interval, mean_of
from diffmine.maths.measures import (
    RECALLS,
    THRESHOLDS,
    average_precision,
    mask_of,
    measure,
)
from diffmine.model.score import in_pixels as torch_in_pixels
from diffmine.stages.evaluate.cases import Case
from diffmine.stages.evaluate.priors import BoxPrior, centre_prior, coverage, in_pixels


@settings(deadline=None)  # a busy machine is no fault
@given(seed=st.integers(0, 10_000), levels=st.sampled_from([2, 5, 1000]))
def test_area_is_that_of_scikit_learn(seed: int, levels: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, levels, (7, 9)) / levels - 0.4
    mask = chance.random((7, 9)) < 0.3
    mask[3, 3] = True
    expected = average_precision_score(mask.ravel(), scores.ravel())
    assert average_precision(scores, mask) == pytest.approx(expected)


def test_a_perfect_map_a_flat_one_and_chance() -> None:
    box = np.array([[8.0, 16.0, 16.0, 8.0]])
    mask = mask_of(box, 64, 64)
    assert mask.sum() == 128
    assert mask[8:24, 16:24].all()
    perfect = measure(mask * 1.0, box)
    assert perfect.ap == perfect.pointing == perfect.near == pytest.approx(1)
    assert perfect.iou.max() == 1
    assert (perfect.precision == 1).all()
    flat = measure(np.zeros((64, 64)), box)
    assert flat.ap == flat.pointing == flat.prevalence == pytest.approx(128 / 4096)
    chance = np.random.default_rng(0)
    random = [measure(chance.normal(size=(64, 64)), box).ap for _ in range(50)]
    assert np.mean(random) == pytest.approx(128 / 4096, rel=0.1)


def test_overlap_at_every_threshold() -> None:
    chance = np.random.default_rng(1)
    scores, box = chance.normal(0, 0.1, (16, 24)), np.array([[2.0, 3.0, 6.0, 8.0]])
    mask = mask_of(box, 16, 24)
    found = measure(scores, box).iou
    expected = [(mask & (scores >= t)).sum() / (mask | (scores >= t)).sum() for t in THRESHOLDS]
    assert found == pytest.approx(np.array(expected))


def test_the_curve_is_read_at_the_recalls() -> None:
    chance = np.random.default_rng(2)
    scores, box = chance.normal(size=(12, 12)), np.array([[2.0, 3.0, 5.0, 5.0]])
    mask, found = mask_of(box, 12, 12), measure(scores, box)
    for recall, precision in zip(RECALLS, found.precision, strict=True):
        floor = next(t for t in np.sort(scores.ravel())[::-1]
                     if (mask & (scores >= t)).sum() >= recall * 25 - 1e-9)  # fmt: skip
        assert precision == pytest.approx(mask[scores >= floor].mean(), rel=1e-6)


def test_pointing_near_a_box() -> None:
    scores = np.zeros((224, 224))
    scores[100, 100] = 1
    for gap, near in ((14, 1.0), (16, 0.0)):
        found = measure(scores, np.array([[100.0, 100.5 + gap, 10.0, 10.0]]))
        assert (found.pointing, found.near) == (0.0, near)


def test_a_box_smaller_than_a_pixel_is_that_pixel() -> None:
    mask = mask_of(np.array([[3.6, 4.6, 0.2, 0.2], [0.0, 0.0, 1.0, 2.0]]), 8, 8)
    assert np.argwhere(mask).tolist() == [[0, 0], [0, 1], [3, 4]]
    assert mask_of(np.array([[7.9, 7.9, 0.1, 0.1]]), 8, 8).sum() == 1


def test_maps_grow_as_they_do_everywhere() -> None:
    map = np.random.default_rng(3).normal(size=(6, 8))
    expected = torch_in_pixels(torch.tensor(map), 48, 64).numpy()
    assert in_pixels(map, 48, 64) == pytest.approx(expected, abs=1e-6)


def case(group: int, *boxes: tuple[float, float, float, float]) -> Case:
    return Case(f"{group}", "a", group, 64, 64, np.array(boxes, float))


def test_priors_do_not_see_the_image_nor_its_group() -> None:
    centre = centre_prior(64, 32)
    assert np.unravel_index(centre.argmax(), centre.shape) in [(31, 15), (31, 16)]
    cases = [case(0, (0, 0, 32, 64)), case(0, (0, 0, 32, 64)), case(1, (32, 0, 32, 64)),
             case(2, (32, 0, 32, 32))]  # fmt: skip
    prior = BoxPrior.of(cases)
    first = prior.without(cases[0])
    assert first[:31].max() == 0
    assert first[34:, :31].min() == 1
    assert first[34:, 34:].max() == pytest.approx(0.5)
    assert not BoxPrior.of(cases[:2]).without(cases[0]).any()
    assert coverage(case(0, (0.5, 0, 1, 64)))[:2, 0].tolist() == [0.5, 0.5]


def test_resampling_keeps_groups_together() -> None:
    values, groups = np.array([0.0, 0.0, 1.0, 1.0]), np.array([4, 4, 9, 9])
    means = Bootstrap(groups, 400, 0).means(values, groups)
    assert set(means.tolist()) == {0.0, 0.5, 1.0}
    assert interval(means) == (0.0, 1.0)
    alone = Bootstrap(np.arange(4), 400, 0).means(values, np.arange(4))
    assert len(set(alone.tolist())) == 5


def test_an_interval_is_as_wide_as_the_error() -> None:
    chance = np.random.default_rng(5)
    values, groups = chance.normal(0.4, 0.1, 200), np.arange(200)
    low, high = interval(Bootstrap(groups, 2000, 1).means(values, groups))
    assert high - low == pytest.approx(4 * 0.1 / 200**0.5, rel=0.15)
    other = np.full_like(np.zeros(3), np.nan)
    assert mean_of([np.array([1.0, 2.0, 3.0]), other]).tolist() == [1.0, 2.0, 3.0]
