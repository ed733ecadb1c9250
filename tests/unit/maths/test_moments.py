"""Means over draws put together and taken apart: as if they had been counted so at once."""

import numpy as np
import torch

from diffmine.maths.moments import Moments, joined, without
from diffmine.model.tally import Tally

VALUES = np.random.default_rng(0).normal(0.3, 2.0, (11, 6, 9))


def tally(values: np.ndarray) -> Tally:
    counted = Tally.empty(1, 6, 9)
    for value in values:
        counted.add(torch.from_numpy(value).float()[None], torch.ones(1))
    return counted


def moments(values: np.ndarray) -> Moments:
    one = tally(values)
    mean, squares, blocks = (
        part[0].double().numpy() for part in (one.mean, one.squares, one.blocks)
    )
    return Moments(float(one.n[0]), mean, squares, blocks)


def same(one: Moments, other: Moments) -> bool:
    return one.n == other.n and all(
        np.allclose(a, b, atol=1e-4)
        for a, b in [
            (one.mean, other.mean),
            (one.squares, other.squares),
            (one.blocks, other.blocks),
        ]
    )


def test_parts_that_share_no_draw_are_put_together() -> None:
    parts = [moments(VALUES[:2]), moments(VALUES[2:3]), moments(VALUES[3:])]
    assert same(joined(parts), moments(VALUES))


def test_what_a_half_lacks_is_the_other_half() -> None:
    assert same(without(moments(VALUES), moments(VALUES[:5])), moments(VALUES[5:]))


def test_errors_are_those_of_the_draws() -> None:
    own, one = moments(VALUES), tally(VALUES)
    assert np.allclose(own.errors, one.standard_error[0], atol=1e-5)
    assert np.allclose(own.decay, one.decay[0], atol=1e-5)
    assert np.isclose(own.score_error, float(one.score_error[0]), atol=1e-6)


def test_what_maps_keep_of_errors_is_enough() -> None:
    one = tally(VALUES)
    again = Moments.of_errors(
        11.0,
        one.mean[0].double().numpy(),
        one.standard_error[0].double().numpy(),
        one.decay[0].double().numpy(),
        float(one.score_error[0]),
    )
    assert same(again, moments(VALUES))


def test_one_value_has_no_error_and_no_values_change_nothing() -> None:
    one, none = moments(VALUES[:1]), without(moments(VALUES), moments(VALUES))
    assert np.isnan(one.errors).all()
    assert none.n == 0
    assert same(joined([none, moments(VALUES)]), moments(VALUES))
