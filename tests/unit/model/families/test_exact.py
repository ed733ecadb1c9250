"""A mixture of Gaussians, whose every prediction and likelihood is known, told as noise, as
velocity and as flow (docs/decisions/0040)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from diffmine.model.ddim import invert, move, sample
from diffmine.model.draws import draws
from diffmine.model.model import Model
from diffmine.model.prompts import Prompts
from diffmine.model.schedule import CLEAN, Answer, Schedule, standard_alphas
from diffmine.model.score import single_values

LABELS = tuple("abcdefgh")
SHAPE = (3, 2, 4)
MEANS = 0.9 * torch.randn((8, *SHAPE), generator=torch.Generator().manual_seed(3))
SPREAD = 0.8
"""Standard deviation of every number around the mean of its label."""
DECODED = 8.0
ANSWERS: tuple[Answer, ...] = ("noise", "velocity", "flow")
ALPHAS = np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)


class Denoiser(torch.nn.Module):
    """The mean of the noise, given a noisy latent and how likely each label is."""

    dtype = torch.float32

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer
        self.nothing = torch.nn.Parameter(torch.zeros(1))

    def forward(self, noisy: Tensor, t: Tensor, weights: Tensor) -> Tensor:
        if self.answer == "flow":
            signal, spread = 1 - t.double() / 1000, t.double() / 1000
        else:
            alpha = torch.from_numpy(ALPHAS)[t]
            signal, spread = alpha.sqrt(), (1 - alpha).sqrt()
        signal, spread = (x[:, None, None, None, None] for x in (signal, spread))  # b 1 1 1 1
        x, means = noisy.double()[:, None], MEANS.double()[None]  # b 1 c h w, 1 k c h w
        variance = signal**2 * SPREAD**2 + spread**2
        away = x - signal * means  # b k c h w
        likely = -away.square().sum((2, 3, 4)) / (2 * variance[:, :, 0, 0, 0]) + weights.log()
        each = means + signal * SPREAD**2 / variance * away
        share = likely.softmax(1)[:, :, None, None, None]
        clean, signal, spread = (share * each).sum(1), signal[:, 0], spread[:, 0]  # b c h w
        noise = (noisy.double() - signal * clean) / spread
        told = {
            "noise": noise,
            "velocity": signal * noise - spread * clean,
            "flow": noise - clean,
        }
        return told[self.answer].float()


@dataclass
class Exact:
    """The parts of a model of latents without an autoencoder."""

    unet: Any
    schedule: Schedule
    vae: Any = field(default_factory=lambda: torch.nn.Identity())
    text_encoder: Any = None
    tokenizer: Any = None
    scheduler: Any = None
    channels = SHAPE[0]
    factor = multiple = 1
    folders = index = property(lambda self: {})
    injected = None

    def embed(self, prompts: list[str]) -> Tensor:
        rows = torch.full((len(prompts), 1, len(LABELS)), 1 / len(LABELS))
        for row, prompt in zip(rows, prompts, strict=True):
            if prompt:
                row[:] = torch.nn.functional.one_hot(torch.tensor(LABELS.index(prompt)), 8)
        return rows

    def encode(self, images: Tensor) -> Tensor:
        return images * DECODED

    def decode(self, latents: Tensor) -> Tensor:
        return latents / DECODED

    def predict(
        self, network: Any, noisy: Tensor, t: Tensor, words: Tensor, which: Tensor | None = None
    ) -> Tensor:
        return network(noisy, t, (words if which is None else words[which])[:, 0])

    def features(self, number: int) -> None:
        return None


def exact(answer: Answer) -> Model:
    schedule = Schedule.flow() if answer == "flow" else Schedule.of(standard_alphas(), answer)
    parts = Exact(Denoiser(answer), schedule)
    return Model(parts, Prompts("{label}", "", LABELS), f"exact {answer}")


def log_likelihoods(x: Tensor) -> np.ndarray:
    """log p(x | label) for each label, but for what all have in common."""
    away = (x[None] - MEANS).double().square().sum((1, 2, 3))
    return (-away / (2 * SPREAD**2)).numpy()


def picture(label: str) -> Tensor:
    chance = torch.Generator().manual_seed(ord(label))
    return MEANS[LABELS.index(label)] + SPREAD * torch.randn(SHAPE, generator=chance)


def values_of(answer: Answer, x: Tensor, count: int, t_range: tuple[int, int]) -> np.ndarray:
    """Typicality of a latent by each draw, labels x draws x h x w."""
    drawn = draws("x", count, SHAPE, t_range, preset="independent")
    return single_values(exact(answer), x, drawn, ["", *LABELS], 900).numpy().astype(float)


@pytest.mark.parametrize("answer", ANSWERS)
def test_typicality_integrates_to_the_likelihood_ratio(answer: Answer) -> None:
    """log p(x | c) - log p(x) = half the integral over the log of the ratio of signal and noise of
    E[|e - e_null|^2 - |e - e_c|^2]; of a flow that over s of (1 - s) / s E[|v - v_null|^2 - ...].
    """
    count, x = 3000, picture("a")
    t = draws("x", count, SHAPE, (0, 1000), preset="independent").t.numpy()
    logs = np.log(ALPHAS / (1 - ALPHAS))
    step = -np.gradient(logs)  # of the log of the ratio, a timestep
    if answer == "flow":  # the same integral, over s
        s = np.sqrt(1 - ALPHAS) / (np.sqrt(ALPHAS) + np.sqrt(1 - ALPHAS))
        weight = (1 - s) / s * np.gradient(s) / (1 - s) ** 2  # of |e - e^|^2 = (1 - s)^2 |v - v^|^2
        np.testing.assert_allclose(weight[10:-1], step[10:-1] / 2, rtol=0.01)
    each = values_of(answer, x, count, (0, 1000)).sum((-2, -1)) * SHAPE[0]  # labels n
    each *= 1000 * step[t] / 2
    truth = log_likelihoods(x)
    truth -= np.log(np.exp(truth).mean())
    error = each.std(1, ddof=1) / count**0.5
    assert truth[0] > 1.5
    assert (truth[1:] < -1).any()
    # Beyond the 1,000 timesteps lies less than this share of a squared distance.
    ends = 0.004 * (1 + np.abs(truth))
    assert (np.abs(each.mean(1) - truth) < 4 * error + ends).all(), (each.mean(1), truth, error)
    assert (error < 0.15 * (1 + np.abs(truth))).all()


def test_whatever_is_predicted_the_typicality_is_the_same() -> None:
    noise, velocity, flow = (values_of(answer, picture("b"), 64, (100, 700)) for answer in ANSWERS)
    np.testing.assert_allclose(velocity, noise, atol=1e-4)
    np.testing.assert_allclose(flow, noise, atol=1e-4)


@pytest.mark.parametrize("answer", ANSWERS)
def test_inversion_leads_to_noise_and_back(answer: Answer) -> None:
    model = exact(answer)
    clean = torch.stack([picture(label) for label in LABELS])
    path = model.schedule.levels(60, 981)
    *_, noisy = invert(model, clean, "", path)
    size = model.schedule.size(981)
    assert 0.9 < float((noisy / size).std()) < 1.1
    latent = noisy
    for start, end in zip(path[::-1], path[-2::-1], strict=False):
        e = model.predict(latent, torch.full((8,), start), [""] * 8)
        latent = move(model, latent, e, start, end)
    assert path[0] == CLEAN
    assert float((latent - clean).square().mean().sqrt()) < 0.1 * SPREAD


@pytest.mark.parametrize("answer", ANSWERS)
def test_samples_have_the_mean_and_the_spread_of_their_label(answer: Answer) -> None:
    model = exact(answer)
    images = sample(model, ["c"], SHAPE[1:], steps=50, guidance=1.0, seeds=range(200))
    found = images * DECODED - MEANS[2]
    assert float(found.mean(0).abs().max()) < 4 * SPREAD / 200**0.5 + 0.05
    assert abs(float(found.std()) / SPREAD - 1) < 0.05


def test_a_level_without_signal_is_never_stepped_to() -> None:
    alphas = standard_alphas()
    roots = alphas.sqrt() - alphas[-1].sqrt()
    ends = (roots * alphas[0].sqrt() / roots[0]).square()
    assert float(ends[-1]) == 0
    schedule = Schedule.of(ends, "velocity")
    assert schedule.highest == 998
    assert schedule.levels(3, 999) == [CLEAN, 333, 665, 998]
    model = exact("velocity")
    model.parts.schedule = schedule
    x, e, t = torch.randn(1, *SHAPE), torch.randn(1, *SHAPE), torch.tensor([999])
    assert torch.isfinite(model.predict(model.add_noise(x, e, t), t, [""])).all()


@pytest.mark.parametrize(("answer", "expected"), [("noise", 0), ("velocity", 1), ("flow", 2)])
def test_what_is_trained_implies_the_noise_that_was_added(answer: Answer, expected: int) -> None:
    schedule = exact(answer).schedule
    x, e = torch.randn(5, *SHAPE), torch.randn(5, *SHAPE)
    t = torch.tensor([0, 100, 500, 900, 999])
    a = torch.from_numpy(ALPHAS)[t].float()[:, None, None, None]
    target = schedule.target(x, e, t)
    right: Callable[[], list[Tensor]] = lambda: [e, a.sqrt() * e - (1 - a).sqrt() * x, e - x]  # noqa: E731
    torch.testing.assert_close(target, right()[expected], atol=1e-4, rtol=1e-4)
    noisy = schedule.corrupt(x, e, t)
    torch.testing.assert_close(schedule.noise(target, noisy, t), e, atol=1e-4, rtol=1e-4)
    assert replace(schedule, answer="noise").told(t) is t
    if answer == "flow":
        s = ((1 - a).sqrt() / (a.sqrt() + (1 - a).sqrt()))[:, 0, 0, 0]
        torch.testing.assert_close(schedule.told(t), 1000 * s, atol=0.05, rtol=1e-4)
        assert float(s[1]) == pytest.approx(0.256, abs=0.001)
        assert float(schedule.told(torch.tensor([700]))) == pytest.approx(769, abs=1)
