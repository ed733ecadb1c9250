"""Keys of stages: what a stage was computed from, and how, as it stands in atlas.json."""

from __future__ import annotations

from diffmine.atlas.manifest import Manifest, key_of
from diffmine.atlas.stages import stage_of
from diffmine.config import as_key, results


def keys_of(manifest: Manifest, stage: str, edits: str) -> tuple[str, str]:
    """The keys that stand for a stage's stored configuration and for what its inputs are now, with
    `edits`, the key of people's edits (empty without any): of results alone, and as older versions
    wrote them, of every setting."""
    fields, inputs = manifest.config.get(stage, {}), _inputs(manifest, stage, edits)
    return key_of(stage, results(stage, fields), inputs), key_of(stage, as_key(fields), inputs)


def pieces_of(manifest: Manifest, stage: str) -> str:
    """The key of what all pieces of a stage that works piece by piece have in common."""
    fields, known = manifest.config.get(stage, {}), stage_of(stage)
    inputs = [manifest.keys.get(n, "") for n in known.inputs if n not in known.piecewise]
    side = manifest.config.get("data", {}).get("image_size")
    # Training has no such field, and learns all labels; scoring may look at an image's own.
    labels = [] if fields.get("labels") == "own" else manifest.labels
    return key_of(f"{stage}:pieces", side, labels, inputs)


def _inputs(manifest: Manifest, stage: str, edits: str) -> list[str]:
    known = stage_of(stage)
    # Without edits the list is as it was before there were any: finished trends stay finished.
    own = [edits] if known.edited and edits else []
    groups = [manifest.keys["groups"]] if _groups_matter(manifest, stage) else []
    return [*(manifest.keys.get(name, "") for name in known.inputs), *groups, *own]


def _groups_matter(manifest: Manifest, stage: str) -> bool:
    """Whether mine has to know that images belong together otherwise than at first."""
    limited = manifest.config.get("mine", {}).get("per_group")
    return stage == "mine" and bool(limited) and "groups" in manifest.keys
