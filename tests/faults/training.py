"""A training that is killed at named points, in the process that forks (tests/faults/forks.py)."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import Workspace, create_workspace, open_workspace
from diffmine.config import BuildConfig, DataConfig
from diffmine.data.sources import open_dataset
from diffmine.model.state import State
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect, run_stage
from diffmine.pipeline.exits import exit_code
from diffmine.stages.finetune import finished, run, train
from diffmine.stages.finetune.held import HeldOut
from tests.faults.forks import child
from tests.faults.scenarios import KILLED, check_same
from tests.helpers import draw_shapes, quick

STEPS, EVERY = 11, 3


@dataclass(frozen=True)
class Point:
    """A call at which a training is killed: the `nth` of a function, before it, after it, or with
    the file that it wrote cut in half; and the checkpoint that the next attempt goes on from."""

    place: Any
    name: str
    nth: int
    when: str
    kept: int


POINTS = {
    "before the first checkpoint": Point(train, "draw_batch", 2, "before", 0),
    "amid a step, its weights moved and their mean not": Point(
        State, "update_mean", 8, "before", 6
    ),
    "a checkpoint not begun": Point(State, "save", 1, "before", 0),
    "a checkpoint half written": Point(State, "save", 2, "cut", 3),
    "a checkpoint written and not yet in its place": Point(State, "save", 3, "after", 6),
    "validation, with the mean in the place of the weights": Point(
        HeldOut, "typicality", 3, "before", 6
    ),
    "the best weights half written": Point(State, "save_kept", 1, "cut", 0),
    "all steps done and nothing saved": Point(run, "write", 1, "before", 9),
    "the model half saved": Point(finished, "save_model", 1, "after", 9),
    "the model in its place and not noted": Point(Workspace, "attach_model", 1, "before", 9),
}
"""By what is going on there."""


def prepare_training(root: str) -> None:
    """Pictures that are collected, and a base."""
    place = Path(root)
    dataset = open_dataset(draw_shapes(place / "data", 4))
    atlas = create_workspace(place / "collected", Manifest("t", list(dataset.labels)))
    with atlas.hold():
        collect(atlas, dataset, DataConfig(image_size=32))
    make_random(place / "base")


def killed_training(root: str, folder: str, name: str, lora: int) -> list[int]:
    """Kill a training at a point, go on and compare every file: weights are equal to the last bit.
    From which step it went on, and of which one it should."""
    place, out = Path(root), Path(folder)
    point = POINTS[name]
    shutil.copytree(place / "collected", out)
    ending = child(exit_code, lambda: _killed(point, lambda: _trained(place, out, lora)))
    assert (ending.code, ending.said) == (KILLED, ""), ending
    again = child(exit_code, lambda: _trained(place, out, lora))
    assert (again.code, again.said) == (0, ""), again
    check_same(out, _whole(place, lora))
    return [again.value, point.kept]


def _whole(root: Path, lora: int) -> Path:
    """An unbroken training, which is made once."""
    out = root / f"whole-{lora}"
    if not out.exists():
        shutil.copytree(root / "collected", out)
        assert child(exit_code, lambda: _trained(root, out, lora)).code == 0
    return out


def _trained(root: Path, out: Path, lora: int) -> int:
    """Train with held-out images and a stop by them; from which step it went on."""
    config = quick(root / "base").finetune
    finetune = replace(
        config,
        steps=STEPS,
        checkpoint=EVERY,
        held_out=0.3,
        patience=STEPS,
        samples=0,
        lora=lora,
        learning_rate=3e-3,
    )
    atlas = open_workspace(out)
    with atlas.hold():
        return run_stage(atlas, "finetune", BuildConfig(finetune=finetune)).kept


def _killed(point: Point, action: Callable[[], Any]) -> None:
    with _dying(point):
        action()


@contextmanager
def _dying(point: Point) -> Iterator[None]:
    """Inside, the process is killed at the point."""
    real, count = getattr(point.place, point.name), 0

    def called(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count != point.nth:
            return real(*arguments, **named)
        if point.when != "before":
            real(*arguments, **named)
        if point.when == "cut":
            written = next(one for one in arguments if isinstance(one, Path))
            os.truncate(written, written.stat().st_size // 2)
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(point.place, point.name, called)
        yield
