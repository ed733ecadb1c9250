"""Where the pictures of an atlas lie on this machine: a note in the folder of this user's data.

It never stands in the atlas, which may be a stranger's and name any file of the machine
(docs/decisions/0039). A note is of one folder and one images.parquet: what is put in its place has
none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from diffmine.atlas.atomic import write_bytes
from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.folders import user_folder


@dataclass(frozen=True)
class Whereabouts:
    """The folder of a data set, without links, and the paths inside it of those pictures that are
    called otherwise."""

    data: Path
    paths: Mapping[str, str]

    def file(self, image_id: str) -> Path | None:
        """The file of a picture, without links; None where it is not there, or where a link leads
        out of the data set."""
        inside = PurePosixPath(self.paths.get(image_id, image_id))
        if inside.is_absolute() or ".." in inside.parts:
            return None
        try:
            path = (self.data / inside).resolve(strict=True)
            return path if path.is_relative_to(self.data) and path.is_file() else None
        except (OSError, ValueError, RuntimeError):
            return None


def note(atlas: Atlas, data: Path, paths: Mapping[str, Path]) -> None:
    """Note that the pictures of an atlas, by name, are these files below `data`; others are left
    out. Raises AtlasError where the note cannot be written."""
    root, inside = data.resolve(), {}
    for image_id, path in paths.items():
        with suppress(ValueError):
            name = path.absolute().relative_to(data.absolute()).as_posix()
            if name != image_id:
                inside[image_id] = name
    text = json.dumps({**_whose(atlas), "data": str(root), "paths": inside})
    file = _file(atlas)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(file, text.encode("utf-8", "surrogateescape"))


def forget(atlas: Atlas) -> None:
    """Remove the note on an atlas, if there is one."""
    with suppress(OSError):
        _file(atlas).unlink(missing_ok=True)


def whereabouts(atlas: Atlas) -> Whereabouts | None:
    """What is noted of an atlas as it is now; None without a note of this user's."""
    try:
        noted = json.loads(_file(atlas).read_bytes().decode("utf-8", "surrogateescape"))
        if {name: noted[name] for name in ("atlas", "images")} != _whose(atlas):
            return None
        paths = {str(name): str(path) for name, path in noted["paths"].items()}
        return Whereabouts(Path(noted["data"]), paths)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _whose(atlas: Atlas) -> dict[str, str]:
    images = atlas.manifest.artefacts.get("images.parquet", "")
    return {"atlas": str(atlas.path.resolve()), "images": images}


def _file(atlas: Atlas) -> Path:
    return user_folder() / "sources" / f"{key_of(str(atlas.path.resolve()))[:16]}.json"
