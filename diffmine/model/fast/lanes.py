"""Calls of the UNet side by side: on a processor each core computes a call of its own.

Cores that share a call wait for each other at the end of every layer, and all but one of them wait
while noise is drawn and losses are added. On two cores, calls side by side give 10 to 15 % more
rows a second (docs/decisions/0020).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch

ROWS = 32
"""A call of the UNet is filled up to a multiple of so many rows, so that sums keep their order."""
Piece = TypeVar("Piece")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Lanes:
    """`count` calls at a time, each by threads of its own; by the caller's where there is no pool.

    What a lane calls must bring its own `torch.inference_mode`, which holds for one thread only.
    """

    count: int = 1
    _pool: ThreadPoolExecutor | None = None

    def rows(self, batch: int) -> int:
        """Rows of a call, so that those of all lanes together are about `batch`."""
        return batch if self.count == 1 else max(batch // self.count // ROWS, 1) * ROWS

    def map(self, function: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
        """The results in the order of the pieces; no more pieces are begun than the lanes hold and
        one that waits, and no result waits for a later piece."""
        if self._pool is None:
            yield from map(function, pieces)
            return
        begun: deque[Future[Result]] = deque()
        for piece in pieces:
            begun.append(self._pool.submit(function, piece))
            if len(begun) > self.count:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


ALONE = Lanes()


@contextmanager
def lanes(device: torch.device, batch: int) -> Iterator[Lanes]:
    """As many lanes as a processor has threads for and calls of at least 32 rows make of `batch`;
    on a GPU one.

    The lanes share the process's threads: inside, every thread that begins to compute, the caller's
    among them, has a lane's share of them. Leaving early waits only for the calls in progress.
    """
    threads = torch.get_num_threads()
    count = min(threads, batch // ROWS) if device.type == "cpu" else 1
    if count < 2:
        yield ALONE
        return
    torch.set_num_threads(threads // count)  # threads of the pool begin with what holds then
    pool = ThreadPoolExecutor(count, "lane")
    try:
        yield Lanes(count, pool)
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)
