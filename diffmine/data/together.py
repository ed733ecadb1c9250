"""Pictures as an atlas keeps them, decoded by the workers of an engine: in their order, each behind
the fence of the machine that reads it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diffmine.data.mined import Mined, read_mined
from diffmine.data.readers.wishes import Wishes
from diffmine.engine import Engine, Tell
from diffmine.errors import ImageError

MANY = 64
"""Pictures of a piece: some seconds of work, some megabytes of result."""


@dataclass(frozen=True)
class _Reading:
    """What a worker does with some files; the arguments are those of `read_mined`."""

    side: int
    view: int
    wishes: Wishes

    def __call__(self, paths: Sequence[Path], tell: Tell) -> list[Mined | ImageError]:
        read = read_mined(paths, self.side, self.view, lambda: tell(0), self.wishes)
        return list(read)


def read_together(
    engine: Engine,
    paths: Sequence[Path],
    side: int,
    view: int,
    waiting: Callable[[], None],
    wishes: Wishes,
) -> Generator[Mined | ImageError, None, None]:
    """What `read_mined` gives, by an engine; every file lies under its path for each worker.

    Raises EngineError as the engine does. A stop by `waiting`, or by whoever takes no more of them,
    ends the work.
    """
    pieces = [paths[first : first + MANY] for first in range(0, len(paths), MANY)]
    early: dict[int, list[Mined | ImageError]] = {}
    place = 0
    reading = _Reading(side, view, wishes)
    for one, outcomes in engine.map(reading, pieces, lambda *told: waiting()):
        early[one] = outcomes
        while place in early:
            yield from early.pop(place)
            place += 1


__all__ = ["read_together"]
