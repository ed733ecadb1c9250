"""confounds.parquet: what goes with the labels of the images, as `diffmine info` names it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas.confounds import NAME
from diffmine.atlas.schemas import CONFOUNDS
from diffmine.atlas.writer import Workspace
from diffmine.config import BuildConfig
from diffmine.pipeline.info.run import after_collect
from diffmine.pipeline.info.summary import Summary
from diffmine.pipeline.info.suspects import Suspect
from diffmine.pipeline.info.texts import UNKNOWN, short
from diffmine.stages.collect.compared import Compared

_IMAGES = b"images"
"""In the metadata of the file: the digest of the images that it is of."""


def keep_confounds(
    atlas: Workspace, compared: Compared, config: BuildConfig, taken: bool
) -> list[str]:
    """Write what goes with the labels of the images that were collected, unless it is there of the
    same ones; the caller holds the atlas.

    Gives what to know of the images before anything is trained, where some were `taken` in.
    """
    there = atlas.finished(NAME)
    if there and not taken and compared.same:
        return []
    images = atlas.manifest.artefacts.get("images.parquet", "")
    schema = CONFOUNDS.with_metadata({_IMAGES: images})
    about = (pq.read_schema(atlas.path / NAME).metadata or {}) if there else {}
    there = about.get(_IMAGES) == images.encode()
    names = atlas.table("images", ["image_id"])["image_id"].to_pylist()
    whole = after_collect(compared.dataset, config, frozenset(names), compared.glances)
    if whole is None:
        if not there:
            atlas.remove(NAME)  # it may be of other images
            atlas.save()
        return [UNKNOWN] if taken else []
    rows = pa.Table.from_pylist(rows_of(whole), CONFOUNDS)
    if not (there and rows.equals(atlas.table("confounds"))):
        atlas.write(NAME, rows, schema)
    return short(whole) if taken else []


def rows_of(whole: Summary) -> list[dict[str, Any]]:
    """The rows of confounds.parquet."""
    single = set(whole.several) <= {1}
    return [_row(one, single) for one in whole.suspects.list]


def _row(one: Suspect, single: bool) -> dict[str, Any]:
    own = one.association
    names = ("inside", "n", "outside", "m", "accuracy", "low", "high", "chance")
    known = {"label": one.label, "name": one.name, "column": one.column, "p": one.p}
    where = {"level": own.split.level, "least": own.split.least, "below": own.split.below}
    counts = {name: getattr(own, name) for name in names}
    return {
        **known,
        **where,
        **counts,
        "single": single,
        "strong": one.strong,
        "images": one.images,
    }
