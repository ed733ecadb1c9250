"""Pictures through the fence, in their order, by as many children as there is work for.

A child that ends, or refuses a picture when earlier ones have left it less memory, may owe it to
those: the picture is tried once more in a new child. So what is refused does not depend on them.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from diffmine.data.fence import limits
from diffmine.data.fence.child import Work
from diffmine.data.fence.parent import Child, Reply, Sink
from diffmine.data.files import printable
from diffmine.errors import EngineError, ImageError

TOO_LONG = "{name} takes longer than {seconds:.0f} seconds to decode; make it smaller."
ENDED = "{name} ended the process that decodes it ({how}); it is broken, or memory is short."
TO_START = 60.0
MOST = 4
"""Children at a time, if there are so many cores."""
AHEAD = 64
"""Pictures that may be done before an earlier one is."""
_WORTH = 0.5
"""Seconds that a run must have taken, for each child it has, before another is started: to start
one takes about as long."""
_LOOK = 0.1
_LONGEST = 2000
_FEW = threading.BoundedSemaphore(2)
_idle: deque[Child] = deque()


@dataclass(frozen=True)
class Fenced:
    """What came back for a picture: values that JSON knows, and bytes."""

    facts: dict[str, Any]
    content: bytes


Outcome = Fenced | ImageError


def fenced(
    work: Work,
    paths: Sequence[Path],
    arguments: dict[str, Any],
    waiting: Callable[[], None] = lambda: None,
    seconds: float | None = None,
) -> Generator[Outcome, None, None]:
    """The outcome of a module's function for each path, in their order; an ImageError is yielded,
    not raised. `waiting` is called several times a second while there is none; it may raise. A path
    has `seconds`, or as many as a picture.

    Raises EngineError when no child can be started.
    """
    name = f"{work.__module__}:{work.__qualname__}"
    run = _Run(name, paths, arguments, limits.SECONDS if seconds is None else seconds)
    called = time.monotonic()
    try:
        for place in range(len(paths)):
            while place not in run.outcomes:
                run.step(place)
                if time.monotonic() - called > _LOOK:
                    called = time.monotonic()
                    waiting()
            yield run.outcomes.pop(place)
    finally:
        run.close()


def fenced_one(
    work: Work, path: Path, arguments: dict[str, Any], seconds: float | None = None
) -> Fenced:
    """The same for one picture; raises ImageError. Of many callers a few are served at a time."""
    with _FEW:
        outcome = next(iter([*fenced(work, [path], arguments, seconds=seconds)]))
    if isinstance(outcome, ImageError):
        raise outcome
    return outcome


class _Run:
    """One call of `fenced`: its children, what waits and what is done."""

    def __init__(
        self, work: str, paths: Sequence[Path], arguments: dict[str, Any], seconds: float
    ) -> None:
        self.work, self.paths, self.arguments, self.seconds = work, paths, arguments, seconds
        self.outcomes: dict[int, Outcome] = {}
        self._waiting = deque(range(len(paths)))
        self._again: set[int] = set()
        self._sink: Sink = Sink()
        self._busy: list[Child] = []
        self._free: list[Child] = []
        self._most = min(cores(), MOST)
        self._started = time.monotonic()

    def step(self, first: int) -> None:
        """Give out work and hear one reply, if there is one soon. `first` is waited for."""
        self._fill(first)
        with suppress(Empty):
            self._hear(self._sink.get(timeout=_LOOK))
            while True:  # before anybody is told to be late
                self._hear(self._sink.get_nowait())
        self._fill(first)
        for child in [*self._busy]:
            if child.spent() > (self.seconds if child.ready else TO_START):
                self._late(child)

    def close(self) -> None:
        """Keep one child for the next run, if it is idle, and end the others."""
        for child in self._busy:
            child.end()
        for child in self._free:
            _idle.append(child)
        while len(_idle) > 1:
            with suppress(IndexError):
                _idle.popleft().end()

    def _fill(self, first: int) -> None:
        while self._waiting and self._waiting[0] < first + AHEAD:
            again = self._waiting[0] in self._again
            child = self._child(fresh=again)
            if child is None:
                return
            place = self._waiting.popleft()
            path = os.path.abspath(self.paths[place])
            request = {"work": self.work, "path": path, "seconds": self.seconds}
            if child.give(place, self._sink, request | {"arguments": self.arguments}):
                self._busy.append(child)
            else:
                self._waiting.appendleft(place)

    def _child(self, fresh: bool) -> Child | None:
        """One that is free, or a new one where there are few for the time that the work takes."""
        if fresh:
            if self._free:
                self._free.pop().end()
            return Child(self.work, self._sink) if len(self._busy) < self._most else None
        if self._free:
            return self._free.pop()
        if not self._busy:
            return _taken() or Child(self.work, self._sink)
        long = time.monotonic() - self._started > _WORTH * len(self._busy)
        more = long and len(self._busy) < self._most
        return Child(self.work, self._sink) if more else None

    def _hear(self, reply: Reply) -> None:
        child, head = reply.child, reply.head
        if child not in self._busy:
            return  # it was late, and has been ended since
        if head is not None and not child.ready:
            child.begin()
            return
        self._busy.remove(child)
        if head is None:
            if not child.ready:
                raise EngineError(f"A process that decodes pictures did not start ({child.how}).")
            self._fail(child, ENDED.format(name=self._name(child), how=child.how))
        elif "refused" in head and head.get("grown"):
            child.end()
            self._fail(child, str(head["refused"]))
        else:
            self.outcomes[child.place] = _outcome(head, reply.content)
            self._free.append(child)

    def _fail(self, child: Child, sentence: str) -> None:
        if child.place in self._again:
            self.outcomes[child.place] = ImageError(sentence)
        else:
            self._again.add(child.place)
            self._waiting.appendleft(child.place)

    def _late(self, child: Child) -> None:
        self._busy.remove(child)
        child.end()
        if not child.ready:
            raise EngineError(f"A process that decodes pictures did not start in {TO_START:.0f} s.")
        sentence = TOO_LONG.format(name=self._name(child), seconds=self.seconds)
        self.outcomes[child.place] = ImageError(sentence)

    def _name(self, child: Child) -> str:
        return printable(self.paths[child.place].name)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _outcome(head: dict[str, Any], content: bytes) -> Outcome:
    facts = head.get("facts")
    if isinstance(facts, dict):
        return Fenced(facts, content)
    return ImageError(" ".join(str(head.get("refused", "")).splitlines())[:_LONGEST])


def _taken() -> Child | None:
    """A child that an earlier run left, if it would import what this process would."""
    with suppress(IndexError):
        while True:
            child = _idle.pop()
            if not child.ended and child.path == sys.path:
                return child
            child.end()
    return None


def close() -> None:
    """End the children that wait for work."""
    with suppress(IndexError):
        while True:
            _idle.pop().end()


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # they are the parent's
