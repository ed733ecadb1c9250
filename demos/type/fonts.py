"""The typefaces of the recipe: read `fonts.csv`, fetch the packages, turn woff2 into TTF."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

FONTS_CSV = Path(__file__).with_name("fonts.csv")
COLUMNS = (
    "era", "style", "font", "npm_package", "version",
    "file", "weight", "licence", "credit", "split",
)  # fmt: skip
NPM_TIMEOUT = 300  # seconds for one package
MAX_MEMBER = 20_000_000  # bytes; no latin subset is near this, so more is a broken package

# These cells end up in a command line and in paths: plain names only.
_CELLS = {
    "era": re.compile(r"[0-9]{4}"),
    "font": re.compile(r"[a-z0-9-]+"),
    "npm_package": re.compile(r"@[a-z0-9-]+/[a-z0-9-]+"),
    "version": re.compile(r"[0-9]+\.[0-9]+\.[0-9]+"),
    "file": re.compile(r"files/[a-z0-9-]+\.woff2"),
    "weight": re.compile(r"[1-9]00"),
    "split": re.compile(r"train|test"),
}

Progress = Callable[[int, int], None]


class FontsError(RuntimeError):
    """The list of fonts is malformed, or a package could not be had."""


@dataclass(frozen=True)
class Face:
    """One font in one weight: a row of `fonts.csv`."""

    era: str
    style: str
    font: str
    npm_package: str
    version: str
    file: str
    weight: int
    licence: str
    credit: str
    split: str

    @property
    def key(self) -> str:
        """Name of the face, unique in the list, such as "jost-400"."""
        return f"{self.font}-{self.weight}"

    @property
    def source_url(self) -> str:
        """Page of the exact package version."""
        return f"https://www.npmjs.com/package/{self.npm_package}/v/{self.version}"


def read_faces(fonts_csv: Path = FONTS_CSV) -> list[Face]:
    """Rows of the list of fonts, in its order."""
    with open(fonts_csv, newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise FontsError(f"{fonts_csv}: expected the columns {','.join(COLUMNS)}.")
        faces = [_face(row, f"{fonts_csv}:{reader.line_num}") for row in reader]
    keys = [face.key for face in faces]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise FontsError(f"{fonts_csv}: listed twice: {', '.join(twice)}.")
    return faces


def _face(row: dict[str, str], where: str) -> Face:
    if set(row) != set(COLUMNS) or None in row.values():
        raise FontsError(f"{where}: expected {len(COLUMNS)} cells.")
    for column, pattern in _CELLS.items():
        if not pattern.fullmatch(row[column]):
            raise FontsError(f"{where}: {column} {row[column]!r} does not fit {pattern.pattern}.")
    return Face(**{**row, "weight": int(row["weight"])})  # type: ignore[arg-type]


def fetch(
    fonts_csv: Path, cache_dir: Path, *, progress: Progress = lambda done, total: None
) -> dict[str, Path]:
    """Path of the TTF of every face in the list, by `Face.key`.

    Packages are fetched with `npm pack` in the exact version; what the cache holds is kept.
    `progress` gets (packages done, packages).
    """
    packages: dict[tuple[str, str], list[Face]] = {}
    for face in read_faces(fonts_csv):
        packages.setdefault((face.npm_package, face.version), []).append(face)
    cache_dir.mkdir(parents=True, exist_ok=True)
    paths: dict[str, Path] = {}
    for done, faces in enumerate(packages.values(), start=1):
        paths |= _fetch_package(faces, cache_dir)
        progress(done, len(packages))
    return paths


def _fetch_package(faces: Iterable[Face], cache_dir: Path) -> dict[str, Path]:
    paths = {face: cache_dir / f"{face.key}-{face.version}.ttf" for face in faces}
    missing = {face: path for face, path in paths.items() if not path.exists()}
    if missing:
        first = next(iter(missing))
        archive = _npm_pack(f"{first.npm_package}@{first.version}", cache_dir)
        try:
            _unpack(archive, missing)
        finally:
            archive.unlink(missing_ok=True)
    return {face.key: path for face, path in paths.items()}


def _npm_pack(spec: str, cache_dir: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise FontsError("npm was not found: install Node.js, which brings npm, and try again.")
    command = [npm, "pack", spec, "--ignore-scripts", "--silent", "--pack-destination"]
    try:
        ran = subprocess.run(
            [*command, str(cache_dir)],
            capture_output=True, text=True, timeout=NPM_TIMEOUT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FontsError(f"npm could not fetch {spec}: {error}.") from error
    # Silent npm prints only the name of the archive it wrote.
    name = Path(ran.stdout.strip().splitlines()[-1]).name if ran.stdout.strip() else ""
    if ran.returncode != 0 or not (cache_dir / name).is_file():
        raise FontsError(
            f"npm could not fetch {spec} (exit status {ran.returncode}): check the network and "
            "that this version exists."
        )
    return cache_dir / name


def _unpack(archive: Path, wanted: dict[Face, Path]) -> None:
    """Writes the wanted faces as TTF and the LICENSE; nothing else leaves the archive."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for face, path in wanted.items():
                _write(path, _to_ttf(_member(tar, f"package/{face.file}")))
                licence = path.with_name(f"{face.font}-{face.version}.LICENSE.txt")
                # Two old packages carry no LICENSE: package.json is then the only word.
                if not licence.exists() and "package/LICENSE" in tar.getnames():
                    _write(licence, _member(tar, "package/LICENSE"))
    except (KeyError, OSError, EOFError, zlib.error, tarfile.TarError, TTLibError) as error:
        raise FontsError(f"{archive.name}: the font could not be read: {error}.") from error


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    info = tar.getmember(name)
    handle = tar.extractfile(info) if info.isfile() and info.size <= MAX_MEMBER else None
    if handle is None:
        raise KeyError(f"{name} is not a plain file of at most {MAX_MEMBER} bytes")
    return handle.read()


def _to_ttf(woff2: bytes) -> bytes:
    font = TTFont(io.BytesIO(woff2), recalcTimestamp=False)
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    # A file that is there counts as fetched, so it must appear whole.
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
