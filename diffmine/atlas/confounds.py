"""confounds.parquet: what goes with the labels of an atlas's images without belonging to them."""

from __future__ import annotations

from dataclasses import fields

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Confound

NAME = "confounds.parquet"


def confounds(atlas: Atlas, label: str = "", *, every: bool = False) -> list[Confound]:
    """What is worth a warning (of a label, or of all), the strongest first; with `every` the weak
    ones too. An older atlas has none."""
    if not atlas.has("confounds"):
        return []
    columns = [field.name for field in fields(Confound)]
    known = [Confound(**row) for row in atlas.table("confounds", columns).to_pylist()]
    return [one for one in known if (every or one.strong) and label in ("", one.label)]


def confounded(atlas: Atlas, label: str, name: str) -> set[str]:
    """The images of a label that a confound of that name is about."""
    if not atlas.has("confounds"):
        return set()
    rows = atlas.table("confounds", ["label", "name", "images"]).to_pylist()
    own = [row["images"] for row in rows if (row["label"], row["name"]) == (label, name)]
    return set().union(*own)
