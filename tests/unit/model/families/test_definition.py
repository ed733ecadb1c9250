"""Each family against its definition, by the pipeline of diffusers: one draw, one prompt, one
channel at a time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline
from PIL import Image
from torch import Tensor

from diffmine.config import TypicalityConfig
from diffmine.errors import ModelError
from diffmine.live.score import score_maps
from diffmine.maths.score import Scoring
from diffmine.model.dift import features
from diffmine.model.draws import draws
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from tests.unit.model.families.random_models import MAKERS

FAMILIES = tuple(MAKERS)
FLOWS = {"sd3", "flux2"}
SIZE = (32, 48)
ALPHAS = np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)
FLOW = np.sqrt(1 - ALPHAS) / (np.sqrt(ALPHAS) + np.sqrt(1 - ALPHAS))


class Plain:
    """A pipeline of diffusers, asked for one row at a time."""

    def __init__(self, family: str, folder: Path) -> None:
        self.family = family
        self.pipe: Any = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)

    def words(self, prompt: str) -> tuple[Tensor, ...]:
        if self.family == "velocity":
            return self.pipe.encode_prompt(prompt, "cpu", 1, False)[:1]
        if self.family == "sdxl":
            states, _, whole, _ = self.pipe.encode_prompt(prompt, do_classifier_free_guidance=False)
            return states, whole
        if self.family == "flux2":
            return self.pipe.encode_prompt(prompt)
        states, _, whole, _ = self.pipe.encode_prompt(
            prompt, None, None, do_classifier_free_guidance=False
        )
        return states, whole

    def latent(self, image: Tensor) -> Tensor:
        if self.family == "flux2":
            return self.pipe._encode_vae_image(image, None)
        mean = self.pipe.vae.encode(image).latent_dist.mode()
        config = self.pipe.vae.config
        return (mean - (config.shift_factor or 0)) * config.scaling_factor

    def image(self, latent: Tensor) -> Tensor:
        vae = self.pipe.vae
        if self.family != "flux2":
            scaled = latent / vae.config.scaling_factor + (vae.config.shift_factor or 0)
            return vae.decode(scaled).sample
        spread = (vae.bn.running_var + vae.config.batch_norm_eps).sqrt()
        wide = latent * spread[:, None, None] + vae.bn.running_mean[:, None, None]
        return vae.decode(self.pipe._unpatchify_latents(wide)).sample

    def answer(self, x: Tensor, t: int, words: tuple[Tensor, ...]) -> Tensor:
        """What the network says of one row at a timestep of Stable Diffusion."""
        if self.family == "velocity":
            return self.pipe.unet(x, t, words[0]).sample
        if self.family == "sdxl":
            sizes = torch.tensor([[*SIZE, 0, 0, *SIZE]]).float()
            added = {"text_embeds": words[1], "time_ids": sizes}
            return self.pipe.unet(x, t, words[0], added_cond_kwargs=added).sample
        time = torch.tensor([1000 * FLOW[t]]).float()
        if self.family == "flux2":
            states, text_ids = words
            ids = self.pipe._prepare_latent_ids(x)
            rows = self.pipe._pack_latents(x)
            answer = self.pipe.transformer(rows, states, time / 1000, ids, text_ids).sample
            return self.pipe._unpack_latents_with_ids(answer, ids)
        return self.pipe.transformer(x, words[0], words[1], time).sample

    def noisy(self, x: Tensor, e: Tensor, t: int) -> Tensor:
        if self.family in FLOWS:
            return (1 - FLOW[t]) * x + FLOW[t] * e
        return ALPHAS[t] ** 0.5 * x + (1 - ALPHAS[t]) ** 0.5 * e

    def loss(self, x: Tensor, e: Tensor, t: int, words: tuple[Tensor, ...]) -> np.ndarray:
        """The squared error of the noise in one draw."""
        answer = self.answer(self.noisy(x, e, t).float(), t, words)
        if self.family in FLOWS:
            target, weight = e - x, (1 - FLOW[t]) ** 2
        elif self.family == "velocity":
            target = self.pipe.scheduler.get_velocity(x, e, torch.tensor([t]))
            weight = ALPHAS[t]
        else:
            target, weight = e, 1.0
        squares = np.zeros(x.shape[-2:])
        for channel in range(x.shape[1]):
            squares += (target[0, channel] - answer[0, channel]).numpy().astype(float) ** 2
        return weight * squares / x.shape[1]

    @property
    def network(self) -> Any:
        return self.pipe.transformer if self.family in FLOWS else self.pipe.unet


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (*SIZE, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture(scope="module")
def plain_of(folder_of: Callable[[str], Path]) -> Callable[[str], Plain]:
    return lambda family: Plain(family, folder_of(family))


@pytest.mark.parametrize("family", FAMILIES)
@torch.inference_mode()
def test_typicality_is_the_definition(
    family: str,
    model_of: Callable[[str], Model],
    plain_of: Callable[[str], Plain],
    picture: Image.Image,
) -> None:
    model, plain = model_of(family), plain_of(family)
    how = Scoring.of(TypicalityConfig(draws=6, batch=16))
    maps = score_maps(model, picture, ["a", "b"], how, "x")
    latent = plain.latent(to_tensor(picture))
    drawn = draws("x", 6, tuple(latent.shape[1:]))
    null = plain.words("A picture.")
    for label in "ab":
        own, total = plain.words(f"A {label}."), np.zeros(latent.shape[-2:])
        for e, t in zip(drawn.noise[:, None], drawn.t.tolist(), strict=True):
            total += plain.loss(latent, e, t, null) - plain.loss(latent, e, t, own)
        expected = total / 6
        assert np.ptp(expected) > 1e-4
        assert np.abs(maps[label][0] - expected).max() <= 1e-3 * np.ptp(expected)


@pytest.mark.parametrize("family", FAMILIES)
@torch.inference_mode()
def test_images_come_back_as_the_pipeline_brings_them(
    family: str,
    model_of: Callable[[str], Model],
    plain_of: Callable[[str], Plain],
    picture: Image.Image,
) -> None:
    model, plain = model_of(family), plain_of(family)
    latent = model.encode(to_tensor(picture))
    torch.testing.assert_close(latent, plain.latent(to_tensor(picture)), atol=1e-4, rtol=1e-4)
    expected = plain.image(latent).clamp(-1, 1)
    torch.testing.assert_close(model.decode(latent), expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
@torch.inference_mode()
def test_features_are_what_the_block_puts_out(
    family: str, model_of: Callable[[str], Model], plain_of: Callable[[str], Plain]
) -> None:
    model, plain = model_of(family), plain_of(family)
    height, width = (length // model.factor for length in SIZE)
    size = (model.parts.channels, height, width)
    latent = torch.randn(size, generator=torch.Generator().manual_seed(0))
    grid = features(model, latent, "A a.", "x", timestep=161, up_block=1, noises=2)
    module = {  # of 6 blocks the second quarter of the last 3 ends with the fourth
        "sd3": lambda: plain.network.transformer_blocks[3],
        "flux2": lambda: plain.network.single_transformer_blocks[1],
    }.get(family, lambda: plain.network.up_blocks[1])()
    seen: list[Any] = []
    module.register_forward_hook(lambda module, given, output: seen.append(output))
    noise = draws("x/features", 2, size, preset="independent").noise
    for e in noise:
        plain.answer(plain.noisy(latent[None], e[None], 161).float(), 161, plain.words("A a."))
    if family == "sd3":  # the image's tokens lie row by row
        expected = sum(output[1] for output in seen)[0].T.unflatten(1, (8, 12)) / 2
    elif family == "flux2":  # behind those of the text
        expected = sum(seen)[0, 512:].T.unflatten(1, (8, 12)) / 2
    else:
        expected = sum(seen)[0] / 2
    torch.testing.assert_close(grid, expected, atol=1e-4, rtol=1e-3)
    with pytest.raises(ModelError, match="up blocks, so none with number 4"):
        features(model, latent, "A a.", "x", timestep=161, up_block=4, noises=1)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_row_does_not_depend_on_the_rows_beside_it(
    family: str, model_of: Callable[[str], Model]
) -> None:
    model = model_of(family)
    noisy = torch.randn(5, model.parts.channels, 8, 12, generator=torch.Generator().manual_seed(0))
    t, words = torch.tensor([100, 300, 300, 500, 700]), ["A a.", "A b.", "", "A picture.", "A b."]
    every = model.predict(noisy, t, words)
    for row in range(5):
        alone = model.predict(noisy[row : row + 1], t[row : row + 1], words[row : row + 1])
        assert torch.equal(alone[0], every[row])


@pytest.mark.parametrize("family", FAMILIES)
def test_an_embedding_does_not_depend_on_the_prompts_beside_it(
    family: str, folder_of: Callable[[str], Path]
) -> None:
    alone, among = (load_model(folder_of(family), "cpu", torch.float32) for _ in range(2))
    every = among.embed(["A b.", "A a.", "A picture."])
    assert torch.equal(alone.embed(["A a."])[0], every[1])


@pytest.mark.parametrize("family", FAMILIES)
def test_several_prompts_of_a_noisy_latent_are_each_as_alone(
    family: str, model_of: Callable[[str], Model]
) -> None:
    """Also where layers are computed once for all prompts, which SDXL does not allow."""
    model = model_of(family)
    noisy = torch.randn(3, model.parts.channels, 8, 8, generator=torch.Generator().manual_seed(0))
    t, prompts = torch.tensor([100, 300, 500]), ["A picture.", "A a.", "A b."]
    states, which = model.words(prompts)
    every = model.denoise(noisy, t, states, which.expand(3, -1))
    for number, prompt in enumerate(prompts):
        alone = model.predict(noisy, t, [prompt] * 3)
        torch.testing.assert_close(every[:, number], alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_random_model_is_small(family: str, folder_of: Callable[[str], Path]) -> None:
    files = [file for file in folder_of(family).rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 2_000_000


def test_the_empty_prompt_of_sdxl_is_zeros_where_its_pipeline_says_so(
    model_of: Callable[[str], Model], own_copy: Callable[[str], Path]
) -> None:
    model = model_of("sdxl")
    assert not model.embed([""]).any()
    assert model.embed(["A a."]).any()
    folder = own_copy("sdxl")
    index = folder / "model_index.json"
    text = index.read_text()
    index.write_text(text.replace('prompt": true', 'prompt": false'))
    assert index.read_text() != text
    assert load_model(folder, "cpu", torch.float32).embed([""]).any()
