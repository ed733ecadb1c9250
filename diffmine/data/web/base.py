"""What fetches."""

from __future__ import annotations

from collections.abc import Callable
from io import BufferedIOBase
from typing import Protocol, runtime_checkable

Check = Callable[[BufferedIOBase, str], None]
"""Looks at a file that came from an address, and raises LastingError or PassingError."""


def trusting(file: BufferedIOBase, address: str) -> None:
    """Look at nothing."""


@runtime_checkable
class Guest(Protocol):
    """Asks servers (diffmine/data/web/client.py): `requests` so far; `begun` when it was made, in
    seconds since 1970."""

    requests: int
    begun: float

    def fetch(
        self, address: str, into: BufferedIOBase, most: int, accept: str, check: Check = trusting
    ) -> None:
        """Write what is at an address to an empty file, at most `most` bytes, and check it."""

    def close(self) -> None:
        """Give the connection back."""
