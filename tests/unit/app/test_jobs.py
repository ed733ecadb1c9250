"""Live work: models that are there before they are needed."""

import time
from pathlib import Path

import pytest

from diffmine.app import jobs
from diffmine.app.jobs import Job, JobState
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


@pytest.mark.parametrize(
    ("state", "stopped", "ended"),
    [
        (JobState.WAITING, JobState.CANCELLED, JobState.WAITING),
        (JobState.RUNNING, JobState.CANCELLED, JobState.CANCELLED),
        (JobState.DONE, JobState.DONE, JobState.DONE),
        (JobState.CANCELLED, JobState.CANCELLED, JobState.CANCELLED),
        (JobState.FAILED, JobState.FAILED, JobState.FAILED),
    ],
)
def test_a_job_that_is_over_stays_as_it_ended(
    state: JobState, stopped: JobState, ended: JobState
) -> None:
    assert jobs.stopped(Job(state)).state is stopped
    assert jobs.ended(Job(state)).state is ended


@pytest.mark.parametrize(
    ("job", "text"),
    [
        (Job(), ""),
        (jobs.RUNNING, "Starting: the model is loaded."),
        (Job(JobState.RUNNING, 2, 15, 4.2), "2 of 15, 5 s"),
        (Job(JobState.RUNNING, 2, 15), "2 of 15, "),
        (Job(JobState.DONE, took=200.0), "took 3 min"),
        (Job(JobState.FAILED, reason="<b>No</b>"), "&lt;b&gt;No&lt;/b&gt;"),
        (jobs.CANCELLED, "Cancelled."),
    ],
)
def test_the_line_is_made_from_the_job(job: Job, text: str) -> None:
    assert jobs.line(job, "{done} of {goal}, {left}", "took {took}") == text
