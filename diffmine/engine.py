"""Where work runs: a stage hands shards to an engine and knows nothing of machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, runtime_checkable

Shard = TypeVar("Shard")
Result = TypeVar("Result")


@runtime_checkable
class Progress(Protocol):
    """Called after each piece of work; may raise `Cancelled` to stop the stage."""

    def __call__(self, stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        """`done` of `total` pieces called `unit` are finished; `note` is shown beside it."""


def silent(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
    """Progress that nobody watches."""


@runtime_checkable
class Engine(Protocol):
    """Runs a function over shards, in any order and on any machine."""

    def map(self, function: Callable[[Shard], Result], shards: Iterable[Shard]) -> Iterator[Result]:
        """Yield the results as they are done."""


class Here:
    """This process, one shard after the other."""

    def map(self, function: Callable[[Shard], Result], shards: Iterable[Shard]) -> Iterator[Result]:
        """Yield the results in the order of the shards."""
        for shard in shards:
            yield function(shard)


here = Here()


def ahead(pieces: Iterable[Shard]) -> Iterator[Shard]:
    """The same pieces, the next one made in another thread while one is worked on."""
    source = iter(pieces)
    end = object()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, source, end)
        while (piece := waiting.result()) is not end:
            waiting = pool.submit(next, source, end)
            yield piece  # type: ignore[misc]


@dataclass
class Report:
    """What a stage did: pieces done now, pieces found finished, seconds and figures by name."""

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
