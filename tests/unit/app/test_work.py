"""Live work: in a process beside the pages, whose models are there before they are needed."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffmine.app import gpu, work
from diffmine.errors import ModelError
from diffmine.model.tiny import make_random


@gpu.gpu(duration=1)
def models() -> Iterator[tuple[int, list[str]]]:
    """The process and the models that it holds."""
    yield os.getpid(), sorted(work._models)


def test_a_model_is_loaded_while_the_visitor_chooses(tmp_path: Path) -> None:
    folder = make_random(tmp_path / "model")
    work.prepare(folder)
    ends = time.monotonic() + 60
    while str(folder) not in next(models())[1] and time.monotonic() < ends:
        time.sleep(0.05)
    process, there = next(models())
    assert str(folder) in there
    assert process != os.getpid()
    assert not work._models, "the pages' own process holds a model"


def test_what_is_wrong_with_a_model_is_told_by_the_job(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    work.prepare(tmp_path / "none")
    with pytest.raises(ModelError, match="none"):
        list(work.loaded(str(tmp_path / "none")))
    assert "Traceback" not in capfd.readouterr().err
