"""Stable Diffusion 2 and XL in one file predict what the folder predicts; so do LoRAs that have
their authors' names of layers."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel
from peft import LoraConfig
from safetensors.torch import save_file

from diffmine.config import ModelConfig
from diffmine.errors import ModelError
from diffmine.model.foreign.find import find
from diffmine.model.load import load_checkpoint, load_model
from diffmine.model.model import Model
from tests.unit.model.foreign import later, made


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return later.sd2(tmp_path_factory.mktemp("second") / "model")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return later.sdxl(tmp_path_factory.mktemp("large") / "model")


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFFMINE_DATA", str(tmp_path / "data"))


def seen(path: Path | Model) -> tuple[torch.Tensor, torch.Tensor]:
    """What a model predicts under two prompts, and what it makes of a picture."""
    model = path if isinstance(path, Model) else load_model(path, "cpu", torch.float32)
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    return made.predicted(model), model.encode(picture)


def check_same(path: Path, folder: Path) -> None:
    for one, other in zip(seen(path), seen(folder), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-4)


def test_stable_diffusion_2(second: Path, tmp_path: Path) -> None:
    check_same(later.sd2_file(second, tmp_path / "v2-1_768-ema-pruned.safetensors"), second)


def test_stable_diffusion_xl(large: Path, tmp_path: Path) -> None:
    path = later.sdxl_file(large, tmp_path / "sd_xl_base_1.0.safetensors")
    check_same(path, large)
    checkpoint = find(ModelConfig(model=str(path)))
    assert checkpoint.parts["unet"].config["attention_head_dim"] == [1, 1, 2]
    assert checkpoint.side == 1024


@pytest.mark.parametrize(
    ("name", "words", "yaml", "answer"),
    [
        ("v2-1_768-ema-pruned", {}, "", "v_prediction"),
        ("512-base-ema", {}, "", "epsilon"),
        ("mine", {"modelspec.prediction_type": "v"}, "", "v_prediction"),
        ("mine_768", {"modelspec.prediction_type": "epsilon"}, "", "epsilon"),
        ("mine", {"modelspec.architecture": "stable-diffusion-v2-768-v"}, "", "v_prediction"),
        ("mine", {}, 'params:\n  parameterization: "v"\n', "v_prediction"),
        ("mine_768", {}, "params:\n  timesteps: 1000\n", "epsilon"),
    ],
)
def test_what_a_second_one_predicts_is_what_is_said_of_it(
    second: Path, tmp_path: Path, name: str, words: dict[str, str], yaml: str, answer: str
) -> None:
    path = later.sd2_file(second, tmp_path / f"{name}.safetensors", **words)
    if yaml:
        path.with_suffix(".yaml").write_text(yaml)
    checkpoint = find(ModelConfig(model=str(path)))
    assert checkpoint.parts["scheduler"].config["prediction_type"] == answer
    assert checkpoint.side == (768 if answer == "v_prediction" else 512)


def test_a_second_one_of_which_nothing_is_said_is_refused(second: Path, tmp_path: Path) -> None:
    path = later.sd2_file(second, tmp_path / "mine.safetensors")
    with pytest.raises(ModelError, match=r"some .* the velocity, .* beside it, as mine\.yaml"):
        find(ModelConfig(model=str(path)))


def test_a_large_one_that_predicts_the_velocity_says_so(large: Path, tmp_path: Path) -> None:
    marks = {"v_pred": torch.zeros(0), "ztsnr": torch.zeros(0)}
    path = later.sdxl_file(large, tmp_path / "mine.safetensors", marks)
    schedule = load_model(path, "cpu", torch.float32).scheduler.config
    assert schedule.prediction_type == "v_prediction"
    assert schedule.rescale_betas_zero_snr


@pytest.mark.parametrize("name", ["sd_xl_turbo_1.0", "realXL_lightning", "dreamLCM"])
def test_a_distilled_one_is_told_by_its_name(large: Path, tmp_path: Path, name: str) -> None:
    path = later.sdxl_file(large, tmp_path / f"{name}.safetensors")
    with pytest.raises(ModelError, match=r"distilled to few steps .* is named"):
        find(ModelConfig(model=str(path)))


def test_one_with_fewer_layers_is_another_model(large: Path, tmp_path: Path) -> None:
    """As SSD-1B, which has the names and widths of XL and leaves layers out."""
    state = made.networks(large, first_crossed=True)
    state = {k: v for k, v in state.items() if ".middle_block.1." not in k}
    path = made.written(state, tmp_path / "small.safetensors", True)
    with pytest.raises(ModelError, match="is not Stable Diffusion XL: its UNet has"):
        find(ModelConfig(model=str(path), base=str(large)))


def test_openclip_fills_up_with_zeros() -> None:
    ids = later.tokenizer(zeros=True)("hi", padding="max_length", max_length=5).input_ids
    assert ids == [49406, 1883, 49407, 0, 0]


# LoRAs

LAYERS = ["to_q", "to_out.0", "proj_in", "conv1", "time_emb_proj", "conv_shortcut", "conv"]
LAYERS += ["linear_1", "conv_out", "conv_in"]


@pytest.fixture(scope="module")
def adapted(large: Path) -> UNet2DConditionModel:
    """A UNet with an adapter of random weights on layers of every kind."""
    torch.manual_seed(3)
    unet = UNet2DConditionModel.from_pretrained(large, subfolder="unet")
    how = {"r": 4, "lora_alpha": 8, "target_modules": LAYERS, "init_lora_weights": False}
    unet.add_adapter(LoraConfig(**how))
    return unet.eval()


@pytest.fixture(scope="module")
def fused(adapted: UNet2DConditionModel) -> dict[str, torch.Tensor]:
    """The weights of that UNet when peft has merged the adapter into them."""
    unet = copy.deepcopy(adapted)
    unet.fuse_lora()
    unet.unload_lora()
    return unet.state_dict()


@pytest.mark.parametrize("authors", [True, False])
def test_a_lora_of_kohyas_scripts_on_a_large_one(
    large: Path,
    adapted: UNet2DConditionModel,
    fused: dict[str, torch.Tensor],
    tmp_path: Path,
    authors: bool,
) -> None:
    """By the authors' names of layers or diffusers', on the UNet and on both text encoders."""
    state, alpha = {}, torch.tensor(8.0)
    for name, layer in adapted.named_modules():
        if not hasattr(layer, "lora_A"):
            continue
        own = made.unet_name(f"{name}.", first_crossed=True).rstrip(".") if authors else name
        key = f"lora_unet_{own.replace('.', '_')}"
        down, up = layer.lora_A["default"].weight, layer.lora_B["default"].weight
        state |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up}
        state[f"{key}.alpha"] = alpha
    for number, layer in ((1, 0), (2, 1)):
        key = f"lora_te{number}_text_model_encoder_layers_{layer}_mlp_fc1"
        up, down = torch.randn(2 * later.WIDTH, 4), torch.randn(4, later.WIDTH)
        state |= {f"{key}.lora_up.weight": up, f"{key}.lora_down.weight": down}
        state[f"{key}.alpha"] = alpha
    path = tmp_path / "style.safetensors"
    save_file({name: value.detach().clone().contiguous() for name, value in state.items()}, path)
    model = load_checkpoint(find(ModelConfig(str(path), str(large))), "cpu", torch.float32)
    for name, weight in model.unet.state_dict().items():
        torch.testing.assert_close(weight, fused[name], rtol=0, atol=1e-4)
    for number, layer, part in ((1, 0, "text_encoder"), (2, 1, "text_encoder_2")):
        name = f"encoder.layers.{layer}.mlp.fc1.weight"
        key = f"lora_te{number}_text_model_{name.removesuffix('.weight').replace('.', '_')}"
        before = next(v for k, v in made.tensors(large / part).items() if k.endswith(name))
        after = model.parts.folders[part].state_dict()
        added = 2 * state[f"{key}.lora_up.weight"] @ state[f"{key}.lora_down.weight"]
        changed = next(v for k, v in after.items() if k.endswith(name))
        torch.testing.assert_close(changed, before + added, rtol=0, atol=1e-4)
