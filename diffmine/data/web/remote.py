"""A picture that is fetched before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from diffmine.data.canvas import Canvas
from diffmine.data.web.store import Store


@dataclass(frozen=True)
class Place:
    """Where a picture is: addresses of it, of which the first that answers is taken, and where it
    lies on its canvas, where it has one."""

    addresses: tuple[str, ...]
    canvas: Canvas | None = None


@runtime_checkable
class Remote(Protocol):
    """A picture of the web, as a source describes it."""

    @property
    def size(self) -> int:
        """About how many bytes it will be; 0: nobody knows."""

    def place(self, store: Store) -> Place:
        """Where it is; it may ask the server, through the store, and raises what that raises."""

    def fetch(self, store: Store, place: Place, path: Path) -> None:
        """Write it to `path`. Raises ImageError where it is not to be had; what was there stays."""
