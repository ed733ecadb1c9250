"""atlas.json: what the atlas is, how it was computed and the digest of each artefact."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from dataclasses import fields as fields_of
from functools import cache
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from diffmine.atlas.atomic import write_bytes
from diffmine.errors import AtlasError

FORMAT = 1
_LONGEST = 4095
"""Bytes of a path, as Linux has them."""
NAME = "atlas.json"


@dataclass
class Manifest:
    """The fields of atlas.json (docs/atlas-format.md)."""

    title: str
    labels: list[str]
    kind: str = "other"
    description: str = ""
    model: dict[str, Any] = field(default_factory=dict)
    config: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    artefacts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    source: str = ""
    licence: str = ""
    citation: str = ""
    limits: list[str] = field(default_factory=list)
    format: int = FORMAT
    newer: dict[str, Any] = field(default_factory=dict)
    """Fields of a newer diffmine: kept as they are."""
    intact: bool = True
    """Whether the file is as diffmine wrote it, by its own digest."""

    @property
    def sources(self) -> dict[str, Any]:
        """Where the files of a model lie that is not ours, by what it was asked for as: `path` and
        the digests of its `files`."""
        return dict(self.model.get("sources", {}))

    @property
    def model_name(self) -> str:
        """What the model was asked for as, or the name of its folder; empty where there is none."""
        place = str(self.model.get("repo") or PurePath(self.model.get("path", "")).name)
        return next(iter(self.sources), place)


_CHECKED = TypeAdapter(Manifest)


@dataclass
class _Source:
    path: str
    files: dict[str, str]


_SOURCES = TypeAdapter(dict[str, _Source])
_KNOWN = {known.name for known in fields_of(Manifest)} - {"newer", "intact"}
_DIGEST = "digest"


def is_atlas(folder: Path) -> bool:
    """Whether a folder is one of an atlas."""
    return (folder / NAME).is_file()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an atlas folder, which may be a stranger's: every value is checked, and every
    file that it names lies inside the folder. AtlasError when there is none or it cannot be read.
    """
    check_name(folder)
    path = folder / NAME
    if not path.is_file():
        raise AtlasError(
            f"{folder} is not an atlas: it has no {NAME}; make one with diffmine build."
        )
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AtlasError(f"{path} is broken and cannot be read as JSON: {error}.") from error
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        version = fields.get("format") if isinstance(fields, dict) else type(fields).__name__
        raise AtlasError(f"{path} has format {version}, this diffmine reads format {FORMAT}.")
    intact = fields.pop(_DIGEST, None) in (None, key_of(fields))
    known = {name: value for name, value in fields.items() if name in _KNOWN}
    newer = {name: value for name, value in fields.items() if name not in _KNOWN}
    try:
        manifest = _CHECKED.validate_python(known | {"newer": newer, "intact": intact})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "its fields"
        raise AtlasError(f"{path} is broken: {place}: {first['msg']}.") from error
    if len(set(manifest.labels)) < len(manifest.labels) or "" in manifest.labels:
        raise AtlasError(f"{path} is broken: labels: each has a name of its own.")
    _check_model(path, manifest.model)
    if not isinstance(manifest.config.get("data", {}).get("image_size", 0), int):
        raise AtlasError(f"{path} is broken: config.data.image_size is no whole number.")
    leads_to = cache(Path.resolve)  # of the few folders that hold all files
    files = [*manifest.artefacts, *(f"model/{name}" for name in manifest.model.get("files", {}))]
    for name in files:
        if not _inside(folder, name, leads_to):
            raise AtlasError(
                f"{path} names a file outside of its folder ({name!r}): it is not as diffmine "
                "wrote it, and nothing of it is opened."
            )
    return manifest


def check_name(folder: Path) -> None:
    """Raise AtlasError for a folder whose name is not UTF-8: Parquet files cannot stand there."""
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        shown = str(folder).encode("utf-8", "backslashreplace").decode()
        raise AtlasError(f"{shown} is not UTF-8; give the atlas a folder that is.") from error


def _check_model(path: Path, model: dict[str, Any]) -> None:
    files = model.get("files", {})
    texts = [model.get(name, "") for name in ("path", "repo", "sha256")]
    texts += files.values() if isinstance(files, dict) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise AtlasError(f"{path} is broken: model: its path, repo, sha256 and files are texts.")
    for name, source in _sources(path, model).items():
        if any(".." in PurePosixPath(file).parts or file.startswith("/") for file in source):
            raise AtlasError(f"{path} names files of {name} outside of its folder.")
    names = [model.get(name, "") for name in ("path", "repo")]
    if any("\0" in name or len(name.encode(errors="replace")) > _LONGEST for name in names):
        raise AtlasError(f"{path} is broken: model: its path or repo can be no name of a file.")


def _sources(path: Path, model: dict[str, Any]) -> dict[str, dict[str, str]]:
    try:
        sources = _SOURCES.validate_python(model.get("sources", {}))
    except ValidationError as error:
        raise AtlasError(f"{path} is broken: model: its sources are paths and digests.") from error
    return {name: source.files for name, source in sources.items()}


def _inside(folder: Path, name: str, leads_to: Callable[[Path], Path]) -> bool:
    """Whether a name stays in the folder: neither dots, nor the root, nor a link leads out."""
    plain, windows = PurePosixPath(name), PureWindowsPath(name)
    # Not the folder itself, nor a name that another stands for: what is lost is removed.
    if (
        not plain.parts
        or str(plain) != name
        or "\0" in name
        or ".." in (*plain.parts, *windows.parts)
    ):
        return False
    if plain.is_absolute() or windows.anchor:
        return False
    return leads_to(folder / plain.parent).is_relative_to(leads_to(folder))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write atlas.json whole, with a digest of all that stands in it."""
    fields = asdict(manifest)
    fields |= fields.pop("newer")
    del fields["intact"]
    # In the order of names: engines finish shards in any order.
    fields |= {name: dict(sorted(fields[name].items())) for name in ("artefacts", "keys", "config")}
    text = json.dumps(fields | {_DIGEST: key_of(fields)}, indent=1, ensure_ascii=False)
    # A model's path may be no UTF-8: JSON has words for its bytes.
    write_bytes(folder / NAME, text.encode("utf-8", "backslashreplace"))


def key_of(*parts: Any) -> str:
    """Digest of JSON values: names the inputs of a stage, so that a change is noticed."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:24]
