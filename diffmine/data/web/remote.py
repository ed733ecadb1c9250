"""A picture that is fetched before it is read."""

from __future__ import annotations

from dataclasses import dataclass
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

    def place(self, store: Store) -> Place:
        """Where it is; it may ask the server, through the store, and raises what that raises."""


@dataclass(frozen=True)
class Plain:
    """A picture at an address."""

    address: str

    def place(self, store: Store) -> Place:
        """Its address."""
        return Place((self.address,))
