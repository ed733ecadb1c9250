"""The limits of one picture, and how a child process takes them upon itself."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 10.0
"""Time in which a picture must be read; the parent ends the child that takes longer."""
MEMORY = 400 * 2**20
"""Bytes that a child may take for a picture, beside what it holds when it starts."""
SLACK = 2**24
"""Bytes that a child may have grown by through earlier pictures before they count."""
_STATM = Path("/proc/self/statm")
_LATER = 2.0
_libraries: dict[str, int] = {}
_used: set[str] = set()


def confine() -> None:
    """Give this process its limits where the system has them: memory, no core dump (there may be a
    patient in it), no file written. Other systems have the limits of time and pixels alone."""
    if sys.platform == "win32":
        return
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    if _STATM.exists():  # macOS has the limit, and does not keep it
        _lower(resource.RLIMIT_AS, size() + MEMORY)


def size() -> int:
    """Bytes of addresses that this process uses; 0 where the system does not say."""
    if sys.platform == "win32" or not _STATM.exists():
        return 0
    import resource

    return int(_STATM.read_text().split()[0]) * resource.getpagesize()


@contextmanager
def library(name: str) -> Generator[None, None, None]:
    """Around the import of a package that few pictures need. What it takes is no sign that earlier
    pictures have left a child less memory, for a picture that needs it too."""
    before = size()
    yield
    _libraries[name] = max(_libraries.get(name, 0), size() - before)
    _used.add(name)


def grown(since: int) -> bool:
    """Whether earlier pictures have left this process less than the one that was just read would
    have had alone; `since` is by how much it had grown before it. Begins anew with each call."""
    own = sum(_libraries[module] for module in _used)
    _used.clear()
    return since - own > SLACK


def _lower(limit: int, most: int) -> None:
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))


def alarm(seconds: float) -> None:
    """Let the system end this process a little after so much time, for a parent that can do it no
    longer; 0: no more."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds + _LATER if seconds else 0)
