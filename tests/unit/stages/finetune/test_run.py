"""A training that was stopped, and files of its work that were cut meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from diffmine.atlas.health import digests_of
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace
from diffmine.config import BuildConfig, DataConfig, FinetuneConfig
from diffmine.data.sources import open_dataset
from diffmine.engine import Report
from diffmine.errors import Cancelled
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect, run_stage
from diffmine.stages.finetune import run as stage
from tests.helpers import draw_shapes

Train = Callable[[str], Report]


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Train]:
    """A folder, and what trains three steps in an atlas of it; the first is trained already."""
    root = tmp_path_factory.mktemp("training")
    dataset = open_dataset(draw_shapes(root / "data", per_label=2))
    config = FinetuneConfig(base=str(make_random(root / "base")), steps=3, batch=2, shifts=1)
    config = FinetuneConfig(**vars(config) | {"checkpoint": 1})

    def run(name: str) -> Report:
        atlas = create_workspace(root / name, Manifest("t", list(dataset.labels)))
        with atlas.hold():
            collect(atlas, dataset, DataConfig(image_size=32))
            return run_stage(atlas, "finetune", BuildConfig(finetune=config))

    run("whole")
    return root, run


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("spoil", [cut, lambda path: path.write_bytes(b"")])
def test_work_that_was_cut_is_done_again(
    train: tuple[Path, Train],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], object],
) -> None:
    root, run = train
    name = f"cut-{tmp_path.name}"

    def stop(*arguments: object) -> None:
        raise Cancelled("enough")

    with monkeypatch.context() as patch:
        patch.setattr(stage, "write", stop)
        with pytest.raises(Cancelled):
            run(name)
    work = sorted((root / name / "work" / "finetune").glob("*.safetensors"))
    assert [path.stem for path in work] == ["latents-00000", "state-before", "state"]
    for path in work:
        spoil(path)
    report = run(name)
    assert (report.done, report.kept) == (3, 0)
    assert report.figures["checkpoints that were not whole"] == 2
    assert digests_of(root / name / "model") == digests_of(root / "whole" / "model")
    assert not (root / name / "work").exists()


def test_a_checkpoint_of_other_weights_changes_nothing(
    train: tuple[Path, Train], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that can be read, but lacks a tensor."""
    from safetensors.torch import load_file, save_file

    root, run = train

    def stop(*arguments: object) -> None:
        raise Cancelled("enough")

    with monkeypatch.context() as patch:
        patch.setattr(stage, "write", stop)
        with pytest.raises(Cancelled):
            run("other")
    state = root / "other" / "work" / "finetune" / "state.safetensors"
    tensors = load_file(state)
    del tensors[max(name for name in tensors if name.startswith("exp_avg/"))]
    save_file(tensors, state)
    assert run("other").kept == 2, "the one before it is whole"
    assert digests_of(root / "other" / "model") == digests_of(root / "whole" / "model")
