"""A child as its parent sees it: it is given a request, its answers are heard in a thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import IO, Any

from diffmine.errors import EngineError

_CODE = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from diffmine.data.fence.child import main; main(sys.argv[2])"
)
_ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",  # a thread's arena is address space, which is limited
}
_LONGEST_HEAD = 2**16
_MOST_BYTES = 2**28
_TO_END = 1.0
_TICK = 1.0
"""The most that one look at the clock may add: after a sleep of the machine nobody is late."""


@dataclass(frozen=True)
class Reply:
    """What a child said: its line of JSON and the bytes behind it. `head` is None when it has
    ended."""

    child: Child
    head: dict[str, Any] | None
    content: bytes = b""


Sink = SimpleQueue[Reply]


class Child:
    """A process that does one piece of work at a time."""

    def __init__(self, work: str, sink: Sink) -> None:
        self.path = list(sys.path)
        self.sink = sink
        self.ready, self.ended = False, False
        self.place = -1
        self._spent, self._looked = 0.0, time.monotonic()
        # -P: a numpy.py beside the pictures is not ours. Its own session: Ctrl-C is not for it.
        how = ["-P", f"-Xutf8={sys.flags.utf8_mode}", "-c", _CODE]
        command = [sys.executable, *how, json.dumps(self.path), work]
        pipe = subprocess.PIPE
        try:
            self.process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, env=os.environ | _ALONE, start_new_session=True
            )
        except (OSError, ValueError) as error:
            raise EngineError(f"No process can be started to decode pictures: {error}.") from error
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def give(self, place: int, sink: Sink, request: dict[str, Any]) -> bool:
        """Hand it the piece of work at a place; its reply goes to `sink`. False if it has ended."""
        self.sink, self.place = sink, place
        self._spent, self._looked = 0.0, time.monotonic()
        if not self.ended:
            assert self.process.stdin
            with suppress(OSError):  # that it has ended will be heard
                self.process.stdin.write(json.dumps(request).encode() + b"\n")
                self.process.stdin.flush()
        return not self.ended

    def spent(self) -> float:
        """Seconds that it has been at its piece, or at its start."""
        now = time.monotonic()
        self._spent += min(now - self._looked, _TICK)
        self._looked = now
        return self._spent

    def begin(self) -> None:
        """It has started: the time of its piece begins."""
        self.ready, self._spent = True, 0.0

    def end(self) -> None:
        """Stop it, whatever it is doing."""
        self.process.kill()
        self._ear.join(_TO_END)  # longer where a disk does not answer: it is not waited for

    def _listen(self) -> None:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin
        assert stdout
        with suppress(OSError, ValueError):
            while (reply := self._reply(stdout)).head is not None:
                self.sink.put(reply)
        self.process.kill()  # it may have closed its pipe and live on
        self.process.wait()
        stdout.close()
        with suppress(OSError):
            stdin.close()
        self.ended = True
        self.sink.put(Reply(self, None))

    def _reply(self, pipe: IO[bytes]) -> Reply:
        """The next reply; ValueError for what is none."""
        line = pipe.readline(_LONGEST_HEAD)
        if not line.endswith(b"\n"):
            return Reply(self, None)
        head = json.loads(line)
        size = head.get("size", 0) if isinstance(head, dict) else -1
        if not isinstance(size, int) or not 0 <= size <= _MOST_BYTES:
            raise ValueError("A child says what none says.")
        content = pipe.read(size)
        return Reply(self, head if len(content) == size else None, content)

    @property
    def how(self) -> str:
        """How it ended, in words."""
        code = self.process.returncode or 0
        return f"signal {-code}" if code < 0 else f"status {code}"
