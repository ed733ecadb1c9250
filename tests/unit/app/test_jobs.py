"""Live work: models that are there before they are needed."""

import time
from pathlib import Path

import pytest

from diffmine.app import jobs
from diffmine.errors import ModelError
from diffmine.model.tiny import make_random


def test_a_model_is_loaded_while_the_visitor_chooses(tmp_path: Path) -> None:
    folder = make_random(tmp_path / "model")
    jobs.prepare(folder)
    ends = time.monotonic() + 60
    while str(folder) not in jobs._models and time.monotonic() < ends:
        time.sleep(0.05)
    there = jobs._models[str(folder)]
    jobs.prepare(folder)
    assert jobs.model(str(folder)) is there


def test_what_is_wrong_with_a_model_is_told_by_the_job(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    jobs.prepare(tmp_path / "none")
    with pytest.raises(ModelError):
        jobs.model(str(tmp_path / "none"))
    assert "Traceback" not in capfd.readouterr().err
