"""The engine of one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from diffmine.engine.base import Hear, Piece, Result, Tell


class Here:
    """This process, one piece after the other."""

    def map(
        self, function: Callable[[Piece, Tell], Result], pieces: Sequence[Piece], hear: Hear
    ) -> Iterator[tuple[int, Result]]:
        """Yield the results in the order of the pieces."""
        for place, piece in enumerate(pieces):
            yield place, function(piece, _told(hear, place))


def _told(hear: Hear, place: int) -> Tell:
    def tell(done: int | float, note: str = "") -> None:
        hear(place, done, note)

    return tell


here = Here()
