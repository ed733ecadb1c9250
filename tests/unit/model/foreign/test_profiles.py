"""The published models are asked as they were trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import CLIPConfig, CLIPModel

from diffmine.config import ModelConfig
from diffmine.errors import ModelError, UsageError
from diffmine.model.foreign.find import find
from diffmine.model.foreign.profiles import CLIP, PROFILES, profile_of
from diffmine.model.load import load_checkpoint
from diffmine.model.prompts import Prompts, read_prompts
from tests.unit.model.foreign import made

BY_NAME = {profile.name: profile for profile in PROFILES}


@pytest.mark.parametrize(
    ("name", "label", "prompt", "null"),
    [
        ("cardb", "1920", "A car from the 1920s.", "A car."),
        ("cardb", "1920s", "A car from the 1920s.", "A car."),
        ("ftt", "1880", "A face portrait of the 1880s.", "A face portrait"),
        ("ftt", "1880s", "A face portrait of the 1880s.", "A face portrait"),
        ("g3", "France", "A google street view image in France", "A google street view image"),
        ("places", "beer_garden", "Image of beer garden.", ""),
        ("places", "indoor_bazaar", "Image of indoor bazaar.", ""),
        ("xray", "No Finding", "Chest X-Ray with no finding.", "Chest X-Ray."),
        ("xray", "Pleural_Thickening", "Chest X-Ray with Pleural Thickening.", "Chest X-Ray."),
        ("xray", "Mass|Nodule", "Chest X-Ray with Mass, Nodule.", "Chest X-Ray."),
        ("xray", "Mass, Nodule", "Chest X-Ray with Mass, Nodule.", "Chest X-Ray."),
    ],
)
def test_prompts_are_those_of_the_training(name: str, label: str, prompt: str, null: str) -> None:
    prompts = BY_NAME[name].prompts
    assert (prompts.of(label), prompts.of(None)) == (prompt, null)


def test_sizes_timesteps_and_layouts() -> None:
    assert {p.name: p.side for p in PROFILES} == {
        "cardb": 256, "ftt": 256, "g3": 512, "places": 512, "xray": 512,
    }  # fmt: skip
    assert {p.name: p.t_range for p in PROFILES if p.t_range != (100, 700)} == {"xray": (0, 1000)}
    from diffmine.data.sources import SOURCES

    assert {p.source for p in PROFILES} <= {source.name for source in SOURCES}


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("diff-mining/cardb", "cardb"),
        ("diff-mining/xray@0123abc", "xray"),
        ("/mirror/diff-mining/ftt", "ftt"),
        ("diff-mining/cardb/unet", None),
        ("somebody/cardb", None),
    ],
)
def test_a_profile_is_known_by_its_name(model: str, name: str | None) -> None:
    profile = profile_of("", model)
    assert (profile.name if profile else None) == name


def test_an_unknown_profile_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="there are cardb, ftt, g3, places, xray"):
        profile_of("cars", "")


def test_a_folder_of_its_name_is_asked_so_unless_it_says_otherwise(
    base: Path, tmp_path: Path
) -> None:
    folder = made.copy(base, tmp_path / "diff-mining" / "cardb")
    assert find(ModelConfig(model=str(folder))).prompts == BY_NAME["cardb"].prompts
    (folder / "diffmine.json").write_text(Prompts("A {label}.", "A.").to_json())
    assert find(ModelConfig(model=str(folder))).prompts == Prompts("A {label}.", "A.")
    asked = find(ModelConfig(model=str(folder), profile="ftt")).prompts
    assert asked == BY_NAME["ftt"].prompts
    asked = find(ModelConfig(model=str(folder), profile="ftt", null_prompt="")).prompts
    assert asked is not None
    assert (asked.of("1880s"), asked.of(None)) == ("A face portrait of the 1880s.", "")


def test_a_profile_alone_is_that_model_from_a_mirror(base: Path, truth, tmp_path: Path) -> None:
    made.copy(base, tmp_path / "diff-mining" / "places")
    checkpoint = find(ModelConfig(profile="places", mirror=str(tmp_path)))
    assert checkpoint.prompts == BY_NAME["places"].prompts
    assert torch.equal(made.predicted(load_checkpoint(checkpoint, "cpu", torch.float32)), truth)
    with pytest.raises(ModelError, match="has no folder diff-mining/g3 and no copy"):
        find(ModelConfig(profile="g3", mirror=str(tmp_path)))


def test_the_text_encoder_that_lacks_is_the_tower_of_clip(base: Path, tmp_path: Path) -> None:
    """Of a whole CLIP model, which also reads pictures, the half that reads texts."""
    folder = made.copy(base, tmp_path / "diff-mining" / "cardb")
    encoder = json.loads((folder / "text_encoder" / "config.json").read_text())
    made.shutil.rmtree(folder / "text_encoder")
    made.shutil.move(folder / "tokenizer", tmp_path / "tokenizer")
    tiny = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
            "num_attention_heads": 1, "image_size": 8, "patch_size": 4}  # fmt: skip
    torch.manual_seed(0)
    clip = CLIPModel(CLIPConfig(text_config=encoder, vision_config=tiny, projection_dim=8))
    clip.save_pretrained(tmp_path / CLIP)
    for path in (tmp_path / "tokenizer").iterdir():
        made.shutil.copy(path, tmp_path / CLIP)
    checkpoint = find(ModelConfig(profile="cardb", mirror=str(tmp_path)))
    model = load_checkpoint(checkpoint, "cpu", torch.float32)
    ids = model.tokenizer(
        ["A car."], padding="max_length", max_length=77, return_tensors="pt"
    ).input_ids
    with torch.no_grad():
        expected = clip.text_model(ids).last_hidden_state
    torch.testing.assert_close(model.embed(["A car."]), expected)


def test_prompts_come_back_with_their_spelling(tmp_path: Path) -> None:
    prompts = BY_NAME["xray"].prompts
    (tmp_path / "diffmine.json").write_text(prompts.to_json())
    assert read_prompts(tmp_path) == prompts
    assert (
        "spelling" not in Prompts("A {label}.", "A.").to_json()
    )  # older versions know no such field
    (tmp_path / "diffmine.json").write_text(prompts.to_json().replace("spaces", "shouting"))
    with pytest.raises(ModelError, match="know no spelling 'shouting'"):
        read_prompts(tmp_path)
