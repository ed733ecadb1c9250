"""What is no noise predictor, or does not belong together, is refused in words, by its configs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from diffmine.config import ModelConfig
from diffmine.errors import ModelError
from diffmine.model.foreign.find import find
from diffmine.model.load import load_model
from tests.unit.model.foreign import made


def unet(**changes) -> Callable[[Path], None]:
    return lambda folder: made.edit(folder / "unet" / "config.json", **changes)


def vae(**changes) -> Callable[[Path], None]:
    return lambda folder: made.edit(folder / "vae" / "config.json", **changes)


def scheduler(**changes) -> Callable[[Path], None]:
    return lambda folder: made.edit(folder / "scheduler" / "scheduler_config.json", **changes)


def pickled(folder: Path) -> None:
    for path in (folder / "unet").glob("*.safetensors"):
        path.rename(path.with_suffix(".bin"))


def without(part: str) -> Callable[[Path], None]:
    return lambda folder: shutil.rmtree(folder / part)


def cut(folder: Path) -> None:
    (path,) = (folder / "unet").glob("*.safetensors")
    path.write_bytes(path.read_bytes()[:1000])


REFUSED = [
    (unet(time_cond_proj_dim=256), "distilled to few steps .*strength of guidance"),
    (scheduler(_class_name="LCMScheduler"), "distilled to few steps .*LCMScheduler"),
    (scheduler(_class_name="TCDScheduler"), "distilled to few steps .*TCDScheduler"),
    (
        scheduler(_class_name="EulerDiscreteScheduler", timestep_spacing="trailing"),
        "distilled to few steps .*begins at the last timestep",
    ),
    (unet(_name_or_path="stabilityai/sd-turbo"), "distilled to few steps .*published there"),
    (
        scheduler(_class_name="FlowMatchEulerDiscreteScheduler"),
        "a UNet beside FlowMatchEulerDiscreteScheduler, .* do not belong together; copy",
    ),
    (scheduler(_class_name="EDMEulerScheduler"), "EDMEulerScheduler, which does not add noise by"),
    (scheduler(num_train_timesteps=500), "has 500 timesteps; diffmine reads models of 1,000"),
    (unet(in_channels=9), r"an inpainting model: it also reads a mask .*\(9 channels for 4\)"),
    (unet(in_channels=8), "edits a picture"),
    (vae(latent_channels=16), "reads 4 channels and its autoencoder makes 16"),
    (
        unet(cross_attention_dim=1024),
        f"reads texts of width 1024 and the text encoder gives {made.WORDS}: .*--base",
    ),
    (unet(block_out_channels=[64, 32, 32, 64]), "does not fit its config.json: conv_in"),
    (pickled, r"\.bin is a pickle, which can run code .* safe_serialization=True"),
    (without("vae"), "has no vae; give by --base the model it came from"),
    (without("text_encoder"), "has no text_encoder; give by --base"),
    (cut, "is no whole safetensors file"),
    (lambda f: (f / "unet" / "config.json").write_text("{"), "config.json cannot be read"),
    (lambda f: (f / "unet" / "config.json").unlink(), "has no config.json"),
]


@pytest.mark.parametrize(("change", "says"), REFUSED, ids=[says[:30] for _, says in REFUSED])
def test_it_is_refused(base: Path, tmp_path: Path, change: Callable, says: str) -> None:
    folder = made.copy(base, tmp_path / "model")
    change(folder)
    with pytest.raises(ModelError, match=says) as refused:
        find(ModelConfig(model=str(folder)))
    assert "\n" not in str(refused.value)
    with pytest.raises(ModelError, match=says):
        load_model(folder, "cpu")


def test_schedulers_that_sample_otherwise_are_taken(base: Path, truth, tmp_path: Path) -> None:
    """Which sampler a folder names does not matter: its noise is the same."""
    for kind in (
        "EulerDiscreteScheduler",
        "DPMSolverMultistepScheduler",
        "UniPCMultistepScheduler",
    ):
        folder = made.copy(base, tmp_path / kind)
        made.edit(folder / "scheduler" / "scheduler_config.json", _class_name=kind)
        assert torch.equal(made.predicted(folder), truth)


@pytest.mark.parametrize("name", ["v1-5.ckpt", "pytorch_model.bin", "model.pt"])
def test_a_file_that_is_a_pickle(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04.")
    for asked in (tmp_path / name, tmp_path):
        with pytest.raises(ModelError, match=rf"{name} is a pickle"):
            find(ModelConfig(model=str(asked)))


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("conditioner.embedders.0.model.x", "is the refiner of Stable Diffusion XL in one file"),
        ("model.diffusion_model.joint_blocks.0.x", "is Stable Diffusion 3 in one file"),
        ("model.diffusion_model.label_emb.0.0.weight", "is not Stable Diffusion XL: it has no"),
        ("model.diffusion_model.double_blocks.0.x", "is FLUX in one file"),
        ("down_blocks.0.resnets.0.conv1.weight", "is a UNet without its config.json"),
        ("model.diffusion_model.x", "is not Stable Diffusion 1: it has no"),
        ("something", "neither a UNet nor a LoRA"),
    ],
)
def test_other_single_files(tmp_path: Path, key: str, says: str) -> None:
    save_file({key: torch.ones(1)}, tmp_path / "x.safetensors")
    with pytest.raises(ModelError, match=says):
        find(ModelConfig(model=str(tmp_path / "x.safetensors")))


def test_folders_that_are_no_model(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"is no model: it has no model_index\.json"):
        find(ModelConfig(model=str(tmp_path)))
    made.copy(base / "unet", tmp_path / "out" / "checkpoint-500" / "unet")
    with pytest.raises(
        ModelError, match=r"holds checkpoints; give one of them, as .*checkpoint-500"
    ):
        find(ModelConfig(model=str(tmp_path / "out")))
    for name in "ab":
        save_file({"x": torch.ones(1)}, tmp_path / f"{name}.safetensors")
    with pytest.raises(ModelError, match=r"holds 2 models, as a\.safetensors"):
        find(ModelConfig(model=str(tmp_path)))


@pytest.mark.parametrize("name", ["/nowhere/model", "./model", "model.safetensors", "one two/x"])
def test_what_is_no_name_of_a_repository(name: str) -> None:
    with pytest.raises(ModelError, match="There is no folder or file"):
        find(ModelConfig(model=name))
