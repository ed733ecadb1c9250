"""Data sets that came as zip files: unpacked once into the cache, as `unzip` would beside them.

Nothing is written outside the folder made for it, and no more than a share of what the zips hold:
a name that leaves the folder, a link, a bomb, what is locked or broken is refused with a reason.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from diffmine.data.cache import cache_folder, check_room, folder_made, unpacking, write
from diffmine.data.files import MAX_BYTES, printable, regular
from diffmine.data.junk import is_junk
from diffmine.data.readers import suffixes
from diffmine.data.tables import endings
from diffmine.engine import Progress, silent
from diffmine.errors import DataError

_NOTE = ".diffmine.unpacked.json"
_RATIO, _FREELY = 100, 2**24
"""Times as large as in its zip that a file may be, and bytes that it may have anyway."""
_MOST = 5_000_000
"""Files of a zip."""
_LONGEST = 1000
_BESIDE = {".txt", ".md", ".yaml"}
_PART = re.compile(r"(train(?:ing)?|val(?:id(?:ation)?)?|dev|test(?:ing)?)[-_ .]?\d*", re.I)
_HOW = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHUNK = 2**20
Refused = tuple[tuple[str, str], ...]


def zips_of(folder: Path) -> list[Path]:
    """The zip files of a folder and of the folders in it, where no picture lies in them."""
    if folder.is_file():
        return [folder] if zipfile.is_zipfile(folder) else []
    try:
        folders, zips, pictures = _listed(folder)
        for inside in [] if pictures else folders:
            deeper, own, pictures = _listed(inside)
            if deeper or pictures:  # they were unpacked, or are beside other things
                return []
            zips += own
    except OSError:
        return []
    return [] if pictures else sorted(zips)


def _listed(folder: Path) -> tuple[list[Path], list[Path], bool]:
    """The folders and zip files in a folder, and whether a picture is there."""
    known = suffixes()
    with os.scandir(folder) as entries:
        shown = [one for one in entries if not one.name.startswith(".") and not is_junk(one.name)]
    folders = [Path(one.path) for one in shown if one.is_dir()]
    names = [one for one in shown if not one.is_dir()]
    zips = [Path(one.path) for one in names if _ending(one.name) == ".zip" and one.is_file()]
    return folders, zips, any(_ending(one.name) in known for one in names)


def unpacked(given: Path, progress: Progress = silent) -> tuple[Path, Refused]:
    """The folder in the cache in which a zip file, or those of a folder, are unpacked and the
    tables beside them are linked, and what of them is refused. Raises DataError where that cannot
    be."""
    zips = zips_of(given)
    folder = given.parent if given.is_file() else given
    key = hashlib.sha256(str(given.resolve()).encode(errors="surrogateescape"))
    for path in zips:
        status = path.stat()
        told = (path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns)
        key.update(repr(told).encode(errors="surrogateescape"))
    place = cache_folder() / "unpacked" / key.hexdigest()[:32]
    with unpacking(folder):
        if not (place / _NOTE).is_file():
            shutil.rmtree(place, ignore_errors=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            with folder_made(place) as temporary:
                refused = list(_unpack(zips, folder, temporary, progress))
                write(temporary / _NOTE, json.dumps(refused).encode())
        if given.is_dir():
            _link(folder, place)
        noted = json.loads((place / _NOTE).read_text())
    return place, tuple((str(name), str(reason)) for name, reason in noted)


def _unpack(
    zips: list[Path], folder: Path, to: Path, progress: Progress
) -> Iterator[tuple[str, str]]:
    """Unpack all zips; yields what is refused, with the reason."""
    for number, path in enumerate(zips):
        name = printable(path.relative_to(folder).as_posix())
        try:
            with open(path, "rb", opener=regular) as file, zipfile.ZipFile(file) as archive:
                infos = [info for info in archive.infolist() if not info.is_dir()]
                if len(infos) > _MOST:
                    raise DataError(f"{path} holds more than {_MOST:,} files.")
                check_room(path, sum(min(info.file_size, MAX_BYTES) for info in infos))
                inside = to / path.parent.relative_to(folder) / _folder_of(path, infos)
                for at, info in enumerate(infos):
                    if at % 100 == 0:
                        progress("unpack", number, len(zips), "zip files", f"{at:,} files")
                    if reason := _extract(archive, info, inside, to):
                        yield f"{name}/{printable(info.filename)}", reason
        except zipfile.BadZipFile:
            yield name, "it is a broken zip file"


def _folder_of(path: Path, infos: list[zipfile.ZipInfo]) -> str:
    """The folder into which a zip is unpacked: that of its own name where pictures lie loose in it,
    or that of the part of the data set that it is named after; else none."""
    known = suffixes()
    names = [info.filename for info in infos if _ending(info.filename) in known]
    part = _PART.fullmatch(path.stem)
    if part and not any(name.casefold().startswith(f"{part[1]}/".casefold()) for name in names):
        return part[1]
    return "" if all("/" in name for name in names) else path.stem


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, inside: Path, to: Path) -> str:
    """Unpack one file; the reason why it is not, "" for one that is or that nobody would read."""
    name = info.filename
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or any(is_junk(part) or part.startswith(".") for part in parts if part != ".."):
        return ""
    if _ending(name) not in suffixes() | endings() | _BESIDE:
        return ""
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name:
        return "its name leaves the zip file"
    if len(name) > _LONGEST:
        return "its name is too long"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link"
    if info.flag_bits & 1:
        return "it is locked with a password"
    if info.compress_type not in _HOW:
        return "it is packed in a way that is not read; pack it as an ordinary zip"
    if info.file_size > max(_FREELY, _RATIO * info.compress_size) or info.file_size > MAX_BYTES:
        return "it is much larger than a picture, or than its part of the zip file"
    path = inside.joinpath(*parts)
    if not path.resolve().is_relative_to(to.resolve()):
        return "its name leaves the zip file"
    if path.exists():
        return "another file has its name"
    return _written(archive, info, path)


def _written(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, open(path, "xb") as file:
            shutil.copyfileobj(source, file, _CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        path.unlink(missing_ok=True)
        return "its part of the zip file is broken"
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        return "another file has its name"
    return ""


def _link(folder: Path, place: Path) -> None:
    """Let the tables beside the zips lie in the folder in which these are unpacked, as they are
    now."""
    known = endings() | _BESIDE
    for inside in [Path(), *(p.relative_to(folder) for p in folder.iterdir() if p.is_dir())]:
        (place / inside).mkdir(exist_ok=True)
        for path in (folder / inside).iterdir():
            if path.suffix.lower() in known and path.is_file() and path.name[0] not in ".~":
                _linked(path.resolve(), place / inside / path.name)


def _linked(path: Path, place: Path) -> None:
    if place.is_symlink() and os.readlink(place) != str(path):
        place.unlink()
    if not place.is_symlink() and not place.exists():
        try:
            place.symlink_to(path)
        except OSError:  # where links are for administrators
            shutil.copy2(path, place)


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()
