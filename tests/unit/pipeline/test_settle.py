"""What the base decides where nothing was asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from diffmine import config as settings
from diffmine.config import LARGE_BASE, BuildConfig, DataConfig, FinetuneConfig
from diffmine.data.sources import open_dataset
from diffmine.errors import AtlasError
from diffmine.model.bases import base_of
from diffmine.model.cost import Cost
from diffmine.model.tiny import make_random
from diffmine.pipeline.plan import cost
from diffmine.pipeline.settle import by_base, training_plan
from diffmine.stages.finetune import fit
from tests.helpers import draw_shapes


@pytest.fixture
def shaped(tmp_path: Path) -> Path:
    """A base without diffmine.json, whose network was trained on latents of 48 pixels."""
    base = make_random(tmp_path / "base")
    (base / "diffmine.json").unlink()
    path = base / "unet" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"sample_size": 48}))
    return base


def test_a_base_has_the_size_it_was_made_for(shaped: Path, tmp_path: Path) -> None:
    base = base_of(shaped)
    assert base is not None
    assert (base.side, base.factor) == (96, 2)
    assert 50_000 < base.weights < 200_000
    tiny = base_of("tiny")
    assert tiny is not None
    assert tiny.side == 64
    assert base_of(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("images", "labels", "steps", "shifts"),
    [
        (300, 3, 1000, 4),
        (600, 8, 1500, 4),
        (300, 40, 1600, 4),
        (1500, 8, 3750, 4),
        (5600, 24, 6000, 2),
        (9000, 8, 6000, 1),
    ],
)
def test_a_small_base_trains_by_images_and_labels(
    images: int, labels: int, steps: int, shifts: int
) -> None:
    config, said = by_base(BuildConfig(), images=images, labels=labels)
    assert config.data.image_size == 64
    training = config.finetune
    assert (training.steps, training.batch, training.learning_rate) == (steps, 16, 3e-4)
    assert (training.prompt_rate, training.focus, training.layers) == (10, 0.9, "all")
    assert training.shifts == shifts, "versions that nobody sees are not encoded"
    assert not said


def test_an_atlas_keeps_the_training_that_it_had() -> None:
    """One made before the layers that read the prompt had a rate of their own, too."""
    before = {"base": "tiny", "steps": 2000, "batch": 64, "learning_rate": 3e-4, "lora": 0}
    before["shifts"] = 4
    stored = {"finetune": before, "data": {"image_size": 64}}
    config, _ = by_base(BuildConfig(), images=9000, labels=8, stored=stored)
    training = config.finetune
    assert (training.steps, training.batch, training.learning_rate) == (2000, 64, 3e-4)
    assert (training.prompt_rate, training.focus, training.shifts) == (1, 0, 4)
    was = FinetuneConfig(**before)
    assert settings.results("finetune", settings.as_dict(was)) == settings.results(
        "finetune", settings.as_dict(training)
    )
    asked = BuildConfig(finetune=FinetuneConfig(batch=32, prompt_rate=10))
    config, _ = by_base(asked, images=300, labels=8, stored=stored)
    assert (config.finetune.batch, config.finetune.prompt_rate) == (32, 10)
    assert config.finetune.steps == 2000


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"typicality": {"top": "x"}}, "atlas.json has 'x' for typicality.top: input should be"),
        ({"finetune": {"base": "tiny", "steps": [3]}}, r"has \[3\] for finetune.steps: input"),
        ({"data": "64"}, "has '64' for data, which is no settings"),
    ],
)
def test_a_stored_setting_of_another_kind_is_a_sentence(
    stored: dict[str, object], sentence: str
) -> None:
    with pytest.raises(AtlasError, match=sentence):
        by_base(BuildConfig(), images=30, labels=3, stored=stored)
    newer = {"typicality": {"seed": 3, "of_a_newer_version": 1}, "newer": {"x": 2}}
    config, _ = by_base(BuildConfig(), images=30, labels=3, stored=newer)
    assert config.typicality.scheme == "common"


def test_a_large_base_has_its_own_size_rate_and_steps(
    shaped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffmine.config.finetune.LARGE_BASE", replace(LARGE_BASE, weights=1000))
    asked = BuildConfig(finetune=FinetuneConfig(base=str(shaped)))
    config, said = by_base(asked, images=2000, labels=8)
    training = config.finetune
    assert config.data.image_size == 96
    assert (training.steps, training.batch, training.learning_rate) == (3750, 16, 1e-5)
    assert "at 96 pixels" in said[0]
    assert "3,750 steps of 16 images at a learning rate of 1e-05, all weights" in said[1]
    few, _ = by_base(asked, images=20, labels=30)
    assert few.finetune.steps == 3000, "a hundred for each label"
    lora = replace(asked, finetune=replace(asked.finetune, lora=8, steps=7))
    config, said = by_base(lora, images=2000, labels=8)
    assert (config.finetune.steps, config.finetune.learning_rate) == (7, 1e-4)
    own = replace(asked, data=DataConfig(image_size=48))
    assert by_base(own, images=9, labels=2)[0].data.image_size == 48


def test_more_images_do_not_change_the_steps_of_an_atlas(
    shaped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffmine.config.finetune.LARGE_BASE", replace(LARGE_BASE, weights=1000))
    asked = BuildConfig(finetune=FinetuneConfig(base=str(shaped)))
    first, _ = by_base(asked, images=2000, labels=8)
    stored = {"finetune": settings.as_dict(first.finetune), "data": {"image_size": 64}}
    again, _ = by_base(asked, images=2300, labels=8, stored=stored)
    assert again.finetune == first.finetune
    assert again.data.image_size == 64, "as it was mined before"
    other = replace(asked, finetune=replace(asked.finetune, base="tiny"))
    assert by_base(other, images=9, labels=2, stored=stored)[0].data.image_size == 64


def test_a_dry_run_says_size_rate_steps_memory_and_time(
    shaped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = draw_shapes(tmp_path / "data", per_label=3)
    monkeypatch.setattr("diffmine.config.finetune.LARGE_BASE", replace(LARGE_BASE, weights=1000))
    monkeypatch.setattr(fit, "cost_of", lambda base, how: Cost(10**9, 10**9, 10**8, 10**9))
    monkeypatch.setattr(fit, "operations_of", lambda base, how: 1e12)
    monkeypatch.setattr(fit, "free_memory", lambda device: int(4e9))
    lines = "\n".join(training_plan(data, DataConfig(), FinetuneConfig(base=str(shaped))))
    for words in ("96 pixels", "1,000 steps of 16 images", "1e-05", "2.6 GB; 3.6 GB can be"):
        assert words in lines
    assert "hours on cpu" in lines or "minutes on cpu" in lines or "seconds on cpu" in lines


@pytest.mark.parametrize(("images", "raced"), [(9999, False), (10_000, True)])
def test_many_images_for_each_patch_are_scored_in_a_race_and_the_plan_says_so(
    tmp_path: Path, images: int, raced: bool
) -> None:
    config, _ = by_base(BuildConfig(), images=images, labels=2)
    assert config.typicality.adaptive is raced
    dataset = open_dataset(draw_shapes(tmp_path / "data", per_label=2))
    told = cost("typicality", config, dataset, images)
    if raced:
        assert told == "10000 x 32 draws x 2 prompts, in a race about 264,000 predictions"
    else:
        assert told == "9999 x 32 draws x 2 prompts = 639,936 predictions"
