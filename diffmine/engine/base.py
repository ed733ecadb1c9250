"""What an engine is, and how work says how far it is."""

from __future__ import annotations

import os
import pickle
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, runtime_checkable

from diffmine.errors import DiffmineError

Piece = TypeVar("Piece")
Result = TypeVar("Result")


@runtime_checkable
class Progress(Protocol):
    """Called after each piece of work; may raise `Cancelled` to stop the stage."""

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        """`done` of `total` pieces called `unit` are finished; `note` is shown beside it. Without
        a unit `note` is what has begun (`phase`)."""


def silent(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
    """Progress that nobody watches."""


def phase(progress: Progress, stage: str, what: str = "") -> None:
    """Say what a stage begins that has no pieces to count; without `what`, that the stage itself
    begins. May raise what `progress` raises."""
    progress(stage, 0, 0, "", what)


@runtime_checkable
class Tell(Protocol):
    """How the function of a piece reports its progress."""

    def __call__(self, done: int | float, note: str = "") -> None:
        """`done` units of the piece are finished; may raise `Cancelled`."""


Hear = Callable[[int, int | float, str], None]
"""Receives the reports of a piece's function: the piece's place among them, units done, a note."""


@runtime_checkable
class Engine(Protocol):
    """Runs a function over pieces of work, in any order and on any machine."""

    def map(
        self, function: Callable[[Piece, Tell], Result], pieces: Sequence[Piece], hear: Hear
    ) -> Iterator[tuple[int, Result]]:
        """Yield each piece's place among `pieces` and its result, as they are done.

        Function, pieces and results can be pickled. What the function raises is raised here; what
        `hear` raises stops the work.
        """


def ahead(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same pieces; the next one is prepared in another thread while the current one is used."""
    source = iter(pieces)
    end = object()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, source, end)
        while (piece := waiting.result()) is not end:
            waiting = pool.submit(next, source, end)
            yield piece  # type: ignore[misc]


def sendable(error: Exception) -> Exception:
    """The error itself if it can be pickled, with its traceback as a note; else the traceback as
    the text of a RuntimeError."""
    lines = "".join(traceback.format_exception(error)).rstrip()
    if not isinstance(error, DiffmineError):
        error.add_note(f"In worker process {os.getpid()}:\n{lines}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(lines)
    return error


@dataclass
class Report:
    """What a stage did: pieces `done` now, pieces `kept` from before, pieces refused, seconds, and
    figures by name."""

    stage: str
    done: int = 0
    kept: int = 0
    refused: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    started: float = field(default_factory=time.monotonic, repr=False)

    def close(self) -> Report:
        """Stop the clock."""
        self.seconds = time.monotonic() - self.started
        return self
