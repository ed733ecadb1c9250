"""A LoRA in the names of those who write them predicts what the adapter predicts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import Tensor

from diffmine.config import ModelConfig
from diffmine.errors import ModelError
from diffmine.model.foreign.find import find
from diffmine.model.load import load_checkpoint, load_model
from diffmine.model.model import Model
from tests.unit.model.foreign import made

ALPHA, RANK = 8, 4
LAYERS = ["to_q", "to_v", "to_out.0", "proj_in", "conv1", "ff.net.2"]


def config(**changes) -> LoraConfig:
    fields = {"r": RANK, "lora_alpha": ALPHA, "target_modules": LAYERS, "init_lora_weights": False}
    return LoraConfig(**fields | changes)


def unet(base: Path) -> UNet2DConditionModel:
    torch.manual_seed(3)
    return UNet2DConditionModel.from_pretrained(base, subfolder="unet")


@pytest.fixture(scope="module")
def adapted(base: Path) -> UNet2DConditionModel:
    """A UNet with an adapter of random weights, alpha twice the rank."""
    network = unet(base)
    network.add_adapter(config())
    return network.eval()


@pytest.fixture(scope="module")
def merged(
    base: Path, adapted: UNet2DConditionModel, tmp_path_factory: pytest.TempPathFactory
) -> Tensor:
    """What it predicts when peft has merged the adapter into its weights."""
    folder = made.copy(base, tmp_path_factory.mktemp("merged") / "model")
    network = unet(base)
    network.add_adapter(config())
    network.load_state_dict(adapted.state_dict())
    network.fuse_lora()
    network.unload_lora()
    network.save_pretrained(folder / "unet")
    return made.predicted(folder)


def with_lora(path: Path, base: Path, **how) -> Model:
    return load_checkpoint(find(ModelConfig(str(path), str(base), **how)), "cpu", torch.float32)


def diffusers(network: UNet2DConditionModel, base: Path, folder: Path) -> Path:
    network.save_lora_adapter(folder)
    return folder


def pipeline(network: UNet2DConditionModel, base: Path, folder: Path) -> Path:
    state = convert_state_dict_to_diffusers(get_peft_model_state_dict(network))
    StableDiffusionPipeline.save_lora_weights(
        folder, unet_lora_layers=state, unet_lora_adapter_metadata={"lora_alpha": ALPHA, "r": RANK}
    )
    return folder


def peft(network: UNet2DConditionModel, base: Path, folder: Path) -> Path:
    fresh = get_peft_model(unet(base), config())
    state = get_peft_model_state_dict(network)
    fresh.load_state_dict(
        {
            f"base_model.model.{k}".replace(".weight", ".default.weight"): v
            for k, v in state.items()
        },
        strict=False,
    )
    fresh.save_pretrained(folder)
    return folder


def kohya(network: UNet2DConditionModel, base: Path, folder: Path) -> Path:
    state = {}
    for name, value in get_peft_model_state_dict(network).items():
        layer, side = name.removesuffix(".weight").rsplit(".", 1)
        key = f"lora_unet_{layer.replace('.', '_')}"
        state[f"{key}.{'lora_down' if side == 'lora_A' else 'lora_up'}.weight"] = value.contiguous()
        state[f"{key}.alpha"] = torch.tensor(float(ALPHA))
    folder.mkdir()
    save_file(state, folder / "car.safetensors")
    return folder / "car.safetensors"


@pytest.mark.parametrize("write", [diffusers, pipeline, peft, kohya])
def test_it_is_added_with_its_alpha(
    base: Path, adapted: UNet2DConditionModel, merged: Tensor, tmp_path: Path, write: Callable
) -> None:
    path = write(adapted, base, tmp_path / "lora")
    got = made.predicted(with_lora(path, base))
    torch.testing.assert_close(got, merged, rtol=0, atol=1e-5)
    assert float((got - made.predicted(base)).abs().max()) > 1e-2


def test_none_of_it_is_the_base(
    base: Path, adapted: UNet2DConditionModel, truth: Tensor, tmp_path: Path
) -> None:
    path = kohya(adapted, base, tmp_path / "lora")
    assert torch.equal(made.predicted(with_lora(path, base, lora_scale=0.0)), truth)


def test_a_text_encoder_is_changed_too(base: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    up, down = torch.randn(made.WORDS, 2), torch.randn(2, made.WORDS)
    key = "lora_te_text_model_encoder_layers_0_self_attn_q_proj"
    state = {f"{key}.lora_up.weight": up, f"{key}.lora_down.weight": down}
    save_file(state | {f"{key}.alpha": torch.tensor(1.0)}, tmp_path / "te.safetensors")
    model, plain = (
        with_lora(tmp_path / "te.safetensors", base),
        load_model(base, "cpu", torch.float32),
    )
    layers = [m.text_encoder.encoder.layers if hasattr(m.text_encoder, "encoder")
              else m.text_encoder.text_model.encoder.layers for m in (model, plain)]  # fmt: skip
    changed, was = (own[0].self_attn.q_proj.weight for own in layers)
    torch.testing.assert_close(changed, was + up @ down / 2)


def test_alpha_by_the_root_of_the_rank(base: Path, tmp_path: Path) -> None:
    key = "base_model.model.mid_block.resnets.0.time_emb_proj"
    width = made.WIDTHS[-1]
    torch.manual_seed(0)
    up, down = torch.randn(width, 4), torch.randn(4, 4 * made.WIDTHS[0])
    path = tmp_path / "adapter_model.safetensors"
    save_file({f"{key}.lora_B.weight": up, f"{key}.lora_A.weight": down}, path)
    fields = {"lora_alpha": 1, "use_rslora": True, "alpha_pattern": {"time_emb_proj": 6}}
    (tmp_path / "adapter_config.json").write_text(json.dumps(fields))
    model, plain = with_lora(tmp_path, base), load_model(base, "cpu", torch.float32)
    changed, was = (m.unet.mid_block.resnets[0].time_emb_proj.weight for m in (model, plain))
    torch.testing.assert_close(changed, was + 6 / math.sqrt(4) * up @ down)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda s: {k.replace("conv1", "conv9"): v for k, v in s.items()},
            "does not have; give by",
        ),
        (
            lambda s: {k: v[:, :1].contiguous() if "lora_up" in k else v for k, v in s.items()},
            "another size",
        ),
        (lambda s: {k: v for k, v in s.items() if "lora_up" not in k}, "another size"),
        (lambda s: s | {"lora_unet_conv_in.lora_mid.weight": torch.ones(1)}, "no plain LoRA"),
        (lambda s: s | {"lora_unet_conv_in.dora_scale": torch.ones(1)}, "no plain LoRA"),
    ],
)
def test_what_does_not_fit_is_refused(
    base: Path, adapted: UNet2DConditionModel, tmp_path: Path, change: Callable, says: str
) -> None:
    path = kohya(adapted, base, tmp_path / "lora")
    save_file(change(load_file(path)), path)
    with pytest.raises(ModelError, match=says):
        with_lora(path, base)


def test_a_lora_needs_a_base(base: Path, adapted: UNet2DConditionModel, tmp_path: Path) -> None:
    path = kohya(adapted, base, tmp_path / "lora")
    with pytest.raises(
        ModelError, match="is a LoRA, which is added to a model: give that by --base"
    ):
        find(ModelConfig(model=str(path)))


def test_a_unet_saved_with_its_adapter_on_is_refused(
    base: Path, adapted: UNet2DConditionModel, tmp_path: Path
) -> None:
    folder = made.copy(base, tmp_path / "model")
    adapted.save_pretrained(folder / "unet")
    with pytest.raises(
        ModelError, match=r"saved with a LoRA attached to it; .* fuse .* unload .* save"
    ):
        find(ModelConfig(model=str(folder)))


def test_a_small_adapter_is_not_rounded_away_in_bfloat16(base: Path, tmp_path: Path) -> None:
    """Weights of bfloat16 lie further apart than what an adapter that was trained for a little
    while adds; of the sum in float32 its mean stays."""
    network = unet(base)
    network.add_adapter(config(target_modules=["to_q"]))
    small = [part for name, part in network.named_parameters() if ".lora_B." in name]
    for part in small:
        part.data.normal_(std=1e-4, generator=torch.Generator().manual_seed(0))
    path = diffusers(network, base, tmp_path / "small")
    checkpoint = find(ModelConfig(str(path), str(base)))
    plain, exact = (with_lora(path, base, lora_scale=scale).unet for scale in (0.0, 1.0))
    model = load_checkpoint(checkpoint, "cpu", torch.bfloat16)
    assert {part.dtype for part in model.unet.parameters()} == {torch.bfloat16}
    before, right, left = (
        torch.cat([w.double().flatten() for n, w in one.named_parameters() if "to_q.weight" in n])
        for one in (plain, exact, model.unet)
    )
    added = right - before
    kept = (left - before.bfloat16().double()) @ added / (added @ added)
    assert added.std() < before.std() / 500, "it is small"
    assert kept > 0.9, f"{kept:.0%} of it are left"
