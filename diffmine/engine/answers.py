"""The life of the process that `aside` starts: a generator goes on when it is asked to."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, BinaryIO

from diffmine.engine.base import sendable

_POLITE = 10
"""How far it stands back: steps of the system's own scale of 19."""


def main() -> None:
    """Answer until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the parent that ends it
    if sys.platform != "win32":
        os.nice(_POLITE)
    questions, answers = _pipes()
    waiting: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions, waiting), daemon=True).start()
    running: dict[int, Iterator[Any]] = {}
    while True:
        kind, number, content = waiting.get()
        if kind == "close":
            running.pop(number, None)
            continue
        answer = _begun(running, number, content) if kind == "begin" else _next(running, number)
        if answer is not None:
            answers.write(answer)
            answers.flush()


def _begun(running: dict[int, Iterator[Any]], number: int, content: bytes) -> bytes | None:
    try:
        function, arguments = pickle.loads(content)  # bytes of our own parent
        running[number] = iter(function(*arguments))
    except Exception as error:
        return pickle.dumps((number, "raised", sendable(error)))
    return None


def _next(running: dict[int, Iterator[Any]], number: int) -> bytes | None:
    """The next value of a generator; None for one that has ended or never began: that is known."""
    if number not in running:
        return None
    try:
        return pickle.dumps((number, "value", next(running[number])))
    except StopIteration:
        answer = pickle.dumps((number, "done", None))
    except Exception as error:
        answer = pickle.dumps((number, "raised", sendable(error)))
    del running[number]
    return answer


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes from and to the parent; a library that reads or prints gets neither."""
    questions, answers = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return open(questions, "rb"), open(answers, "wb")


def _listen(questions: BinaryIO, waiting: SimpleQueue[tuple[Any, ...]]) -> None:
    """Pass questions on; when there can be no more, the parent has ended and so does this process,
    whatever it is doing."""
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            waiting.put(pickle.load(questions))
    os._exit(0)
