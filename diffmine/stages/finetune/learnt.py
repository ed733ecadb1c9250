"""What a finished training learnt from, and whether it may be kept when images have changed."""

from __future__ import annotations

from diffmine.atlas.health import broken_model
from diffmine.atlas.schemas import TRAINED
from diffmine.atlas.several import SOURCED, sourced
from diffmine.atlas.writer import Workspace

_LEARNT = "finetune:learnt"
"""The key of the images that were learnt from."""


def write_learnt(atlas: Workspace) -> None:
    """Note which images a training that ends now has learnt from, as trained.parquet."""
    atlas.manifest.keys[_LEARNT] = atlas.manifest.keys.get("images", "")
    rows = [
        {"image_id": name, "source_digest": digest, "labels": list(labels)}
        for name, (digest, labels) in sourced(atlas.table("images", SOURCED)).items()
    ]
    atlas.write("trained.parquet", rows, TRAINED)


def strange(atlas: Workspace) -> int | None:
    """How many images the atlas's own model did not learn from as they are now; None where there
    is no such model, it is not whole, or what it learnt from is not known."""
    if broken_model(atlas):
        return None
    if not atlas.finished("trained.parquet"):
        if atlas.manifest.keys.get(_LEARNT) != atlas.manifest.keys.get("images"):
            return None
        write_learnt(atlas)  # it was lost, and the images are those that were learnt from
    columns = atlas.table("trained", ["image_id", "source_digest", "labels"]).to_pydict().values()
    learnt = {(name, digest, tuple(own)) for name, digest, own in zip(*columns, strict=True)}
    images = sourced(atlas.table("images", SOURCED))
    return sum((name, *image) not in learnt for name, image in images.items())


def courses_of(atlas: Workspace) -> list[dict[str, int]]:
    """The courses that a training took: `since` which step it was meant to last how many `steps`.
    More than one where it was stopped and went on with another number, another learning rate."""
    return list((atlas.note_of("finetune", "courses") or {}).get("courses", []))


def note_course(atlas: Workspace, since: int, steps: int) -> list[dict[str, int]]:
    """Note that a training goes on from a step to another number of steps; all its courses."""
    courses = [course for course in courses_of(atlas) if course["since"] < since]
    if not courses or courses[-1]["steps"] != steps:
        courses.append({"since": since, "steps": steps})
        atlas.keep_note("finetune", "courses", {"courses": courses})
    return courses
