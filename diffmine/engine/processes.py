"""The engine of several processes on this machine.

Workers stay from stage to stage, for they take seconds to import torch, and each loads what a
function needs once. A worker that dies takes its piece with it and no other: another worker is
started and does the piece again. `concurrent.futures` gives up all that its pool was doing when one
process dies, so the table of pieces is kept here.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any

from diffmine.engine.base import Hear, Piece, Result, Tell, sendable
from diffmine.errors import EngineError, UsageError

WORKER, DEVICE = "DIFFMINE_WORKER", "DIFFMINE_DEVICE"
"""Variables that tell a worker its number, and a device if it is given one by name; the model's
devices.py reads them."""
PATIENT = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
"""Threads sleep while they wait for each other. Each worker has as many as this process, so that
sums keep their order; if they spun, those of one worker would keep the others from the cores (2.5
times slower with two workers on two)."""
_TRIES = 3
"""Workers that may die at a piece before it is given up: what ends three is no accident."""


class Processes:
    """`count` worker processes; results are those of `here`, to the last byte.

    Each has a device of its own while there are enough: the GPU of its number, or that of its place
    in `devices`, by torch's names.
    """

    def __init__(self, count: int, devices: Sequence[str] = ()) -> None:
        if count < 1:
            raise UsageError(f"processes:{count} has no worker; take at least one.")
        self.count = count
        self.devices = tuple(devices)
        self._idle: list[_Worker] = []

    def map(
        self, function: Callable[[Piece, Tell], Result], pieces: Sequence[Piece], hear: Hear
    ) -> Iterator[tuple[int, Result]]:
        """Yield each piece's place and result as they are done.

        Raises EngineError when a piece has ended three workers.
        """
        waiting = deque(range(len(pieces)))
        tries = [0] * len(pieces)
        busy: list[_Worker] = []

        def begin(worker: _Worker) -> None:
            place = waiting.popleft()
            worker.give(function, place, pieces[place])
            busy.append(worker)

        try:
            while waiting and len(busy) < self.count:
                begin(self._idle.pop() if self._idle else self._worker(busy))
            while busy:
                for ready in wait([worker.pipe for worker in busy]):
                    worker = next(worker for worker in busy if worker.pipe is ready)
                    place, message = worker.place, worker.heard()
                    if message is None:  # it has died
                        busy.remove(worker)
                        tries[place] += 1
                        _check(worker, tries[place])
                        waiting.appendleft(place)
                        begin(self._worker(busy))
                    elif message[0] == "told":
                        hear(place, *message[1:])
                    else:
                        busy.remove(worker)
                        self._idle.append(worker)
                        if message[0] == "raised":
                            raise message[1]
                        if waiting:
                            begin(self._idle.pop())
                        yield place, message[1]
        finally:
            for worker in busy:
                worker.end()

    def _worker(self, busy: Sequence[_Worker]) -> _Worker:
        """A new one, with the lowest number that none of the others has."""
        taken = {worker.number for worker in (*busy, *self._idle)}
        number = next(number for number in range(self.count) if number not in taken)
        device = self.devices[number % len(self.devices)] if self.devices else ""
        return _Worker(number, device)

    def close(self) -> None:
        """End the workers; the next `map` starts new ones."""
        while self._idle:
            self._idle.pop().end()


class _Worker:
    """A process that works on one piece at a time. It ends with the process that started it."""

    def __init__(self, number: int, device: str) -> None:
        self.number = number
        # Spawned: torch's threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        with _told({WORKER: str(number), DEVICE: device} | PATIENT):
            self.process.start()
        theirs.close()
        self.place = -1
        self._function: Any = None

    def give(self, function: Callable[[Any, Tell], Any], place: int, piece: Any) -> None:
        """Hand it a piece. A worker that has died is noticed when it is next read from."""
        self.place = place
        with suppress(OSError):
            if function is not self._function:
                self.pipe.send(("function", function))
                self._function = function
            self.pipe.send(("piece", piece))

    def heard(self) -> tuple[Any, ...] | None:
        """Its next message; None when it has died."""
        try:
            message: tuple[Any, ...] = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return None
        return message

    def end(self) -> None:
        """Stop it, whatever it is doing."""
        self.pipe.close()
        self.process.terminate()
        self.process.join()


@contextmanager
def _told(values: Mapping[str, str]) -> Iterator[None]:
    """Processes started inside have these variables, where this one has no others."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update({name: value for name, value in values.items() if before[name] is None})
    try:
        yield
    finally:
        for name in (name for name in values if before[name] is None):
            del os.environ[name]


def _check(worker: _Worker, tries: int) -> None:
    if tries < _TRIES:
        return
    code = worker.process.exitcode or 0
    how = f"by signal {-code}" if code < 0 else f"with status {code}"
    raise EngineError(
        f"A worker process ended {how} {tries} times at the same work; perhaps memory is short: "
        "take fewer processes or a smaller batch. Finished work is kept."
    )


def _work(pipe: Connection) -> None:
    """The life of a worker: functions and pieces in, results out, until the other end is closed."""
    function: Any = None
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            try:
                kind, content = pipe.recv()
                if kind == "function":
                    function = content
                    continue
                answer: tuple[Any, ...] = ("done", function(content, partial(_tell, pipe)))
            except (EOFError, BrokenPipeError, KeyboardInterrupt):
                raise
            except Exception as error:
                answer = ("raised", sendable(error))
            pipe.send(answer)


def _tell(pipe: Connection, done: int | float, note: str = "") -> None:
    pipe.send(("told", done, note))
