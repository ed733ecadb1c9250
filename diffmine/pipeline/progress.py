"""Progress for a person at a terminal: what is being done, rate and time left, on the standard
error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from diffmine.engine import Progress as Report
from diffmine.words.times import span

_PATIENCE = 1.0
"""Seconds after which a stage that has not said anything yet is named."""
_AT_FIRST, _LATER = 5.0, 15.0
"""Seconds between two lines of a log, in the first minute of a stage and afterwards."""


@contextmanager
def shown(begun: str = "") -> Iterator[Report]:
    """A progress function: bars on a terminal, a line now and then in a log. What has `begun` is
    named at once: loading PyTorch alone may take many seconds."""
    if not sys.stderr.isatty():
        lines = _Lines()
        with lines.beating():
            _begin(lines, begun)
            yield lines
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]} {task.fields[rate]} {task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        report = _Bars(bars)
        _begin(report, begun)
        yield report


def _begin(report: Report, begun: str) -> None:
    if begun:
        report(begun, 0, 0, "", "loading")


@dataclass
class _Pace:
    """How fast pieces are done. The first ones are left out once as many came after them: what is
    loaded, compiled or tried before them is done once."""

    started: float
    first: int
    warm: tuple[float, int] | None = None

    def add(self, now: float, done: int) -> None:
        """Note that so many are done."""
        if self.warm is None and done > self.first:
            self.warm = (now, done)

    def rate(self, now: float, done: int) -> float:
        """Pieces a second; 0 where nobody knows yet."""
        since, before = self.started, self.first
        if self.warm and done - self.warm[1] >= self.warm[1] - self.first:
            since, before = self.warm
        return (done - before) / (now - since) if now > since else 0.0


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, tuple[TaskID, _Pace]] = {}
        self._phase: TaskID | None = None

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if self._phase is not None:
            self._bars.remove_task(self._phase)
            self._phase = None
        if not unit:
            self._phase = self._bars.add_task(stage, total=None, unit="", rate="", note=note)
            return
        name, now = f"{stage} {unit}", time.monotonic()
        if name not in self._tasks:
            task = self._bars.add_task(stage, total=total or None, unit=unit, rate="", note="")
            self._tasks[name] = (task, _Pace(now, done))
        task, pace = self._tasks[name]
        pace.add(now, done)
        rate = _per_second(pace.rate(now, done))
        self._bars.update(task, completed=done, total=total or None, rate=rate, note=note)


@dataclass(frozen=True)
class _Event:
    stage: str
    done: int
    total: int
    unit: str
    note: str

    @property
    def name(self) -> str:
        return f"{self.stage} {self.unit}"

    @property
    def text(self) -> str:
        """What a line says but for numbers."""
        what = self.unit or self.note
        return f"{self.stage}: {what}" if what else ""

    @property
    def place(self) -> tuple[str, int]:
        """How far what is."""
        return self.name, self.done

    @property
    def last(self) -> bool:
        return bool(self.unit) and self.done == self.total


class _Lines:
    """Lines of a log. What takes long without a word is named again and again, so that nobody
    thinks that it hangs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._event: _Event | None = None
        self._heard = self._printed = self._begun = 0.0
        self._named, self._place = "", ("", 0)
        self._paces: dict[str, _Pace] = {}

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        with self._lock:
            now, event = time.monotonic(), _Event(stage, done, total, unit, note)
            if self._event is None or self._event.stage != stage:
                self._begun = now
            self._event, self._heard = event, now
            self._paces.setdefault(event.name, _Pace(now, done)).add(now, done)
            if not event.text:  # perhaps it is done at once
                return
            ended = event.last and event.place != self._place
            if event.text != self._named or ended or self._late(now):
                self._print(now)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Inside, long silences are broken."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(_PATIENCE / 2):
                self.beat(time.monotonic())

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def beat(self, now: float) -> None:
        """Say again what is being done, where nothing was said for long."""
        with self._lock:
            event = self._event
            if event is None or event.last:
                return
            named = self._named.startswith(f"{event.stage}:")
            if self._late(now) if named else now - self._heard >= _PATIENCE:
                self._print(now)

    def _late(self, now: float) -> bool:
        interval = _AT_FIRST if now - self._begun < 60 else _LATER
        return now - self._printed >= interval

    def _print(self, now: float) -> None:
        event = self._event
        assert event
        self._printed, self._named = now, event.text or f"{event.stage}: "
        self._place = event.place
        if not event.unit:
            waited = now - self._heard
            words = f"{event.stage}: {event.note or 'at work'}"
            words += f", {span(waited)}" if waited >= _AT_FIRST else ""
        else:
            rate = self._paces[event.name].rate(now, event.done)
            left = ""
            if event.total and rate and not event.last:  # before that nobody knows
                left = f"{span((event.total - event.done) / rate)} left"
            count = f"{event.done}/{event.total} {event.unit} {_per_second(rate)}"
            words = f"{event.stage}: {count} {event.note} {left}"
        print(" ".join(words.split()), file=sys.stderr, flush=True)


def _per_second(rate: float) -> str:
    if not rate:
        return ""
    return f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min"
