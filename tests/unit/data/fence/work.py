"""Work for children of the fence, which import this file: harmless stand-ins for decoders that take
too long, need too much or end their process. What is done is the name of the path."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from PIL import Image

from diffmine.data.fence.child import Answer
from diffmine.data.readers.base import Reader
from diffmine.errors import ImageError

HELD: list[bytearray] = []


def act(path: Path, more: int = 0) -> Answer:
    """Do what the path's name says."""
    name = path.name.partition("-")[0]
    facts = {"name": path.name, "pid": os.getpid(), "more": more}
    if name == "sleep":
        path.with_name(f"pid-{os.getpid()}").touch()
        time.sleep(600)
    elif name == "take":
        return Answer(facts | {"taken": len(bytearray(500 * 2**20))})
    elif name == "part":
        return Answer(facts | {"taken": len(bytearray(300 * 2**20))})
    elif name == "hold":
        HELD.append(bytearray(300 * 2**20))
    elif name == "exit":
        os._exit(3)
    elif name == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif name == "once" and not path.exists():
        path.touch()
        os._exit(3)
    elif name == "wrong":
        raise ImageError(f"{path.name} is\nno picture.")
    elif name == "fault":
        raise RuntimeError("a decoder's own")
    elif name == "print":
        print("a decoder's own", flush=True)
        os.write(1, b"{}\n")
        os.write(2, b"{}\n")
    return Answer(facts, 6, [b"abc", b"def"])


def nosy(path: Path) -> Answer:
    """What this process has imported, and whether it may write the path."""
    try:
        path.write_bytes(b"a")
        wrote = path.stat().st_size
    except OSError:
        wrote = 0
    return Answer({"modules": sorted(sys.modules), "wrote": wrote})


def read(path: Path, still: bool = False) -> Image.Image:
    """A reader that sleeps, takes memory or ends its process, as the file says."""
    act(Path(path.read_text().split()[1]))
    return Image.new("RGB", (3, 2), "red")


ODD = Reader("odd", frozenset({".odd"}), lambda head: head.startswith(b"odd "), read)
