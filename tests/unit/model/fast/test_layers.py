"""The layers computed with less work, against those of diffusers."""

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.activations import GEGLU
from diffusers.models.upsampling import Upsample2D
from safetensors import safe_open

from diffmine.model.fast.layers import Doubling, Gated, attended
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.save import save_model

PROMPTS = ["A picture.", "A a.", "A b.", "A a.", "A picture."]


def noisy(rows: int, side: int = 16) -> torch.Tensor:
    return torch.randn(rows, 4, side, side, generator=torch.Generator().manual_seed(0))


@torch.inference_mode()
def test_predictions_are_those_of_diffusers(folder: Path, model: Model) -> None:
    rows, t = noisy(5), torch.arange(100, 600, 100)
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32)
    there = unet(rows, t, encoder_hidden_states=model.embed(PROMPTS)).sample
    torch.testing.assert_close(model.predict(rows, t, PROMPTS), there, rtol=1e-5, atol=1e-5)
    assert {Doubling, Gated} <= {type(module) for module in model.unet.modules()}


@torch.inference_mode()
def test_pictures_are_those_of_diffusers(folder: Path, model: Model) -> None:
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32)
    latents = noisy(2)
    there = vae.decode(latents / vae.config.scaling_factor).sample.clamp(-1, 1)
    torch.testing.assert_close(model.decode(latents), there, rtol=1e-5, atol=1e-5)
    assert Doubling in {type(module) for module in model.vae.modules()}


def test_other_prompts_in_a_call_change_nothing(model: Model) -> None:
    rows, t = noisy(64), torch.full((64,), 300)
    alone = model.predict(rows, t, ["A a."] * 64)
    mixed = model.predict(rows, t, ["A a.", "A b.", "A picture.", "A c."] * 16)
    assert torch.equal(mixed[::4], alone[::4])


@pytest.mark.parametrize("shape", [(8, 8), (3, 5)])
@torch.inference_mode()
def test_doubling_is_repeating_and_convolving(shape: tuple[int, int]) -> None:
    layer = Upsample2D(6, use_conv=True, out_channels=4)
    rows = torch.randn(2, 6, *shape)
    torch.testing.assert_close(Doubling(layer)(rows), layer(rows))
    odd = (2 * shape[0] - 1, 2 * shape[1])
    assert torch.equal(Doubling(layer)(rows, odd), layer(rows, odd))


def test_doubling_learns_as_before() -> None:
    layer, rows = Upsample2D(4, use_conv=True), torch.randn(2, 4, 5, 5)
    wanted = torch.autograd.grad(layer(rows).square().sum(), layer.conv.weight)
    found = torch.autograd.grad(Doubling(layer)(rows).square().sum(), layer.conv.weight)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-4)


def test_a_gated_layer_learns_as_before() -> None:
    layer, rows = GEGLU(6, 10), torch.randn(3, 5, 6)
    torch.testing.assert_close(Gated(layer)(rows), layer(rows))
    wanted = torch.autograd.grad(layer(rows).square().sum(), layer.proj.weight)
    found = torch.autograd.grad(Gated(layer)(rows).square().sum(), layer.proj.weight)
    torch.testing.assert_close(found, wanted)


def test_weights_keep_their_names(tmp_path: Path, folder: Path, model: Model) -> None:
    save_model(load_model(folder, "cpu", torch.float32), tmp_path, model.prompts)
    for part in ("unet", "vae"):
        file = Path(part) / "diffusion_pytorch_model.safetensors"
        with safe_open(folder / file, "pt") as one, safe_open(tmp_path / file, "pt") as other:
            assert sorted(one.keys()) == sorted(other.keys())


@pytest.mark.parametrize("keys", [7, 300])
def test_attention_in_bfloat16_is_that_of_the_fused_kernel(keys: int) -> None:
    chance = torch.Generator().manual_seed(0)
    query, key, value = (torch.randn(3, 2, n, 8, generator=chance) for n in (5, keys, keys))
    exact = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    found = attended(query.bfloat16(), key.bfloat16(), value.bfloat16())
    torch.testing.assert_close(found.float(), exact, rtol=0.03, atol=0.03)
