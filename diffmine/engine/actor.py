"""The life of a worker of a cluster: it answers with messages, of which the last holds the result.

Functions, pieces and messages travel as bytes that are pickled here: Ray would hand out arrays that
cannot be written to, and turn errors into its own.
"""

from __future__ import annotations

import os
import pickle
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

from diffmine.engine.base import sendable
from diffmine.version import __version__

_FAULT = "CUDA error"
"""In what torch says of a GPU after which the process that used it can compute nothing more (not of
one whose memory is full)."""
Messages = SimpleQueue[tuple[bool, bytes]]
"""Pickled messages, and whether one is the last."""


class Worker:
    """Works on one piece at a time, in a process of its own, and keeps what its function opened."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        os.environ.update(environment)  # before torch is imported, which reads it
        self._code = b""
        self._function: Any = None
        # One thread for all pieces: torch gives every thread that calls it helpers of its own.
        self._thread = ThreadPoolExecutor(1)

    def begin(self) -> tuple[str, str]:
        """The machine's name and the version of diffmine there: it is ready."""
        return socket.gethostname(), __version__

    def work(self, code: bytes, piece: bytes) -> Iterator[bytes]:
        """Yield ("told", done, note) again and again, then one of ("done", result), ("raised",
        error) and ("fault", error)."""
        messages: Messages = SimpleQueue()
        self._thread.submit(self._answer, code, piece, messages)
        last = False
        while not last:
            last, message = messages.get()
            yield message

    def _answer(self, code: bytes, piece: bytes, messages: Messages) -> None:
        def tell(done: int | float, note: str = "") -> None:
            messages.put((False, pickle.dumps(("told", done, note))))

        try:
            if code != self._code:
                self._function, self._code = pickle.loads(code), code
            answer = pickle.dumps(("done", self._function(pickle.loads(piece), tell)))
        except Exception as error:
            kind = "fault" if _FAULT in str(error) else "raised"
            answer = pickle.dumps((kind, sendable(error)))
        messages.put((True, answer))


__all__ = ["Worker"]
