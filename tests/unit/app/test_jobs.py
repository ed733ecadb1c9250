"""What is said of a job."""

import pytest

from diffmine.app import jobs
from diffmine.app.jobs import Job, JobState


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
        (Job(JobState.RUNNING, 2, 15, 4.2), "2 of 15, about 5 s left."),
        (Job(JobState.RUNNING, 2, 15), "2 of 15."),
        (Job(JobState.DONE, took=200.0), "took 3 min"),
        (Job(JobState.FAILED, reason="<b>No</b>"), "&lt;b&gt;No&lt;/b&gt;"),
        (jobs.CANCELLED, "Cancelled."),
    ],
)
def test_the_line_is_made_from_the_job(job: Job, text: str) -> None:
    assert jobs.line(job, "{done} of {goal}{left}.", "took {took}") == text


def test_loading_is_no_part_of_the_pace() -> None:
    clock = jobs.Clock()
    assert clock.left(1, 10, now=60.0) is None, "a minute of loading says nothing of the steps"
    assert clock.left(1, 10, now=60.5) is None
    assert clock.left(3, 10, now=64.0) == 14.0
    assert clock.left(10, 10, now=78.0) == 0.0
