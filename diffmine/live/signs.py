"""What speaks against a label's top patches, and which of them each sign is about.

Confounds come first: what goes with a label without belonging to it is learnt as well as the label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diffmine.atlas.companions import torn_groups
from diffmine.atlas.confounds import confounded, confounds
from diffmine.atlas.evaluation import Evaluation
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.config import EvaluateConfig, restored
from diffmine.maths.artefacts import Facts, facts, flat_crops, which
from diffmine.maths.overlap import HALF, hit_shares
from diffmine.maths.ranking import CANDIDATE
from diffmine.words import confounds as words
from diffmine.words import warnings
from diffmine.words.records import noise

CONFOUND, GOING, TORN, ARTEFACT, WHOLE = "confound", "going", "torn", "artefact", "whole"


@dataclass(frozen=True)
class Sign:
    """A sign of a kind, about a thing or a kind of artefact, in words without a full stop."""

    kind: str
    name: str
    text: str

    @property
    def key(self) -> str:
        """Its name among the signs of a label."""
        return f"{self.kind}/{self.name}"

    @property
    def has_patches(self) -> bool:
        """Whether it is about some of the patches, not about the list."""
        return self.kind != WHOLE


def signs(atlas: Atlas, label: str, evaluation: Evaluation | None) -> list[Sign]:
    """The signs of a label: confounds that an evaluation came upon, those that its images go with,
    groups in several splits, then artefacts."""
    known = evaluation.confounds if evaluation else []
    rows = [row for row in known if row["label"] == label and row["flagged"]]
    result = [Sign(CONFOUND, row["element"], words.confound(row)) for row in rows]
    result += [Sign(GOING, one.name, words.known(one)) for one in confounds(atlas, label)]
    torn, groups, splits = torn_groups(atlas)
    if torn:
        finding = atlas.manifest.kind == "finding"
        result.append(Sign(TORN, "", words.torn(len(torn), groups, splits, finding)))
    result += [Sign(ARTEFACT, row.kind, warnings.text(row)) for row in atlas.warnings(label)]
    whole = warnings.unchosen(atlas, label)
    return [*result, Sign(WHOLE, "", whole)] if whole else result


def patches_of(atlas: Atlas, label: str, sign: Sign, evaluation: Evaluation | None) -> list[Patch]:
    """The top patches of a label that a sign is about, in their order."""
    patches = atlas.patches(label)
    if sign.kind == CONFOUND:
        shown = _showing(atlas, patches, sign.name, evaluation)
    elif sign.kind == GOING:
        names = confounded(atlas, label, sign.name)
        shown = [patch.image_id in names for patch in patches]
    elif sign.kind == TORN:
        torn = torn_groups(atlas)[0]
        shown = [atlas.image(patch.image_id).get("group") in torn for patch in patches]
    elif sign.kind == ARTEFACT and patches:
        shown = which(sign.name, _facts(atlas, patches)).tolist()
    else:
        shown = [False] * len(patches)
    return [patch for patch, shows in zip(patches, shown, strict=True) if shows]


def _showing(
    atlas: Atlas, patches: Sequence[Patch], thing: str, evaluation: Evaluation | None
) -> list[bool]:
    """Which patches hit a box of a thing that is not of their label, as `evaluate` counts them."""
    renamed = restored(EvaluateConfig, evaluation.config if evaluation else {}).renamed
    names = pa.array({patch.image_id for patch in patches}, pa.string())
    table = atlas.table("boxes")
    boxes: dict[str, list[tuple[str, list[float]]]] = {}
    for row in table.filter(pc.is_in(table["image_id"], names)).to_pylist():
        own = renamed.get(row["label"], row["label"])
        if (row["element"] or own or "thing") == thing:
            place = [row[side] for side in ("row", "col", "height", "width")]
            boxes.setdefault(row["image_id"], []).append((own, place))
    return [_hits(patch, boxes.get(patch.image_id, [])) for patch in patches]


def _hits(patch: Patch, boxes: Sequence[tuple[str, list[float]]]) -> bool:
    places = [place for own, place in boxes if own != patch.label]
    if not places:
        return False
    window = np.array([[patch.row, patch.col, patch.size, patch.size]], np.float64)
    return bool((hit_shares(window, np.array(places, np.float64)) >= HALF).any())


def _facts(atlas: Atlas, patches: Sequence[Patch]) -> Facts:
    """What artefacts are told by, of top patches."""
    names = list(dict.fromkeys(patch.image_id for patch in patches))
    numbers = {name: number for number, name in enumerate(names)}
    rows = np.zeros(len(patches), CANDIDATE)
    rows["image"] = [numbers[patch.image_id] for patch in patches]
    for side in ("row", "col", "size"):
        rows[side] = [getattr(patch, side) for patch in patches]
    records = [atlas.image(name) for name in names]
    heights, widths = (np.array([row[side] for row in records]) for side in ("height", "width"))
    twins = atlas.table("duplicates", ["image_id"]) if atlas.has("duplicates") else None
    double = set(twins["image_id"].to_pylist() if twins else ())
    return facts(
        rows,
        heights[rows["image"]],
        widths[rows["image"]],
        flat_crops(rows, names, atlas.pictures.picture),
        np.array([noise(patch) for patch in patches], bool),
        np.array([patch.image_id in double for patch in patches], bool),
        rows["image"].astype(np.int64),
    )
