"""The one folder the server hands out: sprite sheets, pictures, point files, plotly.js.

A file is named by what it was made from, so its content never changes under that name and a
browser may keep it for ever. Nothing else on the machine is served.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr
import plotly
from gradio.data_classes import _StaticFiles

from diffmine.app.folder import own_folder
from diffmine.app.uploads import Uploads
from diffmine.atlas.atomic import writing

MOST_BYTES = 2**30
_LOOK_EVERY = 500
"""Files after which the folder is looked at, or an eighth of MOST_BYTES: films are large."""


def digest(*parts: Any) -> str:
    """A name for what is made from `parts`."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


class Cache:
    """Files by name, made once; the least recently used go when the folder grows too large."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.folder = folder / "served"
        self.uploads = folder / "gradio"
        self.plotly = self.folder / "plotly.min.js"
        with writing(folder):
            self.folder.mkdir()
            self.uploads.mkdir()
            shutil.copyfile(
                Path(plotly.__file__).parent / "package_data" / "plotly.min.js", self.plotly
            )
        self.given = Uploads(self.uploads)
        self._puts = self._bytes = 0
        self._lock = Lock()

    def publish(self) -> None:
        """Let gradio serve the folder, and keep uploads in one that is removed with this process:
        a component notes their place when it is made."""
        os.environ["GRADIO_TEMP_DIR"] = str(self.uploads)
        if self.folder.resolve() not in _StaticFiles.all_paths:
            gr.set_static_paths([self.folder])

    def file(self, name: str, make: Callable[[], bytes]) -> Path:
        """The file `name`, made by `make` when it is not there. Raises AtlasError where it cannot
        be written, as on a full disk."""
        path = self.folder / name
        try:
            os.utime(path)
            return path
        except FileNotFoundError:
            return self._put(path, make())

    def _put(self, path: Path, content: bytes) -> Path:
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            with writing(path):
                path.parent.mkdir(exist_ok=True)
                temporary.write_bytes(content)
                os.replace(temporary, path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        with self._lock:
            self._puts += 1
            self._bytes += len(content)
            if self._puts >= _LOOK_EVERY or self._bytes >= MOST_BYTES // 8:
                self._puts = self._bytes = 0
                self._shrink()
        return path

    def _shrink(self) -> None:
        files = [p for p in self.folder.rglob("*") if p.is_file() and p != self.plotly]
        sized = sorted((p.stat().st_mtime, p.stat().st_size, p) for p in files)
        total = sum(size for _, size, _ in sized)
        for _, size, path in sized:
            if total <= MOST_BYTES:
                break
            path.unlink(missing_ok=True)
            total -= size


@cache
def served() -> Cache:
    """The cache of this process, removed when it ends."""
    return Cache(own_folder())


def file_ref(path: Path) -> dict[str, Any]:
    """A value that gradio knows as a file: it adds the `url` that fits the page's address."""
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}}
