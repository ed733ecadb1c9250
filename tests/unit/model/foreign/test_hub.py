"""Models on the Hub: what is downloaded, checked, pinned and there without a network afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
import torch
from huggingface_hub import constants
from torch import Tensor

from diffmine.config import ModelConfig
from diffmine.errors import ModelError
from diffmine.model.foreign.find import find
from diffmine.model.foreign.hub import Repository, needed, repository_of
from diffmine.model.load import load_checkpoint
from tests.unit.model.foreign import made
from tests.unit.model.foreign.hub import COMMIT, Hub, serving


@pytest.fixture
def hub(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a published model, and what else lies beside it there."""
    folder = made.copy(base, tmp_path / "hub" / "cardb")
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    shutil.copy(folder / "unet" / "diffusion_pytorch_model.safetensors",
                folder / "unet" / "diffusion_pytorch_model.fp16.safetensors")  # fmt: skip
    (folder / "v1-5.safetensors").write_bytes(b"the same in one file")
    (folder / "safety_checker").mkdir()
    (folder / "safety_checker" / "model.safetensors").write_bytes(b"not needed")
    (folder / "README.md").write_text("not needed")
    hub = Hub({"diff-mining/cardb": folder})
    with serving(hub) as address:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE",
                            address + "/{repo_id}/resolve/{revision}/{filename}")  # fmt: skip
        yield hub
        huggingface_hub.close_session()


def predicted(checkpoint) -> Tensor:
    return made.predicted(load_checkpoint(checkpoint, "cpu", torch.float32))


def test_it_is_downloaded_once_and_pinned(
    hub: Hub, truth: Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int, str]] = []
    checkpoint = find(
        ModelConfig(profile="cardb"), progress=lambda s, d, t, u, note="": told.append((s, d, t, u))
    )
    assert checkpoint.config.model == f"diff-mining/cardb@{COMMIT}"
    assert torch.equal(predicted(checkpoint), truth)
    stage, done, total, unit = told[-1]
    assert (stage, done, unit) == ("download", total, "MB")
    taken = {line.split(f"{COMMIT}/")[1] for line in hub.asked if f"{COMMIT}/" in line}
    assert {name for name in taken if name.endswith(".safetensors")} == {
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors",
    }
    assert not any(name.startswith(("safety", "README")) or ".bin" in name for name in taken)
    # At the commit that was noted, nothing is asked; a branch is where it was when nobody answers.
    hub.asked.clear()
    assert torch.equal(predicted(find(checkpoint.config)), truth)
    assert not hub.asked
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert find(ModelConfig("diff-mining/cardb")).config.model == f"diff-mining/cardb@{COMMIT}"
    # The cache of the Hub, carried to another machine, is a mirror.
    mirror = shutil.copytree(tmp_path / "cache", tmp_path / "mirror", symlinks=True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "empty"))
    assert torch.equal(predicted(find(ModelConfig("diff-mining/cardb", mirror=str(mirror)))), truth)
    with pytest.raises(ModelError, match="and the Hub cannot be reached to download it"):
        find(ModelConfig("diff-mining/cardb"))


def test_what_arrives_otherwise_is_refused_and_asked_for_again(hub: Hub, tmp_path: Path) -> None:
    hub.spoiled = "vae/diffusion_pytorch_model.safetensors"
    with pytest.raises(ModelError, match=f"{hub.spoiled} of diff-mining/cardb did not arrive as"):
        find(ModelConfig("diff-mining/cardb"))
    hub.spoiled = ""
    assert find(ModelConfig("diff-mining/cardb")).parts


def test_what_the_hub_does_not_have(hub: Hub) -> None:
    with pytest.raises(
        ModelError, match="somebody/nothing is no folder or file here, and no model"
    ):
        find(ModelConfig("somebody/nothing"))
    with pytest.raises(ModelError, match="diff-mining/cardb has no revision 'other' on the Hub"):
        find(ModelConfig("diff-mining/cardb@other"))


def test_pickles_are_not_downloaded(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "old"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    hub.repositories["somebody/old"] = folder
    with pytest.raises(ModelError, match=r"somebody/old/unet/.*\.bin is a pickle"):
        find(ModelConfig("somebody/old"))
    assert not any(line.startswith("GET somebody/old/") for line in hub.asked)


def test_an_offline_name_is_one_sentence() -> None:
    with pytest.raises(ModelError) as refused:  # the tests are offline
        find(ModelConfig("stable-diffusion-v1-5/stable-diffusion-v1-5"))
    assert str(refused.value) == (
        "stable-diffusion-v1-5/stable-diffusion-v1-5 is no folder or file here, and the Hub cannot "
        "be reached to download it; give the folder of a copy, or --mirror."
    )


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("a/b", Repository("a/b")),
        ("a/b@v1.0", Repository("a/b", "", "v1.0")),
        ("a/b/unet", Repository("a/b", "unet")),
        ("a/b/c/d.safetensors@refs/pr/1", Repository("a/b", "c/d.safetensors", "refs/pr/1")),
        ("a", None),
        ("a b/c", None),
        ("../b", None),
    ],
)
def test_names_of_repositories(name: str, means: Repository | None) -> None:
    assert repository_of(name) == means


NAMES = [
    "model_index.json", "v1.safetensors", "unet/config.json", "unet/diffusion_pytorch_model.bin",
    "unet/diffusion_pytorch_model.fp16.safetensors", "vae/config.json",
    "vae/diffusion_pytorch_model-00001-of-00002.safetensors",
    "vae/diffusion_pytorch_model-00002-of-00002.safetensors",
    "vae/diffusion_pytorch_model.safetensors.index.json", "tokenizer/merges.txt",
    "feature_extractor/preprocessor_config.json", "checkpoint-500/unet/config.json",
    "checkpoint-500/unet/diffusion_pytorch_model.safetensors", "checkpoint-500/optimizer.bin",
]  # fmt: skip


def test_the_files_that_are_needed() -> None:
    assert needed(NAMES) == [
        "model_index.json", "tokenizer/merges.txt", "unet/config.json",
        "unet/diffusion_pytorch_model.fp16.safetensors", "vae/config.json",
        "vae/diffusion_pytorch_model-00001-of-00002.safetensors",
        "vae/diffusion_pytorch_model-00002-of-00002.safetensors",
        "vae/diffusion_pytorch_model.safetensors.index.json",
    ]  # fmt: skip
    assert needed(NAMES, "v1.safetensors") == ["v1.safetensors"]
    assert "checkpoint-500/unet/config.json" in needed(NAMES, "checkpoint-500")
    assert needed(["README.md", "unet/x.bin"]) == []
    assert needed(["lora.safetensors", "README.md"]) == ["lora.safetensors"]
