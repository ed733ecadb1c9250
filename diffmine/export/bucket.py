"""An atlas in a bucket, file for file, so that DuckDB and others read its tables where they lie.

A bucket has no rename and no lock. So atlas.json, which names all files with their digests, is
removed first and put there again last: whoever reads finds a whole atlas, or none. Two who write at
once may leave a mixture, which `diffmine pull` tells by the digests (docs/decisions/0069).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from diffmine.atlas.atomic import sha256
from diffmine.atlas.health import OWN, digests_there, health
from diffmine.atlas.manifest import NAME as MANIFEST
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.data.buckets import Bucket, Entry
from diffmine.errors import AtlasError, DataError, DiffmineError
from diffmine.words import hub as words

BEGUN = ".diffmine.push"
"""What stands in the place of atlas.json while files are changed: that they are an atlas's."""


def push_to_bucket(path: Path, bucket: Bucket, say: Callable[[str], None]) -> str:
    """Write an atlas, and the model that it trained, to a place of a bucket: an empty one, or one
    of an atlas. What is there already is not sent again. Gives the digest of atlas.json.

    Raises AtlasError for an atlas that is broken, DataError where the bucket cannot be written or
    holds something else.
    """
    atlas = open_atlas(path)
    if broken := health(atlas).broken:
        raise AtlasError(words.BROKEN.format(atlas=path, count=len(broken), first=broken[0]))
    there = bucket.entries()
    if there and not {MANIFEST, BEGUN} & there.keys():
        raise DataError(words.BUCKET_TAKEN.format(bucket=bucket, first=min(there)))
    files = digests_there(atlas.manifest)
    same = _unchanged(atlas, bucket, there)
    new = [name for name in files if name not in same]
    size = sum((atlas.path / name).stat().st_size for name in new)
    images = atlas.table("images", ["image_id"]).num_rows
    say(words.SENT.format(bucket=bucket, files=len(new), same=len(same), size=size / 1e6, n=images))
    if atlas.manifest.model.get("path", OWN) != OWN:
        say(words.MODEL_STAYS.format(model=atlas.model_path))
    gone = sorted(there.keys() - files.keys() - {MANIFEST, BEGUN})
    if new or gone:
        _unpublish(bucket, there)
    for name in new:
        bucket.send(atlas.path / name, name)
    for name in gone:
        bucket.remove(name)
    bucket.send(atlas.path / MANIFEST, MANIFEST)
    if new or gone or BEGUN in there:
        bucket.remove(BEGUN)
    return sha256(atlas.path / MANIFEST)[:12]


def _unpublish(bucket: Bucket, there: dict[str, Entry]) -> None:
    with TemporaryDirectory(prefix="diffmine-push-") as place:
        mark = Path(place) / "mark"
        mark.write_text("An atlas of diffmine is being written here.\n")
        bucket.send(mark, BEGUN)
    if MANIFEST in there:
        bucket.remove(MANIFEST)


def _unchanged(atlas: Atlas, bucket: Bucket, there: dict[str, Entry]) -> frozenset[str]:
    """The files of an atlas that a whole atlas in the bucket has: of the same digest, and of the
    size that says that the object was not cut short."""
    if MANIFEST not in there or BEGUN in there:
        return frozenset()
    with TemporaryDirectory(prefix="diffmine-push-") as place:
        try:
            bucket.fetch(MANIFEST, Path(place) / MANIFEST)
            before = digests_there(open_atlas(place).manifest)
        except DiffmineError:  # no atlas that is understood here: all of it is sent
            return frozenset()
    own = digests_there(atlas.manifest)
    return frozenset(
        name
        for name in own.keys() & before.keys() & there.keys()
        if own[name] == before[name] and there[name].size == (atlas.path / name).stat().st_size
    )


__all__ = ["push_to_bucket"]
