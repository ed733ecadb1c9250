"""How batches are drawn and weighed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.schedule import Schedule, standard_alphas
from diffmine.model.tiny import make_random
from diffmine.model.training import Draws, Pool, draw_batch, pools_of, snr_weight


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_model(make_random(tmp_path_factory.mktemp("base")), "cpu", torch.float32)


def test_several_processes_draw_the_batch_of_one(model: Model) -> None:
    latents = [torch.randn(2, 4, 8, 8).half() for _ in range(5)]
    prompt_of, pools = torch.arange(1, 6), (Pool(torch.arange(5), (4, 4)),)
    whole = draw_batch(model, latents, prompt_of, Draws(pools, 6, 0.5), seed=3)
    parts = [
        draw_batch(model, latents, prompt_of, Draws(pools, 6, 0.5, 0.0, rank, 3), seed=3)
        for rank in range(3)
    ]
    for name in ("noisy", "target", "t", "prompt", "weight"):
        joined = torch.stack([getattr(part, name) for part in parts], 1).flatten(0, 1)
        assert torch.equal(joined, getattr(whole, name)), name


@pytest.mark.parametrize("answer", ["noise", "velocity"])
def test_rows_weigh_as_the_clean_image_would_be_told(answer: str) -> None:
    """min(r, most) times the error of the clean image, in which the error of what the network
    answers is multiplied: 1 / r for the noise, 1 / (r + 1) for the velocity."""
    schedule = Schedule.of(standard_alphas(), "noise" if answer == "noise" else "velocity")
    t = torch.tensor([0, 200, 500, 999])
    got = snr_weight(schedule, t, 5.0)
    for weight, step in zip(got.tolist(), t.tolist(), strict=True):
        a = float(standard_alphas()[step])
        signal, spread = math.sqrt(a), math.sqrt(1 - a)
        factor = (spread / signal) ** 2 if answer == "noise" else spread**2
        assert weight == pytest.approx(min(a / (1 - a), 5.0) * factor, rel=1e-3)
    assert torch.equal(snr_weight(schedule, t, 0.0), torch.ones(4))


def test_pure_noise_weighs_something_that_is_finite() -> None:
    """A schedule that ends in noise alone has no signal there: min(r, most) / r goes to 1."""
    alphas = standard_alphas().clone()
    alphas[-1] = 0
    t = torch.tensor([999])
    assert snr_weight(Schedule.of(alphas, "noise"), t, 5.0).tolist() == pytest.approx([1.0])
    assert snr_weight(Schedule.of(alphas, "velocity"), t, 5.0).tolist() == pytest.approx([0.0])


def test_crops_fit_images_of_like_proportions() -> None:
    sizes = [(64, 64), (64, 96), (96, 64), (64, 100), (64, 68)]
    same = pools_of(sizes, range(5), "same")
    assert [(pool.images.tolist(), pool.crop) for pool in same] == [([0, 1, 2, 3, 4], (64, 64))]
    groups = pools_of(sizes, [0, 1, 2, 3, 4], "aspect")
    assert [(pool.images.tolist(), pool.crop) for pool in groups] == [
        ([2], (96, 64)),
        ([0, 4], (64, 64)),
        ([1, 3], (64, 96)),
    ]


def test_pools_are_drawn_as_often_as_they_have_images(model: Model) -> None:
    latents = [torch.zeros(1, 4, 4, 4 if k < 3 else 8).half() for k in range(4)]
    pools = pools_of([(4, 4)] * 3 + [(4, 8)], range(4), "aspect")
    draws = Draws(pools, 1, 0.0)
    wide = [
        draw_batch(model, latents, torch.ones(4).long(), draws, seed).noisy.shape[-1]
        for seed in range(200)
    ]
    assert 25 <= wide.count(8) <= 75


def test_most_timesteps_lie_where_images_are_scored_if_that_is_asked_for(tmp_path: Path) -> None:
    model = load_model(make_random(tmp_path / "model", ("a",)), "cpu", torch.float32)
    low, high = model.trained_prompts().t_range
    pools = (Pool(torch.arange(2), (8, 8)),)
    latents, prompt_of = [torch.zeros(1, 4, 8, 8) for _ in range(2)], torch.tensor([1, 1])
    shares = {}
    for focus in (0.0, 0.9, 1.0):
        draws = Draws(pools, 2000, 0.1, focus=focus)
        t = draw_batch(model, latents, prompt_of, draws, seed=0).t
        shares[focus] = float(((t >= low - 50) & (t < high + 50)).float().mean())
    anywhere = (high - low + 100) / 1000
    assert shares[0.0] == pytest.approx(anywhere, abs=0.04)
    assert shares[0.9] == pytest.approx(0.9 + 0.1 * anywhere, abs=0.02)
    assert shares[1.0] == 1
