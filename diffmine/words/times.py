"""How long something takes, in words."""

from __future__ import annotations


def span(seconds: float) -> str:
    """A time in seconds as `90 s`, `35 min`, `3.5 h` or `4.0 days`, right to a third."""
    if seconds < 120:
        return f"{max(seconds, 1):.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"
