"""Every layout in which people have a checkpoint predicts what the whole folder predicts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel

from diffmine.config import ModelConfig
from diffmine.model.foreign.find import find
from diffmine.model.foreign.single import tokenizer
from diffmine.model.load import load_checkpoint
from tests.unit.model.foreign import made

PARTS = {"unet": UNet2DConditionModel, "vae": AutoencoderKL, "text_encoder": CLIPTextModel}


def again(base: Path, folder: Path, only: bool, **how) -> Path:
    """The networks of a model saved in another way, alone or beside the plain ones."""
    made.copy(base, folder)
    for name, kind in PARTS.items():
        part = kind.from_pretrained(base / name, torch_dtype=torch.float16)
        for path in (folder / name).glob("*.safetensors") if only else []:
            path.unlink()
        part.save_pretrained(folder / name, safe_serialization=True, **how)
    return folder


def close(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "how",
    [
        {"variant": "fp16"},
        {"max_shard_size": "200KB"},
        {"variant": "fp16", "max_shard_size": "200KB"},
    ],
    ids=str,
)
def test_variants_and_shards(base: Path, truth: Tensor, tmp_path: Path, how) -> None:
    folder = again(base, tmp_path / "model", True, **how)
    close(made.predicted(folder), truth)


def test_a_missing_shard_is_named(base: Path, tmp_path: Path) -> None:
    folder = again(base, tmp_path / "model", True, max_shard_size="200KB")
    shard = sorted((folder / "unet").glob("*.safetensors"))[1]
    shard.unlink()
    with pytest.raises(Exception, match=rf"lacks {shard.name}, one of the"):
        find(ModelConfig(model=str(folder)))


def test_a_unet_alone_takes_the_other_parts_from_its_base(
    base: Path, truth: Tensor, tmp_path: Path
) -> None:
    alone = made.copy(base / "unet", tmp_path / "mine")
    for asked in (alone, alone / "diffusion_pytorch_model.safetensors"):
        checkpoint = find(ModelConfig(str(asked), str(base)))
        close(made.predicted(load_checkpoint(checkpoint, "cpu", torch.float32)), truth)


@pytest.mark.parametrize("asked", ["checkpoint-500", "checkpoint-500/unet"])
def test_a_checkpoint_of_a_training_takes_them_from_above(
    base: Path, truth: Tensor, tmp_path: Path, asked: str
) -> None:
    out = made.copy(base, tmp_path / "out")
    shutil.move(out / "unet", out / "checkpoint-500" / "unet")
    (out / "checkpoint-500" / "optimizer.bin").write_bytes(b"a pickle that nobody opens")
    close(made.predicted(out / asked), truth)


def test_one_file_in_the_layout_of_its_authors(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DIFFMINE_DATA", str(tmp_path / "data"))
    folder = made.whole(tmp_path / "model", tokenizer())
    truth = made.predicted(folder)
    path = made.single(folder, tmp_path / "v1.safetensors", half=True)
    close(made.predicted(path), truth)
    written = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    close(made.predicted(path), truth)
    assert [file for file in (tmp_path / "data").rglob("*") if file.is_file()] == written


def test_the_tokenizer_of_a_file_is_that_of_clip() -> None:
    ids = tokenizer()("a photo of a cat", padding="max_length", max_length=9).input_ids
    assert ids == [49406, 320, 1125, 539, 320, 2368, 49407, 49407, 49407]  # as published


def test_a_pickle_beside_safetensors_is_not_opened(
    base: Path, truth: Tensor, tmp_path: Path
) -> None:
    folder = made.copy(base, tmp_path / "model")
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"not even a pickle")
    close(made.predicted(folder), truth)


def test_the_folder_of_the_user_is_left_as_it_is(base: Path, truth: Tensor, tmp_path: Path) -> None:
    folder = again(base, tmp_path / "model", True, variant="fp16")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    made.predicted(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_text_is_no_dtype(base: Path) -> None:
    with pytest.raises(Exception, match=r"none of torch's|dtype"):
        load_checkpoint(find(ModelConfig(model=str(base))), "cpu", "float16")  # type: ignore[arg-type]


def test_index_of_a_unet_alone_is_that_of_its_base(base: Path, tmp_path: Path) -> None:
    alone = made.copy(base / "unet", tmp_path / "mine")
    index = find(ModelConfig(str(alone), str(base))).index
    assert index == json.loads((base / "model_index.json").read_text())
