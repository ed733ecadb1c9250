"""A process beside this one, for long answers: generators run there and are read here.

A server that computes in a thread of its own keeps its visitors waiting for the interpreter and
for the cores. The other process has its own interpreter and stands back for this one. A generator
there goes on only when its next value is asked for, as if it ran here: one that nobody reads costs
nothing.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from typing import IO, Any

from diffmine.engine.processes import PATIENT
from diffmine.errors import EngineError

_CODE = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from diffmine.engine.answers import main; main()"
)
_ENDED: tuple[str, Any] = ("ended", None)


class Aside:
    """Runs generator functions of modules in one other process, which is started by the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def stream(self, function: Callable[..., Iterator[Any]], *arguments: Any) -> Iterator[Any]:
        """What `function` yields there; what it raises is raised here. Function, arguments and
        values can be pickled.

        Raises EngineError when the process ends before the generator does; the next call starts
        another.
        """
        process = self._running()
        yield from process.stream(function, arguments)

    def _running(self) -> _Process:
        with self._lock:
            if self._process is None or self._process.over:
                self._process = _Process()
            return self._process

    def close(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            if self._process is not None:
                self._process.end()
            self._process = None


class _Process:
    def __init__(self) -> None:
        # -P: a torch.py in the working folder is not ours. Its own session: Ctrl-C is not for it.
        how = ["-P", f"-Xutf8={sys.flags.utf8_mode}", "-c", _CODE]
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                [sys.executable, *how, json.dumps(sys.path)],
                stdin=pipe,
                stdout=pipe,
                env=PATIENT | os.environ,
                start_new_session=True,
                creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # Windows
            )
        except (OSError, ValueError) as error:
            raise EngineError(f"No process can be started to ask the model: {error}.") from error
        self.over = False
        self._numbers = count()
        self._readers: dict[int, SimpleQueue[tuple[str, Any]]] = {}
        # Again by the same thread: a generator that nobody reads may be closed at any time.
        self._lock = threading.RLock()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def stream(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Iterator[Any]:
        number = next(self._numbers)
        answers: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        with self._lock:
            self._readers[number] = answers
        if self.over:
            answers.put(_ENDED)
        try:
            self._say("begin", number, pickle.dumps((function, arguments)))
            while True:
                self._say("next", number)
                kind, value = answers.get()
                if kind == "done":
                    return
                if kind == "raised":
                    raise value
                if kind == "ended":
                    raise EngineError(self._how())
                yield value
        finally:
            with self._lock:
                del self._readers[number]
            self._say("close", number)

    def _say(self, kind: str, number: int, content: bytes = b"") -> None:
        message = pickle.dumps((kind, number, content))
        stdin = self._process.stdin
        assert stdin
        with self._lock, suppress(OSError, ValueError):  # that it has ended will be heard
            stdin.write(message)
            stdin.flush()

    def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                self._hear(stdout)
        self._process.kill()  # it may have closed its pipe and live on
        self._process.wait()
        with self._lock:
            self.over = True
            for answers in self._readers.values():
                answers.put(_ENDED)
            stdout.close()
            self._close_ours()

    def _close_ours(self) -> None:
        if self._process.stdin:
            with suppress(OSError):  # what could not be said any more
                self._process.stdin.close()

    def _hear(self, stdout: IO[bytes]) -> None:
        number, kind, value = pickle.load(stdout)  # bytes of our own process
        with self._lock:
            if number in self._readers:
                self._readers[number].put((kind, value))

    def _how(self) -> str:
        code = self._process.returncode or 0
        how = f"by signal {-code}" if code < 0 else f"with status {code}"
        return (
            f"The process that asks the model ended {how}; perhaps memory is short. "
            "Ask again: it is started anew."
        )

    def end(self) -> None:
        self._process.kill()
        self._ear.join()
