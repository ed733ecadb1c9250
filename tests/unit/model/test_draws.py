"""Draws: seeded by the image, stratified in every prefix, able to be topped up."""

import numpy as np
import pytest
import torch

from diffmine.config import TypicalityConfig
from diffmine.model.draws import Preset, draws
from diffmine.model.tally import Tally

SHAPE = (4, 6, 5)


@pytest.mark.parametrize("preset", ["common", "stratified", "paper"])
def test_more_draws_begin_with_fewer(preset: str) -> None:
    few, many = (draws("x", n, SHAPE, preset=preset) for n in (6, 40))
    assert np.array_equal(few.noise, many.noise[:6])
    assert np.array_equal(few.t, many.t[:6])
    later = draws("x", 40, SHAPE, preset=preset, start=6)
    assert np.array_equal(later.noise, many.noise[6:])
    assert np.array_equal(later.t, many.t[6:])


def test_stratified_draws_are_pairs_of_opposite_noise_at_one_timestep() -> None:
    found = draws("x", 8, SHAPE)
    assert np.array_equal(found.noise[::2], -found.noise[1::2])
    assert np.array_equal(found.t[::2], found.t[1::2])
    for start, n in ((0, 7), (3, 8)):
        with pytest.raises(ValueError, match="part a pair"):
            draws("x", n, SHAPE, start=start)


@pytest.mark.parametrize("preset", ["common", "stratified"])
def test_every_power_of_two_hits_each_stratum_once(preset: Preset) -> None:
    t = draws("x", 128, (1, 1, 1), t_range=(0, 640), preset=preset).t.numpy()[::2]
    for n in (8, 16, 32, 64):
        strata = np.bincount((np.sort(t[:n]) * n // 640), minlength=n)
        # The shift turns the sequence, so a boundary may move one draw to the next stratum.
        assert strata.max() <= 2
        assert np.abs(np.cumsum(strata) - np.arange(1, n + 1)).max() <= 1


def test_timesteps_stay_in_their_range() -> None:
    for preset in ("common", "stratified", "paper"):
        t = draws("x", 500, (1, 1, 1), t_range=(100, 700), preset=preset).t
        assert 100 <= int(t.min()) < 130
        assert 670 < int(t.max()) < 700


def test_images_share_their_timesteps_and_not_their_noise() -> None:
    one, other = (draws(name, 8, SHAPE) for name in "xy")
    assert np.array_equal(one.t, other.t)
    assert not np.array_equal(one.noise, other.noise)
    apart = [draws(name, 8, SHAPE, preset="stratified").t for name in "xy"]
    assert not np.array_equal(*apart)
    assert not np.array_equal(one.t, draws("x", 8, SHAPE, seed=1).t)


def test_the_first_pair_lies_low_and_sixteen_are_unbiased_over_seeds() -> None:
    """The mean of any function of the timestep, here its square."""
    first, means = [], []
    for seed in range(400):
        t = draws("x", 32, (1, 1, 1), t_range=(0, 1000), seed=seed).t.double()[::2]
        first.append(float(t[0]))
        means.append(float((t / 1000).square().mean()))
    assert 90 < min(first) < 100 < 150 < max(first) < 160
    assert np.mean(means) == pytest.approx(1 / 3, abs=4 * np.std(means) / 20 + 5e-4)


def test_images_differ_except_in_the_paper_preset() -> None:
    assert not np.array_equal(draws("x", 4, SHAPE).noise, draws("y", 4, SHAPE).noise)
    paper = [draws(name, 3, SHAPE, preset="paper") for name in "xy"]
    assert np.array_equal(paper[0].noise, paper[1].noise)
    assert np.array_equal(paper[0].t, paper[1].t)


def test_noise_is_standard_normal() -> None:
    noise = draws("x", 128, (4, 16, 16)).noise.numpy()[::2]
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("preset", "n"), [("stratified", 2), ("auto", 2), ("common", 33), ("paper", 1)]
)
def test_draws_without_an_error_are_refused(preset: str, n: int) -> None:
    with pytest.raises(ValueError, match="no error"):
        TypicalityConfig(preset=preset, draws=n)


def test_pairs_err_less_than_draws_of_their_own_and_say_by_how_much() -> None:
    """A toy of what draws say: most of it turns with the noise, the rest has the mean 0.2."""

    def means(preset: Preset) -> tuple[torch.Tensor, torch.Tensor]:
        found = [draws(f"image {k}", 24, (1, 4, 4), preset=preset) for k in range(300)]
        pair = found[0].together
        tally = Tally.empty(300, 1, 4, 4, together=pair)
        noise = torch.stack([each.noise for each in found], 1)  # n b 1 h w
        said = (0.6 * noise + 0.2 * noise.square()).unflatten(0, (-1, pair)).mean(1)
        for values in said:
            tally.add(values, torch.ones(300, 1))
        return tally.mean, tally.standard_error

    (single, _), (paired, told) = means("independent"), means("common")
    assert float(paired.mean()) == pytest.approx(0.2, abs=0.01)
    assert float(paired.var() / single.var()) < 0.5
    assert float(told.square().mean().sqrt() / paired.std()) == pytest.approx(1, abs=0.1)
