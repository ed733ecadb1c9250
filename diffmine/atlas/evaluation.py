"""evaluation.json: what was judged and every figure (docs/atlas-format.md)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from diffmine.atlas.atomic import write_bytes
from diffmine.atlas.reader import Atlas
from diffmine.atlas.slim import EVALUATION as NAME
from diffmine.atlas.writer import Workspace
from diffmine.errors import AtlasError

FORMAT = 1

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


def write_evaluation(atlas: Workspace, evaluation: Evaluation) -> None:
    """Write the file and note it as an artefact; the caller holds the atlas."""
    content = {"format": FORMAT, **_plain(vars(evaluation))}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(atlas.path / NAME, text.encode())
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


def _plain(value: Any) -> Any:
    """JSON's own values: six figures are enough, and what is not finite is null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
