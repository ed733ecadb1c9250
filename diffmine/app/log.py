"""What the server says of what went wrong: a short line each, and only so many a minute.

A line holds what happened and who asked, never what was sent: a visitor could write anything into
it, and a file's name may be a patient's. A visitor who sends a thousand bad requests must not fill
the disk with them either.
"""

from __future__ import annotations

import logging
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from threading import Lock

from diffmine.app import texts

LINES = 30
"""Lines a minute; the rest is counted and told of in one line."""
_FRAMES = 6
_LONGEST = 80
_logger = logging.getLogger("diffmine.app")


class Log:
    """Lines on the standard error, at most `LINES` a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._began = clock()
        self._lines = self._left_out = 0

    def refused(self, why: str, who: str = "") -> None:
        """A request that was refused, and why."""
        self._say(texts.LOG_REFUSED.format(why=why, who=_plain(who) or texts.LOG_NOBODY))

    def fault(self, error: BaseException) -> str:
        """A fault of ours: its line names the places it went through. Returns the number under
        which the line is found."""
        number = secrets.token_hex(3)
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        places = " > ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in frames)
        kind = type(error).__name__
        self._say(texts.LOG_FAULT.format(number=number, kind=kind, places=places))
        return number

    def _say(self, line: str) -> None:
        with self._lock:
            now = self._clock()
            if now - self._began >= 60:
                if self._left_out:
                    _logger.warning(texts.LOG_LEFT_OUT.format(count=self._left_out))
                self._began, self._lines, self._left_out = now, 0, 0
            if self._lines >= LINES:
                self._left_out += 1
                return
            self._lines += 1
        _logger.warning(line)


def _short(path: str) -> str:
    """The last two parts of a path: `trends/tab.py`."""
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def _plain(text: str) -> str:
    """Foreign text on one line: letters, digits and what is in names and addresses."""
    return "".join(letter if letter.isalnum() or letter in "-._:@" else "?" for letter in text)[
        :_LONGEST
    ]


def to_stderr() -> None:
    """Let the lines go to the standard error with their time, unless they go elsewhere already."""
    if not _logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s diffmine app: %(message)s"))
        _logger.addHandler(handler)
        _logger.propagate = False


log = Log()
"""The log of this process."""
