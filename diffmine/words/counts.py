"""Numbers of things, in words."""

from __future__ import annotations

_WITH_ES = ("s", "x", "ch", "sh")


def plurals(count: int, noun: str) -> str:
    """`1 image`, `1,200 patches`: a number of things, with the noun that fits it."""
    ending = "" if count == 1 else "es" if noun.endswith(_WITH_ES) else "s"
    return f"{count:,} {noun}{ending}"


__all__ = ["plurals"]
