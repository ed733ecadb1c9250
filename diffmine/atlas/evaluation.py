"""evaluation.json: what was judged and every figure (docs/atlas-format.md)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from diffmine.atlas.atomic import write_bytes
from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.atlas.slim import EVALUATION as NAME
from diffmine.atlas.writer import Workspace
from diffmine.errors import AtlasError

FORMAT = 1
EVALUATED, BASE_IMAGES = "evaluate", "base:images"
"""Keys in atlas.json: what was judged, and the images that maps-base/ is of."""
JUDGED = ("typicality", "mine", "cluster", "trends")
_TABLES = ("images.parquet", "boxes.parquet")

Row = dict[str, Any]


@dataclass
class Evaluation:
    """The parts of evaluation.json; figures that are not known are None."""

    config: Row = field(default_factory=dict)
    boxes: Row = field(default_factory=dict)
    localisation: list[Row] = field(default_factory=list)
    curves: list[Row] = field(default_factory=list)
    precision: list[Row] = field(default_factory=list)
    recall: list[Row] = field(default_factory=list)
    purity: list[Row] = field(default_factory=list)
    agreement: list[Row] = field(default_factory=list)
    confounds: list[Row] = field(default_factory=list)
    trends: list[Row] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def judged(atlas: Atlas) -> str:
    """The key of what an evaluation is about; a file that is made again as it was keeps it."""
    manifest = atlas.manifest
    keys, files = manifest.keys, manifest.artefacts
    stages = [keys.get(name, keys.get(f"{name}:begun")) for name in JUDGED]
    return key_of("evaluate", stages, [files.get(name) for name in _TABLES])


def drop_outdated(atlas: Workspace) -> None:
    """Remove an evaluation of what is not there any more, and the base model's maps of other
    images. Those of an older diffmine, which did not note what they are about, stay. The caller
    holds the atlas."""
    keys = atlas.manifest.keys
    if NAME in atlas.manifest.artefacts and keys.get(EVALUATED) not in (None, judged(atlas)):
        atlas.remove(NAME)
        del keys[EVALUATED]
        atlas.save()
    if keys.get(BASE_IMAGES) not in (None, keys.get("images")):
        atlas.remove("maps-base/")
        del keys[BASE_IMAGES]
        atlas.save()


def write_evaluation(atlas: Workspace, evaluation: Evaluation) -> None:
    """Write the file and note it as an artefact; the caller holds the atlas."""
    content = {"format": FORMAT, **plain(vars(evaluation))}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(atlas.path / NAME, text.encode())
    atlas.manifest.keys[EVALUATED] = judged(atlas)
    atlas.note(NAME)


def read_evaluation(atlas: Atlas) -> Evaluation | None:
    """The evaluation of an atlas, None when there is none; AtlasError when it cannot be read."""
    path = atlas.path / NAME
    if not path.is_file():
        return None
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if fields.pop("format") != FORMAT:
            raise AtlasError(f"{path} is of a format that this diffmine does not read.")
        return Evaluation(**fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise AtlasError(f"{path} cannot be read: {error}.") from error


def plain(value: Any) -> Any:
    """JSON's own values: six figures are enough, and what is not finite is null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
