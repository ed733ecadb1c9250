"""Maps of a label that are not typicality, each beside what its formula says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from diffmine.model import candidates
from diffmine.model.draws import Draws, draws
from diffmine.model.model import Model

SHAPE = (4, 6, 8)


@pytest.fixture(scope="module")
def latent() -> torch.Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def drawn() -> Draws:
    return draws("x", 4, SHAPE)


def one(model: Model, noisy: torch.Tensor, t: int, state: torch.Tensor) -> torch.Tensor:
    """The prediction of one row by an embedding alone."""
    first = torch.zeros((1, 1), dtype=torch.long)
    return model.denoise(noisy[None], torch.tensor([t]), state[None], first, filled=False)[0, 0]


def test_the_derivative_is_a_difference_of_predictions(
    model: Model, latent: torch.Tensor, drawn: Draws
) -> None:
    null, own = model.embed(["A picture.", "A a."])
    maps = []
    for noise, t in zip(drawn.noise, drawn.t.tolist(), strict=True):
        noisy = model.add_noise(latent[None], noise[None], torch.tensor([t]))[0]
        apart = one(model, noisy, t, own + 0.25 * (own - null)) - one(model, noisy, t, own)
        maps.append((apart / 0.25).square().sum(0).sqrt())
    expected = torch.stack(maps).mean(0)
    assert expected.max() > 0
    torch.testing.assert_close(
        candidates.derivative(model, latent, "a", drawn, 0.25), expected, rtol=1e-3, atol=1e-5
    )


def test_one_step_of_guidance_is_the_weighed_difference(
    model: Model, latent: torch.Tensor, drawn: Draws
) -> None:
    top, guidance = 400, 3.0
    null, own = model.embed(["A picture.", "A a."])
    signal, spread = model.schedule.scales(top)
    last, rest = model.schedule.scales(-1)
    maps = []
    for noise in drawn.noise[:2]:
        noisy = signal * latent + spread * noise
        apart = one(model, noisy, top, own) - one(model, noisy, top, null)
        maps.append((guidance * (rest - last * spread / signal) * apart).square().mean(0))
    given = {"top": top, "steps": 1, "guidance": guidance}
    shown = candidates.guided(model, latent, "a", drawn.noise[:2], **given)
    torch.testing.assert_close(shown, torch.stack(maps).mean(0), rtol=1e-3, atol=1e-6)
    alike = candidates.guided(model, latent, "a", drawn.noise[:2], steps=3, guidance=0.0)
    assert alike.max() < 1e-9, "unguided both are the same"


def test_attention_is_that_of_diffusers_to_the_tokens_of_the_label(
    model: Model, latent: torch.Tensor, drawn: Draws
) -> None:
    shown = candidates.attention(model, latent, "a", drawn)
    assert model.tokenizer("A a.")["input_ids"][2] == model.tokenizer("a")["input_ids"][1]
    places = [2]  # begin, a, LABEL, full stop, end
    layers = [part for name, part in model.unet.named_modules() if name.endswith("attn2")]
    calls: list[tuple[Any, torch.Tensor, torch.Tensor]] = []

    def note(module: Any, args: tuple[Any, ...], known: dict[str, Any]) -> None:
        calls.append((module, args[0], known["encoder_hidden_states"]))

    handles = [layer.register_forward_pre_hook(note, with_kwargs=True) for layer in layers]
    noisy = model.add_noise(latent[None].expand_as(drawn.noise), drawn.noise, drawn.t)
    model.predict(noisy, drawn.t, ["A a."] * 4, filled=False)
    for handle in handles:
        handle.remove()
    maps = []
    for layer, states, words in calls:
        key = layer.to_k(words).expand(len(states), -1, -1)
        query, key = (layer.head_to_batch_dim(x) for x in (layer.to_q(states), key))
        shares = layer.get_attention_scores(query, key)[..., places].sum(-1).mean(0)
        side = {48: (6, 8), 12: (3, 4), 4: (2, 2)}[len(shares)]  # a half, rounded up, at each level
        map = shares.reshape(1, 1, *side)
        maps.append(torch.nn.functional.interpolate(map, SHAPE[1:], mode="bilinear")[0, 0])
    assert maps
    torch.testing.assert_close(shown, torch.stack(maps).mean(0), rtol=1e-4, atol=1e-6)
    assert 0 < shown.min() <= shown.max() < 1


def test_the_counterfactual_is_where_the_translation_differs(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = Image.new("RGB", (8 * model.factor, 6 * model.factor), "grey")
    other = np.asarray(picture).copy()
    other[2 * model.factor : 3 * model.factor, 5 * model.factor : 6 * model.factor] += 30
    asked: list[Any] = []

    def translated(*args: Any) -> np.ndarray:
        asked.append(args[2:6:3])
        return other[None, None]

    monkeypatch.setattr(candidates, "translated", translated)
    map = candidates.counterfactual(model, picture, "a", "b")
    assert asked == [(["b"], ["a"])]
    assert map.shape == (6, 8)
    assert map[2, 5] == 30
    assert map.sum() == 30
