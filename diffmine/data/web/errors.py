"""How a request fails: for good, or for now."""

from __future__ import annotations

from diffmine.errors import DataError, ImageError


class LastingError(ImageError):
    """What is asked for is not to be had: it is refused, and the next one asked for."""


class AbsentError(LastingError):
    """The server says that there is nothing, or not for us (401, 403, 404, 410, 451)."""


class EmptyError(LastingError):
    """The server says that there is nothing to say (204), as of a search that has no answer."""


class PassingError(ImageError):
    """It could not be had now: a network or a server that fails, after all tries. `wait` is
    what the server asks to wait before the next one, in seconds."""

    wait: float = 0.0


class AwayError(DataError):
    """The server asks to come back much later: the whole work stops."""
