"""An atlas on the Hugging Face Hub: a data set whose tables the Hub shows as they are; or in a
bucket.

One commit holds all of it, so that whoever fetches an atlas gets a whole one. Pictures may belong
to others: a repository is closed unless it is asked to be open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from diffmine.atlas.health import OWN, files_of, health
from diffmine.atlas.manifest import NAME as MANIFEST
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.data.buckets import bucket_of
from diffmine.errors import AtlasError, DataError, UsageError
from diffmine.export.bucket import push_to_bucket
from diffmine.words import hub as words

CARD = "README.md"
_THEIRS = frozenset({CARD, ".gitattributes"})
"""Files of a repository that are not the atlas's."""


def push(atlas: Path, repo: str, *, public: bool = False, say: Callable[[str], None]) -> str:
    """Write an atlas and the model that it trained to a data set repository of the Hub, or to a
    place in a bucket, a new one or one of an atlas; give the name to fetch it by. What `say` gets
    first is what will leave this machine.

    Raises AtlasError for an atlas that is broken, DataError where the Hub or the bucket refuses,
    UsageError for a bucket that is to be `public`, which its owner says there.
    """
    if bucket := bucket_of(repo):
        if public:
            raise UsageError(words.BUCKET_RIGHTS.format(bucket=bucket))
        push_to_bucket(atlas, bucket, say)
        return str(bucket)
    return f"{repo}@{_push_to_hub(atlas, repo, public, say)}"


def _push_to_hub(atlas: Path, repo: str, public: bool, say: Callable[[str], None]) -> str:
    from huggingface_hub import HfApi

    opened = open_atlas(atlas)
    if broken := health(opened).broken:
        raise AtlasError(words.BROKEN.format(atlas=atlas, count=len(broken), first=broken[0]))
    names = files_of(opened.manifest)
    size = sum((opened.path / name).stat().st_size for name in names)
    images = opened.table("images", ["image_id"]).num_rows
    way = words.OPEN if public else words.CLOSED
    say(words.PUSHED.format(files=len(names), size=size / 1e6, images=images, repo=repo, way=way))
    if opened.manifest.model.get("path", OWN) != OWN:
        say(words.MODEL_STAYS.format(model=opened.model_path))
    api = HfApi()
    with _in_a_sentence(repo):
        api.create_repo(repo, repo_type="dataset", private=not public, exist_ok=True)
        there = frozenset(api.list_repo_files(repo, repo_type="dataset"))
        if there - _THEIRS and MANIFEST not in there:
            raise DataError(words.TAKEN.format(repo=repo, first=min(there - _THEIRS)))
        changes = _changes(opened, names, there, repo)
        message = words.COMMIT.format(title=opened.manifest.title)
        commit = api.create_commit(repo, changes, commit_message=message, repo_type="dataset")
    return str(commit.oid)


def _changes(atlas: Atlas, names: Collection[str], there: frozenset[str], repo: str) -> list[Any]:
    """What makes of a repository this atlas and nothing else."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    return [
        CommitOperationAdd(CARD, card(atlas.manifest, repo).encode()),
        *(CommitOperationAdd(name, atlas.path / name) for name in names),
        *(CommitOperationDelete(name) for name in sorted(there - _THEIRS - set(names))),
    ]


@contextmanager
def _in_a_sentence(repo: str) -> Iterator[None]:
    from huggingface_hub import constants
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    host = constants.ENDPOINT
    try:
        yield
    except HFValidationError as error:
        raise DataError(words.NO_NAME.format(repo=repo)) from error
    except OfflineModeIsEnabled as error:
        raise DataError(words.OFFLINE.format(repo=repo)) from error
    except HfHubHTTPError as error:
        if error.response is not None and error.response.status_code in (401, 403, 404):
            raise DataError(words.NOT_YOURS.format(host=host, repo=repo)) from error
        raise DataError(_not_sent(repo, host, error)) from error
    except (OSError, ValueError, httpx.HTTPError) as error:
        raise DataError(_not_sent(repo, host, error)) from error


def _not_sent(repo: str, host: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    return words.NOT_SENT.format(repo=repo, host=host, reason=reason)


def card(manifest: Manifest, repo: str) -> str:
    """The data card: front matter by which the Hub and `datasets` find each table, then words."""
    tables: dict[str, list[str]] = {}
    for name in sorted(manifest.artefacts):
        if name.endswith(".parquet"):
            tables.setdefault(name.partition("/")[0].removesuffix(".parquet"), []).append(name)
    configs: list[dict[str, Any]] = [
        {"config_name": table, "data_files": names[0] if len(names) == 1 else f"{table}/*.parquet"}
        for table, names in sorted(tables.items(), key=lambda pair: pair[0] != "patches")
    ]
    configs[0]["default"] = True
    front = {"pretty_name": manifest.title, "tags": ["diffmine"], "configs": configs}
    text = words.CARD.format(
        title=manifest.title,
        description=manifest.description,
        limits="\n".join(f"- {limit}" for limit in manifest.limits),
        licence=manifest.licence or words.NO_LICENCE,
        source=manifest.source or words.NO_SOURCE,
        repo=repo,
    )
    return f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n\n{text}"


def push_atlas(atlas: Path, repo: str, *, public: bool = False) -> None:
    """Write an atlas to a data set repository of the Hugging Face Hub, as one commit, or to a
    bucket.

    Parameters
    ----------
    atlas
        Folder of the atlas.
    repo
        The repository, as OWNER/NAME, or the place in a bucket, as s3://BUCKET/KEY; a new one, or
        one of an atlas.
    public
        Let everybody read a new repository; without it you alone may.
    """
    name = push(atlas, repo, public=public, say=print)
    print(words.DONE.format(name=name))
