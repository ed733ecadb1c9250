"""Files of a data set by the names that tables have for them."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import unquote

from diffmine.data.files import NotAFile, check, printable
from diffmine.data.junk import is_junk
from diffmine.data.readers import suffixes

_DRIVE = re.compile(r"[A-Za-z]:/|//|/")
_WEB = re.compile("https?://", re.IGNORECASE)
_FILE = re.compile(
    "(?:file|image|datei|bild|fichier|archivo|bestand|immagine|ficheiro|plik|fil):", re.IGNORECASE
)
"""The space of files in wikis of several languages."""
_ALIKE = {".jpeg": ".jpg", ".jpe": ".jpg", ".tiff": ".tif"}
OUTSIDE = "it lies outside the data set"
MISSING = "there is no such file"


class Names:
    """Looks for one of some names as people write it: exactly; else with other accents, case or
    ending of the same kind; else as the end of a path, or with too much before it, or without its
    ending; of several that fit none is taken."""

    def __init__(self, names: Iterable[str]) -> None:
        self._all = list(names)
        self._exact = set(self._all)

    @cached_property
    def _tails(self) -> dict[str, list[tuple[str, str, str]]]:
        """By the last part of a path, with and without its ending: each name, its key, and that
        without the ending."""
        tails: dict[str, list[tuple[str, str, str]]] = {}
        known = suffixes()
        for name in self._all:
            key = _key(name)
            stem, ending = os.path.splitext(key)
            one = (name, key, stem if ending in known else key)
            for last in {_last(one[1]), _last(one[2])}:
                tails.setdefault(last, []).append(one)
        return tails

    def find(self, name: str) -> list[str]:
        """The names that are meant: one, none or several."""
        if name in self._exact:
            return [name]
        for key in dict.fromkeys([_key(name), *_shorter(_key(name))]):
            near = self._tails.get(_last(key), [])
            whole = [own for own, *keys in near if key in keys]
            if not whole and key == _key(name):
                ending = f"/{key}"
                whole = [own for own, *keys in near if any(k.endswith(ending) for k in keys)]
            if whole:
                return whole
        return []


def _key(name: str) -> str:
    stem, ending = os.path.splitext(unicodedata.normalize("NFC", name).casefold())
    return stem + _ALIKE.get(ending, ending)


def _last(key: str) -> str:
    return key.rpartition("/")[2]


def _shorter(key: str) -> Iterator[str]:
    """The path without its first folder, its first two, ..."""
    while "/" in key:
        key = key.partition("/")[2]
        yield key


@runtime_checkable
class Finder(Protocol):
    """Knows the pictures that a table may name."""

    def find(self, written: str) -> tuple[str, Path] | str:
        """The name inside the data set and the path of the file of a picture, or the reason why
        there is none."""


@dataclass(frozen=True)
class Files:
    """The files under a folder, listed when the first one is not where its name says."""

    folder: Path

    @cached_property
    def names(self) -> Names:
        """All of them, without hidden ones and those of systems."""
        return Names(listed(self.folder))

    def find(self, written: str) -> tuple[str, Path] | str:
        """The name inside the data set and the path of a file that a table names, or the reason why
        there is none. Links are followed, as in folders of labels: who put them there meant it."""
        name = _of_address(written.strip())
        if not name or "\x00" in name:
            return "it names no file"
        place = self._inside(name)
        if place == "..":
            return OUTSIDE
        reason = MISSING
        places = [place, self._inside(name.replace("\\", "/"))] if "\\" in name else [place]
        for there in places:
            if there == "..":
                return OUTSIDE
            if _DRIVE.match(there):
                reason = OUTSIDE
                continue
            path = self.folder / there
            why = _refusal(path)
            if not why:
                return printable(there), path
            if why != MISSING:
                return why
        return self._near(name.replace("\\", "/"), reason)

    def _near(self, name: str, reason: str) -> tuple[str, Path] | str:
        near = self.names.find(posixpath.normpath(name)) or _of_wiki(self.names, name)
        if len(near) > 1:
            return f"several files are named so: {', '.join(map(printable, near[:3]))}"
        if not near:
            return reason
        why = _refusal(self.folder / near[0])
        return why or (printable(near[0]), self.folder / near[0])

    def _inside(self, name: str) -> str:
        """A name relative to the folder; ".." for one that leaves it, and a path from elsewhere as
        it is."""
        plain = posixpath.normpath(name.removeprefix(f"{self.folder.as_posix()}/"))
        return ".." if plain == ".." or plain.startswith("../") else plain


def _of_address(name: str) -> str:
    """The path of an address on the web, as its file was probably called when it was fetched."""
    if not _WEB.match(name):
        return name
    path = name.partition("://")[2].partition("/")[2]
    return unquote(path.partition("?")[0].partition("#")[0])


def _of_wiki(names: Names, name: str) -> list[str]:
    """The names that are meant by one of a wiki: `File:Foo bar.jpg` is Foo_bar.jpg."""
    plain = _FILE.sub("", name).strip()
    for own in dict.fromkeys((plain, plain.replace(" ", "_"), plain.replace("_", " "))):
        if own and own != name and (near := names.find(own)):
            return near
    return []


def _refusal(path: Path) -> str:
    """Why a file is refused; "" for one that is there."""
    try:
        check(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except NotAFile as error:
        return str(error)
    except (OSError, ValueError, RuntimeError) as error:
        return f"its name cannot be used ({type(error).__name__})"
    return ""


def listed(folder: Path) -> Iterator[str]:
    """Names of the files under a folder, with forward slashes, without hidden ones and those of
    systems; links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and not is_junk(one))
        inside = Path(place).relative_to(folder).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        yield from (prefix + one for one in sorted(files) if not one.startswith("."))
