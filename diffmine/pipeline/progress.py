"""Progress for a person at a terminal: rate and time left, on the standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from diffmine.engine import Progress as Report

_SECONDS_BETWEEN_LINES = 15.0


@contextmanager
def shown() -> Iterator[Report]:
    """A progress function: bars on a terminal, a line now and then in a log."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]} {task.fields[rate]} {task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars)


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, tuple[TaskID, float, int]] = {}

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        name = f"{stage} {unit}"
        if name not in self._tasks:
            task = self._bars.add_task(stage, total=total or None, unit=unit, rate="", note="")
            self._tasks[name] = (task, time.monotonic(), done)
        task, started, first = self._tasks[name]
        rate = _rate(done - first, time.monotonic() - started)
        self._bars.update(task, completed=done, total=total or None, rate=rate, note=note)


class _Lines:
    def __init__(self) -> None:
        self._last = 0.0
        self._started: dict[str, tuple[float, int]] = {}

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        now = time.monotonic()
        started, first = self._started.setdefault(f"{stage} {unit}", (now, done))
        if now - self._last < _SECONDS_BETWEEN_LINES and done != total:
            return
        self._last = now
        rate, left = _rate(done - first, now - started), ""
        if total and done > first:  # before that nobody knows
            left = f"{(total - done) * (now - started) / (done - first):.0f} s left"
        words = f"{stage}: {done}/{total} {unit} {rate} {note} {left}"
        print(" ".join(words.split()), file=sys.stderr, flush=True)


def _rate(done: int, seconds: float) -> str:
    return f"{done / seconds:.1f}/s" if done and seconds > 0 else ""
