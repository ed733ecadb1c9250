"""Baskets under a name, with the view and the notes that belong to them: as a file, as a link.

The text of a link is base64url of deflated JSON: a list of [patch, note] and what stands around it;
the patches are those of the atlas that the link opens. A file has the entries whole, by which they
are found again after another mining.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from diffmine.app import texts
from diffmine.app.cache import digest
from diffmine.app.inspector.entries import LONGEST_NOTE, MOST, Entry
from diffmine.atlas.atomic import sweep_beside, write_bytes
from diffmine.errors import DiffmineError, UsageError
from diffmine.folders import user_folder

LONGEST_NAME = 80
MOST_SAVED = 100
MOST_BYTES = 2**20
ENDING = ".basket.json"
_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
_Note = Annotated[str, Field(max_length=LONGEST_NOTE)]


@dataclass(frozen=True)
class Saved:
    """A basket as it was saved: its name, the link of the view, the note on all of it, when."""

    name: _Name
    view: Annotated[str, Field(max_length=20_000)]
    entries: Annotated[list[Entry], Field(max_length=MOST)]
    note: _Note = ""
    when: Annotated[str, Field(max_length=40)] = ""
    format: Literal[1] = 1
    diffmine: Literal["basket"] = "basket"

    @property
    def atlases(self) -> set[str]:
        """The atlases that its patches are of."""
        return {entry.atlas for entry in self.entries}


_CHECKED = TypeAdapter(Saved)
_PACKED = TypeAdapter(tuple[_Note, Annotated[list[tuple[str, _Note]], Field(max_length=MOST)]])


def saved_now(name: str, view: str, entries: Sequence[Entry], note: str) -> Saved:
    """A basket saved at this moment; UsageError without a name and without a patch."""
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise UsageError(texts.NAME_IT)
    if not entries:
        raise UsageError(texts.NOTHING_TO_KEEP)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return Saved(name, view, list(entries), note[:LONGEST_NOTE], when)


def text_of(saved: Saved) -> str:
    """A saved basket as the text of its file."""
    return json.dumps(asdict(saved), ensure_ascii=False, indent=1)


def read_saved(text: str) -> Saved:
    """A saved basket out of a text, which may be a stranger's. Raises UsageError."""
    try:
        return _CHECKED.validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise UsageError(texts.NO_SAVED_BASKET) from error


def packed(entries: Sequence[Entry], note: str) -> str:
    """Patches with their notes as a text for a link."""
    told = json.dumps([note, [[entry.patch, entry.note] for entry in entries]], ensure_ascii=False)
    squeezed = zlib.compress(told.encode(), 9)
    return base64.urlsafe_b64encode(squeezed).decode().rstrip("=")


def unpacked(text: str, atlas: str) -> tuple[list[Entry], str]:
    """Entries of an atlas and the note on all of them, out of the text of a link. UsageError."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        told = zlib.decompressobj().decompress(content, MOST_BYTES)
        note, pairs = _PACKED.validate_json(told)
    except (ValidationError, RecursionError, ValueError, zlib.error, binascii.Error) as error:
        raise UsageError(texts.NO_BASKET_LINK) from error
    return [Entry(atlas, patch, of) for patch, of in pairs], note


class Folder:
    """Saved baskets as files in the user's own folder, newest first."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_folder() / "baskets"

    def every(self) -> list[Saved]:
        """Those that can be read."""
        saved = []
        for path in sorted(self.folder.glob(f"*{ENDING}"))[:MOST_SAVED]:
            try:
                saved.append(read_saved(path.read_text("utf-8")))
            except (DiffmineError, OSError, UnicodeDecodeError):
                continue  # somebody else's file
        return sorted(saved, key=lambda one: one.when, reverse=True)

    def put(self, saved: Saved) -> None:
        """Write one down; another of its name is replaced. AtlasError on a full disk."""
        if len({one.name for one in self.every()} | {saved.name}) > MOST_SAVED:
            raise UsageError(texts.TOO_MANY_SAVED.format(most=MOST_SAVED))
        path = self._path(saved.name)
        sweep_beside(path)
        write_bytes(path, text_of(saved).encode())

    def remove(self, name: str) -> None:
        """Remove the one of that name."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        """By a digest: names may hold anything."""
        return self.folder / f"{digest(name)}{ENDING}"


class Shelved:
    """Saved baskets that the visitor's page holds."""

    def __init__(self, value: dict[str, Any]) -> None:
        items = value.get("items")
        self.saved: list[Saved] = []
        for item in items[:MOST_SAVED] if isinstance(items, list) else []:
            try:
                self.saved.append(_CHECKED.validate_python(item))
            except ValidationError:
                continue

    def every(self) -> list[Saved]:
        """All of them, newest first."""
        return sorted(self.saved, key=lambda one: one.when, reverse=True)

    def put(self, saved: Saved) -> None:
        """Add one; another of its name is replaced. UsageError where they get too large."""
        others = [one for one in self.saved if one.name != saved.name]
        size = sum(len(text_of(one)) for one in (*others, saved))
        if size > MOST_BYTES // 2 or len(others) >= MOST_SAVED:
            raise UsageError(texts.PAGE_IS_FULL)
        self.saved = [*others, saved]

    def remove(self, name: str) -> None:
        """Remove the one of that name."""
        self.saved = [one for one in self.saved if one.name != name]

    def value(self) -> dict[str, Any]:
        """Them as the page holds them."""
        return {"items": [asdict(one) for one in self.saved]}
