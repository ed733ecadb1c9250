"""Copies that people look at, made when they are looked at, from the files where they lie.

For atlases collected with `--data.view source`. Which files those are is noted apart from the atlas
(`diffmine.atlas.whereabouts`); a file is decoded behind the fence, and shown only while it is, byte
for byte, the one that was collected. Otherwise the image as mined is shown, and `why` says it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from PIL import Image

from diffmine.atlas.pictures import pixels_of
from diffmine.atlas.reader import Atlas
from diffmine.atlas.whereabouts import Whereabouts, whereabouts
from diffmine.data.image import MULTIPLE, OF_SOURCE, encode_view, times_of
from diffmine.data.mined import read_views
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import ImageError
from diffmine.words import originals as words

_KEPT_BYTES = 256 * 2**20

_Stat = tuple[str, int, int]


def show_originals(atlas: Atlas) -> Atlas:
    """Let people see the files themselves where the atlas was collected so; the same atlas."""
    atlas.originals = Originals(atlas)
    return atlas


def why_plain(atlas: Atlas, image_id: str) -> str:
    """Why an image is shown as mined in an atlas whose files are to be shown, in a sentence; empty
    where it is not, or none are."""
    views = atlas.views
    return views.why(image_id) if isinstance(views, Originals) else ""


class Originals:
    """What people look at of an atlas's images, by name. Threads may share it."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._where: tuple[str, Whereabouts | None] = ("", None)
        self._refused: dict[_Stat, str] = {}
        self._copies: OrderedDict[_Stat, bytes] = OrderedDict()
        self._size = 0
        self._lock, self._reading = Lock(), Lock()

    def __contains__(self, image_id: str) -> bool:
        return self._many(image_id) > 1 and not self.why(image_id)

    def times(self, image_id: str) -> int:
        """How many times as large as the image as mined an image is shown."""
        return self._many(image_id) if image_id in self else 1

    def why(self, image_id: str) -> str:
        """Why an image is not shown from its file, in a sentence; empty where it is, or where the
        file has no more pixels than the image as mined."""
        if self._many(image_id) < 2:
            return ""
        path = self._file(image_id)
        if path is None:
            return words.ABSENT if self._now() else words.ELSEWHERE
        try:
            return self._refused.get(_stat(path), "")
        except OSError:
            return words.ABSENT

    def content(self, image_id: str) -> bytes:
        """What is shown of an image, as a JPEG. It is the image as mined, enlarged, where the file
        turns out not to be what it was; from then on `why` says so."""
        self.prepare([image_id])
        copy = self._copy(image_id)
        return copy if copy is not None else self._plain(image_id)

    def picture(self, image_id: str) -> Image.Image:
        """The same, as a picture, RGB."""
        return Image.fromarray(pixels_of(self.content(image_id)))

    def prepare(self, image_ids: Sequence[str]) -> None:
        """Read the files of images that are to be shown, several at a time."""
        with self._reading:
            names = [name for name in dict.fromkeys(image_ids) if self._missing(name)]
            files = [(name, path) for name in names if (path := self._file(name)) is not None]
            data = self._atlas.manifest.config.get("data", {})
            stats = [_stat(path) for _, path in files]
            read = read_views([path for _, path in files], self._side(), OF_SOURCE, Wishes.of(data))
            for (name, _), stat, outcome in zip(files, stats, read, strict=True):
                if isinstance(outcome, ImageError):
                    self._refused[stat] = words.UNREADABLE
                elif outcome.digest != self._row(name)["source_digest"]:
                    self._refused[stat] = words.CHANGED
                else:
                    self._keep(stat, outcome.content)

    def _missing(self, image_id: str) -> bool:
        return image_id in self and self._copy(image_id) is None

    def _copy(self, image_id: str) -> bytes | None:
        path = self._file(image_id)
        if path is None:
            return None
        try:
            stat = _stat(path)
        except OSError:
            return None
        with self._lock:
            if stat in self._copies:
                self._copies.move_to_end(stat)
                return self._copies[stat]
        return None

    def _keep(self, stat: _Stat, content: bytes) -> None:
        with self._lock:
            self._copies[stat] = content
            self._size += len(content)
            while self._size > _KEPT_BYTES and len(self._copies) > 1:
                self._size -= len(self._copies.popitem(last=False)[1])

    def _plain(self, image_id: str) -> bytes:
        mined, times = self._atlas.pictures.picture(image_id), self._many(image_id)
        size = (mined.width * times, mined.height * times)
        return encode_view(mined.resize(size, Image.Resampling.BICUBIC))

    def _file(self, image_id: str) -> Path | None:
        where = self._now()
        return where.file(image_id) if where else None

    def _now(self) -> Whereabouts | None:
        """The note on the atlas; read again when the atlas holds other images."""
        images = self._atlas.manifest.artefacts.get("images.parquet", "")
        if self._where[0] != images or self._where[1] is None:
            self._where = (images, whereabouts(self._atlas))
        return self._where[1]

    def _many(self, image_id: str) -> int:
        row, side = self._row(image_id), self._side()
        width, height = (int(row.get(f"source_{which}") or 0) for which in ("width", "height"))
        # An atlas may be a stranger's, and say anything.
        if side < MULTIPLE or min(width, height) < 1 or not row.get("source_digest"):
            return 1
        return max(1, times_of(width, height, side, OF_SOURCE))

    def _row(self, image_id: str) -> dict[str, Any]:
        return self._atlas.image(image_id)

    def _side(self) -> int:
        side = self._atlas.manifest.config.get("data", {}).get("image_size")
        return side if isinstance(side, int) else 0


def _stat(path: Path) -> _Stat:
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns
