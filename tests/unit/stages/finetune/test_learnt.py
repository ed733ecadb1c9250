"""Which images a model learnt from, and when it is trained again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace
from diffmine.config import BuildConfig, DataConfig, FinetuneConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Progress, Report, silent
from diffmine.errors import Enough
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect, run_stage
from diffmine.pipeline.models import use_model
from tests.helpers import LABELS, draw_shapes

STEPS = 2
WEIGHTS = "diffusion_pytorch_model.safetensors"
Train = Callable[..., tuple[Workspace, Report]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base") / "base")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return draw_shapes(tmp_path / "data", per_label=5)


@pytest.fixture
def train(tmp_path: Path, base: Path) -> Train:
    def run(**more: Any) -> tuple[Workspace, Report]:
        dataset = open_dataset(tmp_path / "data")
        atlas = create_workspace(tmp_path / "atlas", Manifest("t", list(dataset.labels)))
        config = FinetuneConfig(base=str(base), steps=STEPS, batch=2, shifts=1)
        with atlas.hold():
            collect(atlas, dataset, DataConfig(image_size=32))
            finetune = replace(config, **more)
            return atlas, run_stage(atlas, "finetune", BuildConfig(finetune=finetune))

    return run


def paint(path: Path) -> None:
    Image.new("RGB", (32, 32), "grey").save(path)


def test_a_model_stays_while_it_knows_enough_of_the_images(data: Path, train: Train) -> None:
    first, _ = train()
    paint(data / "disc" / "000.png")
    atlas, report = train()
    assert (report.done, report.kept) == (0, STEPS)
    assert report.figures["images not learnt from"] == 1
    assert atlas.manifest.model == first.manifest.model
    _, report = train(known=1.0)
    assert (report.done, report.kept) == (0, STEPS), "the same images: nothing to learn"
    assert train(steps=STEPS - 1)[1].done == 0  # it has learnt more
    paint(data / "disc" / "002.png")
    paint(data / "disc" / "004.png")
    _, report = train()
    assert report.done == STEPS
    _, report = train()
    assert (report.done, report.kept) == (0, STEPS)


def test_changes_add_up(data: Path, train: Train) -> None:
    """Each is small beside the images, but not beside those that were learnt from."""
    train()
    shutil.copy(data / "disc" / "000.png", data / "disc" / "added.png")
    assert train()[1].figures["images not learnt from"] == 1
    shutil.copy(data / "disc" / "000.png", data / "disc" / "another.png")
    assert train()[1].done == STEPS


def test_all_images_must_be_known_on_request(data: Path, train: Train) -> None:
    train()
    (data / "disc" / "000.png").unlink()
    assert train()[1].figures["images not learnt from"] == 0
    shutil.copy(data / "disc" / "002.png", data / "disc" / "added.png")
    assert train(known=1.0)[1].done == STEPS


def test_a_new_label_has_to_be_learnt(data: Path, train: Train) -> None:
    train()
    (data / "ring").mkdir()
    paint(data / "ring" / "0.png")
    atlas, report = train()
    assert report.done == STEPS
    assert atlas.labels == [*sorted(("ring", *LABELS))]


def test_a_lost_list_of_what_was_learnt_costs_no_training(data: Path, train: Train) -> None:
    atlas, _ = train()
    before = (atlas.path / "trained.parquet").read_bytes()
    (atlas.path / "trained.parquet").unlink()
    with atlas.hold():
        assert atlas.mend() == ["trained.parquet"]
    assert train()[1].kept == STEPS
    assert (atlas.path / "trained.parquet").read_bytes() == before


def test_a_model_of_ones_own_comes_back_after_another(
    data: Path, train: Train, tmp_path: Path
) -> None:
    atlas, _ = train()
    before = dict(atlas.manifest.model)
    with atlas.hold():
        use_model(atlas, str(make_random(tmp_path / "other", LABELS)))
    atlas, report = train()
    assert (report.done, report.kept) == (0, STEPS)
    assert atlas.manifest.model == before


def test_training_that_was_stopped_begins_anew_with_other_images(data: Path, train: Train) -> None:
    atlas, _ = train(steps=1)
    base = str(atlas.manifest.config["finetune"]["base"])
    config = FinetuneConfig(base=base, steps=20, batch=2, shifts=1, checkpoint=5, seed=1, samples=0)

    def stopped_at(unit: str) -> None:
        def stop(stage: str, done: int, total: int, of: str, note: str = "") -> None:
            if of == unit and done == total:
                raise KeyboardInterrupt

        with atlas.hold():
            collect(atlas, open_dataset(data), DataConfig(image_size=32))
            with pytest.raises(KeyboardInterrupt):
                run_stage(atlas, "finetune", BuildConfig(finetune=config), progress=stop)

    state = atlas.path / "work" / "finetune" / "state.safetensors"
    stopped_at("steps")
    assert state.is_file()
    paint(data / "disc" / "000.png")
    stopped_at("images encoded")
    assert not state.is_file()


def test_training_that_was_stopped_begins_anew_with_another_base_of_that_name(
    data: Path, train: Train, tmp_path: Path
) -> None:
    """Latents of the one autoencoder are nothing to a network that is trained with another's."""
    own = make_random(tmp_path / "own")
    config = FinetuneConfig(base=str(own), steps=20, batch=2, shifts=1, checkpoint=5)
    atlas, _ = train(steps=1)

    def stop(stage: str, done: int, total: int, of: str, note: str = "") -> None:
        if of == "steps":
            raise KeyboardInterrupt

    def latents() -> bytes:
        with atlas.hold(), pytest.raises(KeyboardInterrupt):
            run_stage(atlas, "finetune", BuildConfig(finetune=config), progress=stop)
        return (atlas.path / "work" / "finetune" / "latents-00000.safetensors").read_bytes()

    first = latents()
    assert latents() == first
    weights = load_file(own / "vae" / WEIGHTS)
    save_file({k: v * 2 for k, v in weights.items()}, own / "vae" / WEIGHTS)
    assert latents() != first


def test_losses_of_a_training_that_was_stopped_are_complete(data: Path, train: Train) -> None:
    atlas, _ = train(steps=1)
    base = str(atlas.manifest.config["finetune"]["base"])
    config = FinetuneConfig(
        base=base, steps=40, batch=2, shifts=1, checkpoint=30, seed=1, samples=0
    )
    trained = BuildConfig(finetune=config)

    def stop(stage: str, done: int, total: int, of: str, note: str = "") -> None:
        if (of, done) == ("steps", 40):
            raise KeyboardInterrupt

    told = atlas.path / "model" / "training.json"
    with atlas.hold():
        run_stage(atlas, "finetune", trained)
        unbroken = told.read_bytes()
        atlas.drop("finetune")
        with pytest.raises(KeyboardInterrupt):
            run_stage(atlas, "finetune", trained, progress=stop)
        report = run_stage(atlas, "finetune", trained)
    assert (report.done, report.kept) == (10, 30)
    assert told.read_bytes() == unbroken
    assert len(json.loads(unbroken)["loss_every_20_steps"]) == 2


def test_a_training_that_was_stopped_goes_on_to_another_number_of_steps(
    data: Path, train: Train
) -> None:
    atlas, _ = train(steps=1)
    base = str(atlas.manifest.config["finetune"]["base"])
    config = FinetuneConfig(
        base=base, steps=60, batch=2, shifts=1, checkpoint=10, seed=1, samples=0
    )

    def stop(stage: str, done: int, total: int, of: str, note: str = "") -> None:
        if (of, done) == ("steps", 40):
            raise KeyboardInterrupt

    def run(steps: int, progress: Progress = silent) -> Report:
        longer = BuildConfig(finetune=replace(config, steps=steps))
        return run_stage(atlas, "finetune", longer, progress=progress)

    with atlas.hold():
        with pytest.raises(KeyboardInterrupt):
            run(60, stop)
        report = run(50)
        assert (report.done, report.kept) == (20, 30)
        told = json.loads((atlas.path / "model" / "training.json").read_text())
        assert told["courses"] == [{"since": 0, "steps": 60}, {"since": 30, "steps": 50}]
        assert run(20).done == 0, "finished: it has learnt more"


def test_a_training_that_has_learnt_enough_is_kept(data: Path, train: Train) -> None:
    """Until it is asked for more steps: then it goes on from there."""
    atlas, _ = train(steps=1)
    base = str(atlas.manifest.config["finetune"]["base"])
    config = FinetuneConfig(
        base=base, steps=60, batch=2, shifts=1, checkpoint=10, seed=1, samples=0
    )

    def end(stage: str, done: int, total: int, of: str, note: str = "") -> None:
        if (of, done) == ("steps", 25):
            raise Enough("That will do.")

    with atlas.hold():
        report = run_stage(atlas, "finetune", BuildConfig(finetune=config), progress=end)
        assert (report.done, report.figures["ended at step"]) == (25, 25)
        told = json.loads((atlas.path / "model" / "training.json").read_text())
        assert told["ended_at_step"] == 25
        before = (atlas.path / "model" / "unet" / WEIGHTS).read_bytes()
        again = run_stage(atlas, "finetune", BuildConfig(finetune=config))
        assert again.done == 0
    assert (atlas.path / "model" / "unet" / WEIGHTS).read_bytes() == before


def test_a_finished_training_goes_on_to_more_steps(data: Path, train: Train) -> None:
    """From the model that is there, also when it is stopped before its first checkpoint; fewer
    steps than it has are no reason to train."""
    atlas, _ = train(steps=1)
    base = str(atlas.manifest.config["finetune"]["base"])
    config = FinetuneConfig(
        base=base, steps=20, batch=2, shifts=1, checkpoint=30, seed=1, samples=0
    )
    weights = atlas.path / "model" / "unet" / WEIGHTS

    def run(steps: int, progress: Progress = silent) -> Report:
        longer = BuildConfig(finetune=replace(config, steps=steps))
        return run_stage(atlas, "finetune", longer, progress=progress)

    def stop(stage: str, done: int, total: int, of: str, note: str = "") -> None:
        if (of, done) == ("steps", 22):
            raise KeyboardInterrupt

    with atlas.hold():
        run(20)
        before = weights.read_bytes()
        with pytest.raises(KeyboardInterrupt):
            run(40, stop)
        report = run(40)
        assert (report.done, report.kept) == (20, 20)
        told = json.loads((atlas.path / "model" / "training.json").read_text())
        assert told["courses"] == [{"since": 0, "steps": 20}, {"since": 20, "steps": 40}]
        assert len(told["loss_every_20_steps"]) == 2
        after = weights.read_bytes()
        assert after != before
        assert run(30).done == 0  # it has more
        assert run(40).done == 0
    assert weights.read_bytes() == after
    assert atlas.table("trained", ["image_id"]).num_rows == atlas.table("images").num_rows


def test_a_training_that_goes_on_begins_with_the_model_not_with_the_base(
    data: Path, train: Train
) -> None:
    """At the end of its course the rate is next to nothing: the weights stay where they were."""
    atlas, _ = train(steps=1)
    base = str(atlas.manifest.config["finetune"]["base"])
    config = FinetuneConfig(
        base=base, steps=20, batch=2, shifts=1, learning_rate=1e-3, ema=0, seed=1
    )
    weights = atlas.path / "model" / "unet" / WEIGHTS
    with atlas.hold():
        run_stage(atlas, "finetune", BuildConfig(finetune=config))
        first = load_file(weights)
        report = run_stage(atlas, "finetune", BuildConfig(finetune=replace(config, steps=21)))
    assert (report.done, report.kept) == (1, 20)
    last, began = load_file(weights), load_file(Path(base) / "unet" / WEIGHTS)

    def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
        return float(sum((one[name].float() - other[name].float()).norm() for name in one))

    assert apart(last, first) < apart(last, began) / 4
