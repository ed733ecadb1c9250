"""The life of a child: a line of JSON asks for a piece of work, a line of JSON and bytes answer.

It is started as a program of its own, not by multiprocessing, which would run the user's script
again and import all that it imports.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from diffmine.data.fence import limits
from diffmine.data.files import printable
from diffmine.errors import ImageError


@dataclass(frozen=True)
class Answer:
    """What a piece of work returns: values that JSON knows, and `size` bytes in pieces."""

    facts: dict[str, Any]
    size: int = 0
    pieces: Iterable[bytes | memoryview] = ()


Work = Callable[..., Answer]
"""Called with the path of a picture and the arguments of all of them."""

TOO_MUCH = "{name} needs more than {limit} MB of memory to be decoded; make it smaller."


def main(work: str) -> None:
    """Answer requests until the other end is closed. `work`, as `module:function`, is imported
    before the limits are taken."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the parent that ends it
    requests, answers = _pipes()
    named(work)
    waiting: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    limits.confine()
    began_with = limits.size()
    _send(answers, {})
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders complain there
    while True:
        request = json.loads(waiting.get())
        limits.alarm(request["seconds"])
        since = limits.size() - began_with
        head, content = _answer(request)
        _send(answers, head | {"grown": limits.grown(since)}, content)
        limits.alarm(0)


def named(work: str) -> Work:
    """The function that a text `module:function` names."""
    module, _, name = work.partition(":")
    function: Work = getattr(importlib.import_module(module), name)
    return function


def _answer(request: dict[str, Any]) -> tuple[dict[str, Any], Iterable[bytes | memoryview]]:
    path = Path(request["path"])
    try:
        answer = named(request["work"])(path, **request["arguments"])
        return {"facts": answer.facts, "size": answer.size}, answer.pieces
    except ImageError as error:
        return {"refused": str(error)}, ()
    except MemoryError:
        return {"refused": too_much(path)}, ()
    except Exception as error:  # a fault of a decoder
        name = printable(path.name)
        return {"refused": f"{name} cannot be decoded: {type(error).__name__}."}, ()


def too_much(path: Path) -> str:
    """That a picture needs more memory than there is."""
    return TOO_MUCH.format(name=printable(path.name), limit=limits.MEMORY >> 20)


def _send(
    answers: BinaryIO, head: dict[str, Any], content: Iterable[bytes | memoryview] = ()
) -> None:
    answers.write(json.dumps(head).encode() + b"\n")
    for piece in content:
        answers.write(piece)
    answers.flush()


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes from and to the parent; a library that reads or prints gets neither."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return open(requests, "rb"), open(answers, "wb")


def _listen(requests: BinaryIO, waiting: SimpleQueue[bytes]) -> None:
    """Pass requests on; when there can be no more, the parent has ended and so does this process,
    whatever it is doing."""
    for line in requests:
        waiting.put(line)
    os._exit(0)
