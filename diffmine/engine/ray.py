"""The engine of several machines: a cluster of Ray, or one that is started on this machine.

Ray finds places for workers (`diffmine.engine.actor`), starts them and carries bytes. The table of
pieces is kept here, for Ray's own pool ends at the first error and forgets the piece of a worker
that died: a piece whose worker, or whose machine, is lost is done again by another one, and is
yielded once.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from diffmine.engine.base import Hear, Piece, Result, Tell
from diffmine.engine.crew import Crew, Member
from diffmine.engine.joining import check, join, leave
from diffmine.errors import EngineError

_TRIES = 3
"""Workers that may be lost at a piece before it is given up."""
_LOST = 16
"""Workers that may be lost in all, or one for every fourth piece of many."""
_PATIENCE = 1.0
"""Seconds between two looks at who is ready; so long, at most, a stop is not heard."""
WAITING = "waiting for a place in the cluster"


class Ray:
    """Workers of the cluster at `address`, `HOST:PORT` or `auto` (the one of this machine); without
    one they are started here, for so many cores or all of them. Results are those of `here`, to the
    last byte.

    Each has a GPU of its own where the cluster has some, else as many cores as torch uses here.
    What a piece names lies under the same path on every machine.
    """

    def __init__(self, address: str = "", cores: int | None = None) -> None:
        check(address)
        self.address = address
        self.cores = cores
        self._crew: Crew | None = None
        self._ours = False

    def map(
        self, function: Callable[[Piece, Tell], Result], pieces: Sequence[Piece], hear: Hear
    ) -> Iterator[tuple[int, Result]]:
        """Yield each piece's place and result as they are done.

        Raises EngineError when no cluster answers, when workers cannot begin, when a piece has lost
        three workers, or when the pieces together have lost too many.
        """
        if not pieces:
            return
        if self._crew is None:
            self._ours = join(self.address, self.cores)
            self._crew = Crew()
        table = _Table(len(pieces))
        code = self._crew.shared(pickle.dumps(function))
        busy: dict[Any, tuple[int, Member]] = {}  # by the stream of its messages
        try:
            while table.waiting or busy:
                self._crew.hire(len(table.waiting) + len(busy), len(busy))
                while table.waiting and self._crew.idle:
                    place, member = table.waiting.popleft(), self._crew.idle.pop()
                    busy[member.work(code, pickle.dumps(pieces[place]))] = (place, member)
                ready = self._crew.wait(list(busy), _PATIENCE)
                if not busy and not self._crew.idle:
                    hear(table.waiting[0], 0, WAITING)
                for stream in ready:
                    place, member = busy[stream]
                    kind, *content = member.heard(stream)
                    if kind == "told":
                        hear(place, *content)
                        continue
                    del busy[stream]
                    if kind in ("fault", "lost"):  # a GPU that failed fails all that comes after
                        self._crew.dismiss(member)
                        table.again(place, content[0])
                        continue
                    self._crew.idle.append(member)
                    if kind == "raised":
                        raise content[0]
                    yield place, content[0]
        finally:
            for _, member in busy.values():
                self._crew.dismiss(member)

    def close(self) -> None:
        """End the workers, and the cluster if it was started here; the next `map` starts anew."""
        if self._crew is not None:
            self._crew.close()
            self._crew = None
        if self._ours:
            leave()
            self._ours = False


class _Table:
    """Which pieces wait, and how often each was lost."""

    def __init__(self, count: int) -> None:
        self.waiting = deque(range(count))
        self._lost = [0] * count
        self._most = max(_LOST, count // 4)

    def again(self, place: int, error: Exception) -> None:
        """Put a lost piece first. Raises EngineError once the budget is used up."""
        self._lost[place] += 1
        self.waiting.appendleft(place)
        if self._lost[place] >= _TRIES:
            what = f"{_TRIES} times at the same work"
        elif sum(self._lost) > self._most:
            what = f"{sum(self._lost)} times"
        else:
            return
        raise EngineError(
            f"Workers of the cluster were lost {what}; perhaps memory is short there: take a "
            f"smaller batch. The last one: {error} Finished work is kept."
        ) from error
