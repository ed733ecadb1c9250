"""atlas.json: what the atlas is, how it was computed and the digest of each artefact."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from diffmine.atlas.atomic import write_bytes
from diffmine.errors import AtlasError

FORMAT = 1
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


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an atlas folder; AtlasError when there is none or it cannot be read."""
    path = folder / NAME
    if not path.is_file():
        raise AtlasError(
            f"{folder} is not an atlas: it has no {NAME}; make one with diffmine build."
        )
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise AtlasError(f"{path} is broken and cannot be read as JSON: {error}.") from error
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        version = fields.get("format") if isinstance(fields, dict) else type(fields).__name__
        raise AtlasError(f"{path} has format {version}, this diffmine reads format {FORMAT}.")
    try:
        return Manifest(**fields)
    except TypeError as error:
        raise AtlasError(
            f"{path} has fields that format {FORMAT} does not know: {error}."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write atlas.json whole."""
    fields = asdict(manifest)
    # In the order of names: engines finish shards in any order.
    fields |= {name: dict(sorted(fields[name].items())) for name in ("artefacts", "keys", "config")}
    text = json.dumps(fields, indent=1, ensure_ascii=False)
    write_bytes(folder / NAME, text.encode())


def key_of(*parts: Any) -> str:
    """Digest of JSON values: names the inputs of a stage, so that a change is noticed."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:24]
