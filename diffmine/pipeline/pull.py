"""An atlas from the Hugging Face Hub, fetched once into the cache of its client at a revision, or
from a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from diffmine.atlas.atomic import sha256, write_folder
from diffmine.atlas.health import digests_there, files_of, health
from diffmine.atlas.manifest import NAME as MANIFEST
from diffmine.atlas.manifest import is_atlas
from diffmine.atlas.reader import open_atlas
from diffmine.data.buckets import Bucket, bucket_of
from diffmine.data.hub import address_of, snapshot
from diffmine.errors import AtlasError
from diffmine.words import hub as words

NOT_WHOLE = (
    "{name} is not whole: {file} is not as atlas.json says. If somebody is writing there, try "
    "again afterwards; else push it again."
)


def fetch(name: str) -> Path:
    """The folder of an atlas of the Hub, `OWNER/NAME` or `OWNER/NAME@REVISION`, in the cache; it is
    named by the commit. Only what atlas.json names is fetched.

    Raises DataError where it cannot be had, AtlasError where it is no atlas, or not whole.
    """
    address = address_of(name if name.startswith("hf:") else f"hf://datasets/{name}", "hub")
    assert address is not None, "what is no address is an error"
    address = replace(address, folder="")
    folder = snapshot(address, address.revision or None, [MANIFEST])
    if not is_atlas(folder):
        raise AtlasError(f"{name} is no atlas: it has no {MANIFEST}.")
    folder = snapshot(address, folder.name, files_of(open_atlas(folder).manifest))
    if broken := health(open_atlas(folder)).broken:
        raise AtlasError(f"{name} is not whole on the Hub: {broken[0]} is not as it was written.")
    return folder


def pull(name: str, out: Path) -> str:
    """Write an atlas of the Hub or of a bucket to a new folder, whole or not at all; give the
    commit it is of, or of a bucket the digest of its atlas.json.

    Raises DataError where it cannot be had, AtlasError where it is no atlas, not whole, or `out`
    holds something else.
    """
    if bucket := bucket_of(name):
        return _from_bucket(bucket, out)
    folder = fetch(name)
    names = files_of(open_atlas(folder).manifest)
    write_folder(out, ((name, folder / name) for name in names), replaces=lambda path: False)
    return folder.name


def _from_bucket(bucket: Bucket, out: Path) -> str:
    if MANIFEST not in bucket.entries():
        raise AtlasError(f"{bucket} is no atlas: it has no {MANIFEST}.")
    with TemporaryDirectory(prefix="diffmine-pull-") as place:
        folder = Path(place)
        bucket.fetch(MANIFEST, folder / MANIFEST)
        manifest = open_atlas(folder).manifest
        digests = digests_there(manifest)

        def files() -> Iterator[tuple[str, Path]]:
            yield MANIFEST, folder / MANIFEST
            for name in digests:
                one = folder / "content"
                bucket.fetch(name, one)
                if sha256(one) != digests[name]:
                    raise AtlasError(NOT_WHOLE.format(name=bucket, file=name))
                yield name, one

        if not manifest.intact:
            raise AtlasError(NOT_WHOLE.format(name=bucket, file=MANIFEST))
        write_folder(out, files(), replaces=lambda path: False)
        return sha256(folder / MANIFEST)[:12]


def pull_atlas(repo: str, *, out: Path) -> None:
    """Fetch an atlas from the Hugging Face Hub, or from a bucket.

    Parameters
    ----------
    repo
        The repository, as OWNER/NAME or OWNER/NAME@REVISION, or the place in a bucket.
    out
        Folder of the atlas, a new one.
    """
    print(words.PULLED.format(out=out, name=repo, commit=pull(repo, out)))
