"""Jobs that outlive the page that began them: a reload does not end one.

The work is done in a thread of its own, one at a time; a page follows it by its key, as often as it
likes and from the beginning each time. A job that nobody has followed for GRACE seconds is stopped.
Of a brief job, as one on a visitor's own picture, only the last result is held, and nothing at all
once it was fetched, was stopped, or nobody has followed for GRACE seconds.
On ZeroGPU a job is bound to the request that asks for it: there the page that began it is served
from within, and a reload ends it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import closing
from secrets import token_urlsafe
from threading import Condition, Lock, Thread, Timer
from typing import Any, Generic, TypeVar

from diffmine.app import gpu

Result = TypeVar("Result")
Work = Callable[[], Iterator[Result]]
GRACE = 120.0
MOST = 64
_slot = Lock()


def _nothing() -> Iterator[Any]:
    yield from ()


class Run(Generic[Result]):
    """One job: what it has made so far, each with the seconds since it began; of a `brief` one the
    last result alone."""

    def __init__(self, work: Work[Result], *, brief: bool = False) -> None:
        self.key = token_urlsafe(16)
        self.brief = brief
        self._work = work
        self._results: list[tuple[float, Result]] = []
        self._dropped = 0  # results that came before those
        self._error: Exception | None = None
        self._over = self._stopped = False
        self._news = Condition()
        self._began = self._followed = time.monotonic()
        self._thread = Thread(target=self._go, name=f"diffmine-job-{self.key[:6]}", daemon=True)

    def start(self) -> None:
        """Begin in a thread; on ZeroGPU with the first that follows."""
        if not gpu.ON_ZERO:
            self._thread.start()

    def stop(self) -> None:
        """End it with the step that is under way."""
        self._stopped = True

    def clear(self) -> None:
        """Stop it and let go of what it was about and what it has made."""
        with self._news:
            self._stopped = True
            self._work = _nothing
            self._results.clear()

    def follow(self) -> Iterator[tuple[float, Result]]:
        """Every result from the first, with its seconds, and those to come, as they come. Raises
        what the job raised."""
        if gpu.ON_ZERO:
            for result in self._work():
                yield time.monotonic() - self._began, result
            return
        at = 0
        while True:
            with self._news:
                self._followed = time.monotonic()
                end = self._dropped + len(self._results)
                if at == end and not self._over:
                    self._news.wait(0.5)
                news, over = self._results[max(at - self._dropped, 0) :], self._over
                at = self._dropped + len(self._results)
            yield from news
            if over and not news:
                break
        if self._error is not None:
            raise self._error

    @property
    def over(self) -> bool:
        """Whether it has ended, however it did."""
        return self._over

    def _go(self) -> None:
        try:
            with _slot:
                self._began = time.monotonic()
                self._through()
        except Exception as error:
            self._error = error  # for who follows
        with self._news:
            self._over = True
            self._news.notify_all()

    def _through(self) -> None:
        if self._gone():
            return
        with closing(self._work()) as results:  # type: ignore[type-var]
            for result in results:
                with self._news:
                    if self._stopped:
                        return
                    self._results.append((time.monotonic() - self._began, result))
                    if self.brief and len(self._results) > 1:
                        self._results.pop(0)
                        self._dropped += 1
                    self._news.notify_all()
                if self._gone():
                    return

    def _gone(self) -> bool:
        return self._stopped or self.left

    @property
    def left(self) -> bool:
        """Whether nobody has followed it for GRACE seconds."""
        return time.monotonic() - self._followed > GRACE


class Runs(Generic[Result]):
    """The jobs of this process by their keys, which nobody can guess; the oldest are forgotten."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run[Result]] = OrderedDict()
        self._lock = Lock()

    def begin(self, work: Work[Result], *, brief: bool = False) -> Run[Result]:
        """Start a job."""
        run = Run(work, brief=brief)
        with self._lock:
            self._runs[run.key] = run
            if len(self._runs) > MOST:
                self._runs.popitem(last=False)
        run.start()
        if brief:
            self._watch(run)
        return run

    def forget(self, key: str) -> None:
        """Stop a job and hold nothing of it."""
        with self._lock:
            run = self._runs.pop(key, None)
        if run:
            run.clear()

    def _watch(self, run: Run[Result]) -> None:
        """Forget a job once it is left alone."""

        def look() -> None:
            if run.left:
                self.forget(run.key)
            elif self.find(run.key):
                self._watch(run)

        timer = Timer(GRACE / 2, look)
        timer.daemon = True
        timer.start()

    def find(self, key: object) -> Run[Result] | None:
        """The job of a key; None when it is not known here."""
        return self._runs.get(key) if isinstance(key, str) else None

    def stop(self, key: str) -> None:
        """Stop a job, if there is one of that key."""
        if run := self.find(key):
            run.stop()
