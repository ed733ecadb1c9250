"""Builds with a model that diffmine did not train: asked in the words that are given, recorded in
the atlas, watched, and refused before anything is collected."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from diffmine.app.cache import served
from diffmine.app.shelf import Shelf
from diffmine.atlas.health import health
from diffmine.atlas.reader import open_atlas
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.cli import main
from diffmine.config import BuildConfig, DataConfig, ModelConfig, TypicalityConfig
from diffmine.errors import ModelError
from diffmine.live.score import patch_scores
from diffmine.model.bases import base_of
from diffmine.model.load import load_model
from diffmine.model.prompts import Prompts
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_stage
from diffmine.pipeline.models import found, is_other, settled, use_model
from diffmine.pipeline.plan import AGAIN, KEPT, plan
from tests.helpers import LABELS, draw_shapes, quick
from tests.unit.model.foreign import made

WORDS = {"prompt": "A {label}.", "null_prompt": "A picture."}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_shapes(tmp_path_factory.mktemp("data"), 3)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as somebody else has it: nothing says how it is asked."""
    folder = make_random(tmp_path_factory.mktemp("theirs") / "model")
    (folder / "diffmine.json").unlink()
    return folder


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A model of four levels over an autoencoder of four, as Stable Diffusion 1 is: of an image of
    64 pixels one number is left where it is deepest."""
    return made.whole(tmp_path / "deep")


@pytest.fixture(scope="module")
def atlas(data: Path, theirs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "atlas"
    build(data, out, quick(theirs), model=ModelConfig(str(theirs), **WORDS))
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}  # fmt: skip


def scored(collected: Path, out: Path, config: BuildConfig, model: str | ModelConfig) -> Workspace:
    """A copy of an atlas, scored by a model."""
    if not out.exists():
        shutil.copytree(collected, out)
    atlas = open_workspace(out)
    with atlas.hold():
        use_model(atlas, model)
        run_stage(atlas, "typicality", config)
    return atlas


def test_the_words_are_those_that_are_given(theirs: Path, atlas: Path, tmp_path: Path) -> None:
    before = files(theirs)
    ours = shutil.copytree(theirs, tmp_path / "ours")
    (ours / "diffmine.json").write_text(Prompts(**WORDS).to_json())
    scored(atlas, tmp_path / "atlas", quick(theirs), str(ours))
    maps = open_atlas(atlas).parts("maps")
    assert maps
    for part in maps:
        assert part.read_bytes() == (tmp_path / "atlas" / part.relative_to(atlas)).read_bytes()
    assert files(theirs) == before  # nothing is written into the folder of a user
    assert not (tmp_path / "atlas" / "diffmine.json").exists()
    now = open_atlas(tmp_path / "atlas")
    assert now.model_path == ours
    assert health(now).broken == health(now).foreign == ()


def test_the_atlas_says_how_its_model_is_asked(theirs: Path, atlas: Path) -> None:
    noted = json.loads((atlas / "diffmine.json").read_text())
    assert noted["prompt"] == "A {label}."
    assert noted["weights"]["model"] == str(theirs)
    opened = open_atlas(atlas)
    assert opened.model_path is not None
    model = load_model(opened.model_path, "cpu")
    assert model.prompts == Prompts(**WORDS)
    assert model.name == str(theirs)
    picture = opened.pictures.picture(opened.table("images")["image_id"][0].as_py())
    assert len(patch_scores(model, picture, (0, 0, 16), list(LABELS))) == 2
    assert Shelf("x", open_workspace(atlas), served()).model == atlas / "diffmine.json"
    assert health(opened).broken == health(opened).foreign == ()


def test_other_words_ask_again(data: Path, theirs: Path, atlas: Path) -> None:
    same, other = (
        ModelConfig(str(theirs), **WORDS | change) for change in ({}, {"null_prompt": ""})
    )
    fates = {step.stage: step.fate for step in plan(data, quick(theirs), same, atlas).steps}
    assert set(fates.values()) == {KEPT}
    fates = {step.stage: step.fate for step in plan(data, quick(theirs), other, atlas).steps}
    assert fates["typicality"] == AGAIN


def test_a_change_of_its_files_is_noticed(theirs: Path, atlas: Path, tmp_path: Path) -> None:
    folder, out = shutil.copytree(theirs, tmp_path / "model"), tmp_path / "atlas"
    model = ModelConfig(str(folder), **WORDS)
    scored(atlas, out, quick(theirs), model)
    assert not found(model, out).lora
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-2] + b"\x00\x3c")
    broken = f"{folder}/unet/diffusion_pytorch_model.safetensors"
    assert health(open_atlas(out)).broken == (broken,)
    assert is_other(open_atlas(out), found(model, out))
    before = open_atlas(out).parts("maps")[0].read_bytes()
    scored(atlas, out, quick(theirs), model)
    assert open_atlas(out).parts("maps")[0].read_bytes() != before
    assert health(open_atlas(out)).broken == ()
    shutil.rmtree(folder)
    assert Shelf("x", open_workspace(out), served()).model is None
    with pytest.raises(ModelError, match=f"no folder or file {folder}"):
        load_model(open_atlas(out).needed_model())


def test_a_lost_note_is_written_again(theirs: Path, atlas: Path, tmp_path: Path) -> None:
    out = shutil.copytree(atlas, tmp_path / "atlas")
    (out / "diffmine.json").unlink()
    assert health(open_atlas(out)).broken == ("diffmine.json",)
    scored(atlas, out, quick(theirs), ModelConfig(str(theirs), **WORDS))
    assert health(open_atlas(out)).broken == ()


def test_a_received_atlas_names_no_file_outside_of_a_models_folder(
    atlas: Path, tmp_path: Path
) -> None:
    from diffmine.errors import AtlasError

    out = shutil.copytree(atlas, tmp_path / "atlas")
    workspace = open_workspace(out)
    workspace.manifest.model["sources"] = {"x": {"path": "/", "files": {"../etc/passwd": ""}}}
    workspace.save()
    with pytest.raises(AtlasError, match="outside of its folder"):
        open_atlas(out)
    workspace.manifest.model["sources"] = {"x": 3}
    workspace.save()
    with pytest.raises(AtlasError, match="is broken"):
        open_atlas(out)


def test_without_words_nothing_is_collected(data: Path, theirs: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"give --prompt .* or --profile"):
        build(data, tmp_path / "atlas", quick(theirs), model=str(theirs))
    with pytest.raises(ModelError, match="give --null-prompt too"):
        build(
            data,
            tmp_path / "atlas",
            quick(theirs),
            model=ModelConfig(str(theirs), prompt="{label}"),
        )
    assert not (tmp_path / "atlas").exists()


@pytest.mark.parametrize("option", ["--model", "--base"])
def test_a_distilled_model_is_refused_before_anything_is_collected(
    data: Path, theirs: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(theirs, tmp_path / "lcm")
    config = json.loads((folder / "unet" / "config.json").read_text())
    (folder / "unet" / "config.json").write_text(json.dumps(config | {"time_cond_proj_dim": 256}))
    words = ["--prompt", "A {label}.", "--null-prompt", "A."] if option == "--model" else []
    with pytest.raises(SystemExit) as ended:
        main(["build", str(data), "--out", str(tmp_path / "atlas"), option, str(folder), *words])
    assert ended.value.code == 2
    assert "is distilled to few steps" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "atlas").exists()


def test_words_for_a_model_that_is_trained_are_refused(data: Path, tmp_path: Path, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["build", str(data), "--out", str(tmp_path / "a"), "--prompt", "A {label}."])
    assert ended.value.code == 2
    assert "--finetune.prompt" in capsys.readouterr().err


def test_sizes_and_timesteps_are_those_of_the_profile(theirs: Path) -> None:
    checkpoint = found(ModelConfig(str(theirs), profile="xray"))
    assert checkpoint.prompts is not None
    assert (
        checkpoint.prompts.of("Mass|Pleural_Thickening")
        == "Chest X-Ray with Mass, Pleural Thickening."
    )
    config = settled(BuildConfig(), checkpoint)
    assert (config.data.image_size, config.data.kind) == (512, "finding")
    assert config.typicality.t_range == (0, 1000)
    chosen = BuildConfig(
        data=DataConfig(image_size=128, kind="other"),
        typicality=TypicalityConfig(t_range=(300, 500)),
    )
    config = settled(chosen, checkpoint)
    assert (config.data.image_size, config.typicality.t_range) == (128, (300, 500))


def test_the_size_of_a_model_without_profile_is_its_own(theirs: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(theirs, tmp_path / "model")
    config = json.loads((folder / "unet" / "config.json").read_text())
    (folder / "unet" / "config.json").write_text(json.dumps(config | {"sample_size": 16}))
    checkpoint = found(ModelConfig(str(folder), **WORDS))
    factor = 2 ** (len(checkpoint.parts["vae"].config["block_out_channels"]) - 1)
    assert settled(BuildConfig(), checkpoint).data.image_size == 16 * factor
    ours = make_random(tmp_path / "ours")
    assert settled(BuildConfig(), found(str(ours))) == BuildConfig()


@pytest.mark.parametrize("option", ["--model", "--base"])
def test_images_that_are_too_small_for_a_model_are_refused_before_they_are_collected(
    data: Path, deep: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--prompt", "A {label}.", "--null-prompt", "A."] if option == "--model" else []
    asked = ["build", str(data), "--out", str(tmp_path / "atlas"), option, str(deep), *words]
    for dry in ([], ["--dry-run"]):
        with pytest.raises(SystemExit) as ended:
            main([*asked, "--data.image-size", "64", *dry])
        assert ended.value.code == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "--data.image-size 64 is too small for" in said
        assert "take 128 or more" in said
        assert not (tmp_path / "atlas").exists()


def test_the_smallest_size_that_a_deep_model_can_take_is_mined(
    data: Path, deep: Path, tmp_path: Path
) -> None:
    """It says that it was made for less, so that the smallest size that works is chosen."""
    config = replace(quick(deep), data=DataConfig())
    made.edit(deep / "unet" / "config.json", sample_size=8)
    build(data, tmp_path / "atlas", config, model=ModelConfig(str(deep), **WORDS))
    atlas = open_atlas(tmp_path / "atlas")
    assert set(atlas.table("images")["width"].to_pylist()) == {128}
    assert len(atlas.parts("translations")) == len(LABELS)
    assert base_of(deep).side == 128  # type: ignore[union-attr]
