"""Jobs on the page: live work with the model, one at a time, and what is said of each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from diffmine.app import texts, words
from diffmine.errors import DiffmineError

# How the events of live work are wired: one slot for all of them.
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "gpu",
    "concurrency_limit": 1,
    "api_visibility": "private",
    "trigger_mode": "once",
}
# Who only follows a job takes no place of those who work.
FOLLOWS: dict[str, Any] = {
    "show_progress": "hidden",
    "concurrency_id": "follow",
    "concurrency_limit": 8,
    "api_visibility": "private",
    "trigger_mode": "once",
}


class JobState(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


OVER = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


@dataclass(frozen=True)
class Job:
    """One visitor's job: what its line on the screen is made from, and how it ended, for a later
    handler. It has made `done` of `goal` steps and may need `left` seconds more; at its end
    it says how many seconds it `took`, or the `reason` why it failed. By its `key` a page finds it
    again (diffmine/app/running.py)."""

    state: JobState = JobState.WAITING
    done: int = 0
    goal: int = 0
    left: float | None = None
    took: float = 0.0
    reason: str = ""
    key: str = ""


RUNNING = Job(JobState.RUNNING)
CANCELLED = Job(JobState.CANCELLED)


class Clock:
    """The time left at the pace since the first step; the time before it went into loading."""

    def __init__(self) -> None:
        self._first: tuple[float, int | float] | None = None

    def left(self, done: int | float, goal: int, now: float | None = None) -> float | None:
        """Seconds left after so many steps, at a time in seconds or now. The first step gives None,
        as there is no pace yet."""
        now = time.monotonic() if now is None else now
        if self._first is None or done <= self._first[1]:
            self._first = self._first or (now, done)
            return None
        began, first = self._first
        return (now - began) / (done - first) * (goal - done)


def stopped(job: Job) -> Job:
    """A job that was stopped by hand: cancelled, unless it was over already."""
    return job if job.state in OVER else CANCELLED


def ended(job: Job) -> Job:
    """A job whose events have ended: one that still seems to run was cancelled. (Its last step may
    be reported after the stop.)"""
    return CANCELLED if job.state is JobState.RUNNING else job


def failed(error: DiffmineError) -> Job:
    """A job that ended with an error."""
    return Job(JobState.FAILED, reason=str(error))


def line(job: Job, step: str, done: str) -> str:
    """What the screen says of a job: `step` is the text while it runs (with `done`, `goal` and
    `left` to fill in; the last is empty until there is a pace), `done` the text at its end (with
    `took`)."""
    if job.state is JobState.WAITING:
        return ""
    if job.state is JobState.CANCELLED:
        return texts.CANCELLED
    if job.state is JobState.FAILED:
        return words.markdown(job.reason)
    if job.state is JobState.DONE:
        return done.format(took=words.duration(job.took))
    if not job.goal:
        return texts.STARTING
    left = "" if job.left is None else texts.LEFT.format(left=words.duration(job.left))
    return step.format(done=job.done, goal=job.goal, left=left)
