"""confounds.parquet: what goes with the labels of the images, as `diffmine info` names it."""

from __future__ import annotations

from typing import Any

from diffmine.atlas.confounds import NAME
from diffmine.atlas.schemas import CONFOUNDS
from diffmine.atlas.writer import Workspace
from diffmine.config import BuildConfig
from diffmine.pipeline.info.run import after_collect
from diffmine.pipeline.info.summary import Summary
from diffmine.pipeline.info.suspects import Suspect
from diffmine.pipeline.info.texts import UNKNOWN, short
from diffmine.stages.collect.compared import Compared


def keep_confounds(
    atlas: Workspace, compared: Compared, config: BuildConfig, taken: bool
) -> list[str]:
    """Write what goes with the labels of the images that were collected, unless it is there of the
    same ones; the caller holds the atlas.

    Gives what to know of the images before anything is trained, where some were `taken` in.
    """
    if not taken and compared.same and atlas.finished(NAME):
        return []
    names = atlas.table("images", ["image_id"])["image_id"].to_pylist()
    whole = after_collect(compared.dataset, config, frozenset(names), compared.glances)
    if whole is None:
        atlas.remove(NAME)  # it may be of other images
        atlas.save()
        return [UNKNOWN] if taken else []
    atlas.write(NAME, rows_of(whole), CONFOUNDS)
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
