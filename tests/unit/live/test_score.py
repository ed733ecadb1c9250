"""Typicality against a double loop from its definition (section 3.2, equation 3)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from diffmine.config import TypicalityConfig
from diffmine.live.score import score_maps, score_window
from diffmine.maths.score import Scoring
from diffmine.model.draws import draws
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.score import typicality
from diffmine.model.tiny import make_random

CONFIG = TypicalityConfig(draws=6, batch=4)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = make_random(tmp_path_factory.mktemp("random"), ("a", "b"))
    return load_model(folder, "cpu", torch.float32)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (32, 48, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def by_definition(
    model: Model, picture: Image.Image, label: str, name: str, config: TypicalityConfig = CONFIG
) -> np.ndarray:
    """One draw, one prompt, one channel at a time, with the schedule written out."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    alphas = np.cumprod(1 - betas)
    latent = model.encode(to_tensor(picture))[0].numpy()
    drawn = draws(name, config.count, latent.shape, preset=config.scheme)
    words = {}
    for prompt in ("A picture.", f"A {label}."):
        tokens = model.tokenizer(prompt, padding="max_length", max_length=77)["input_ids"]
        with torch.inference_mode():
            words[prompt] = model.text_encoder(torch.tensor([tokens]))[0]
    total = np.zeros(latent.shape[1:])
    for noise, t in zip(drawn.noise.numpy(), drawn.t.tolist(), strict=True):
        noisy = np.sqrt(alphas[t]) * latent + np.sqrt(1 - alphas[t]) * noise
        error = {}
        for prompt, states in words.items():
            with torch.inference_mode():
                x = torch.from_numpy(noisy[None].astype(np.float32))
                found = model.unet(x, t, encoder_hidden_states=states).sample[0].numpy()
            squares = np.zeros(latent.shape[1:])
            for channel in range(len(noise)):
                squares += (noise[channel] - found[channel]) ** 2
            error[prompt] = squares / len(noise)
        total += error["A picture."] - error[f"A {label}."]
    return total / config.count


@pytest.mark.parametrize(
    ("preset", "labels"), [("auto", "ab"), ("stratified", "ab"), ("paper", "b")]
)
def test_map_is_the_definition(
    model: Model, picture: Image.Image, preset: Any, labels: str
) -> None:
    config = TypicalityConfig(preset=preset, batch=48)
    assert config.count == (100 if preset == "paper" else 32)
    maps = score_maps(model, picture, ["a", "b"], Scoring.of(config), "x")
    for label in labels:
        expected = by_definition(model, picture, label, "x", config)
        assert np.abs(maps[label][0] - expected).max() <= 1e-5 * np.ptp(expected)


def test_equal_prompts_give_zero_and_swapped_ones_change_the_sign() -> None:
    null, label = torch.rand(6, 3, 4), torch.rand(6, 3, 4)
    assert torch.equal(typicality(null, null)[0], torch.zeros(3, 4))
    assert torch.equal(typicality(null, label)[0], -typicality(label, null)[0])


def test_standard_error_is_that_of_the_mean() -> None:
    null, label = torch.rand(50, 2, 2), torch.rand(50, 2, 2)
    difference = (null - label).numpy()
    expected = difference.std(axis=0, ddof=1) / np.sqrt(50)
    np.testing.assert_allclose(typicality(null, label)[1].numpy(), expected, rtol=1e-5)


def test_labels_and_batch_do_not_change_a_map(model: Model, picture: Image.Image) -> None:
    alone = score_maps(model, picture, ["a"], Scoring.of(CONFIG), "x")["a"][0]
    seven = Scoring.of(replace(CONFIG, batch=7))
    among = score_maps(model, picture, ["b", "a"], seven, "x")["a"][0]
    np.testing.assert_allclose(alone, among, atol=1e-5)


def test_window_curve_is_the_mean_of_the_map_inside(model: Model, picture: Image.Image) -> None:
    curve = score_window(model, picture, (8, 12, 16), ["a", "b"], Scoring.of(CONFIG), "x")
    maps = score_maps(model, picture, ["a", "b"], Scoring.of(CONFIG), "x")
    for label, score in zip(("a", "b"), curve, strict=True):
        latent = torch.from_numpy(maps[label][0])[None, None]
        pixels = torch.nn.functional.interpolate(latent, (32, 48), mode="bilinear")[0, 0]
        assert score.typicality == pytest.approx(float(pixels[8:24, 12:28].mean()), abs=1e-6)


def test_the_image_name_seeds_the_draws(model: Model, picture: Image.Image) -> None:
    one = score_maps(model, picture, ["a"], Scoring.of(CONFIG), "x")["a"][0]
    again = score_maps(model, picture, ["a"], Scoring.of(CONFIG), "x")["a"][0]
    other = score_maps(model, picture, ["a"], Scoring.of(CONFIG), "y")["a"][0]
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_path_of_the_model_does_not_matter(
    tmp_path: Path, model: Model, picture: Image.Image
) -> None:
    again = load_model(make_random(tmp_path / "deeper" / "copy", ("a", "b")), "cpu", torch.float32)
    one = score_maps(model, picture, ["a"], Scoring.of(CONFIG), "x")["a"][0]
    assert np.array_equal(one, score_maps(again, picture, ["a"], Scoring.of(CONFIG), "x")["a"][0])
