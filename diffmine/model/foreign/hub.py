"""Models on the Hugging Face Hub: the files that are needed, of one commit, downloaded once.

A repository is asked for as `owner/name`, perhaps with `/PATH` of a folder or file in it and with
`@REVISION`. Once it is there nothing asks the network again. A mirror is a folder that holds
repositories by their names, or as the Hub's own cache does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from diffmine.engine import Progress, silent
from diffmine.errors import AbsentError, ModelError
from diffmine.model.foreign.weights import SAFE, refuse_pickles, versions

_REPO = re.compile(r"([\w.-]+/[\w.-]+)(?:/([^@]+?))?/?(?:@([\w./-]+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_WORDS = (".json", ".txt", ".model")
_PARTS = ("unet", "vae", "text_encoder", "text_encoder_2", "text_encoder_3", "tokenizer",
          "tokenizer_2", "tokenizer_3", "scheduler", "transformer")  # fmt: skip
_MB = 10**6


@dataclass(frozen=True)
class Repository:
    """A repository, a path in it (empty: all of it) and a branch, tag or commit (empty: main)."""

    name: str
    inside: str = ""
    revision: str = ""

    @property
    def pinned(self) -> bool:
        """Whether the revision is a commit."""
        return bool(_COMMIT.fullmatch(self.revision))

    def __str__(self) -> str:
        place = f"{self.name}/{self.inside}" if self.inside else self.name
        return f"{place}@{self.revision}" if self.revision else place


def repository_of(name: str) -> Repository | None:
    """The repository that a name means; None where it can be none's."""
    match = _REPO.fullmatch(name)
    if match is None or name.startswith((".", "/")):
        return None
    return Repository(match[1], match[2] or "", match[3] or "")


@dataclass(frozen=True)
class Copy:
    """A repository at a commit, on this machine: its folder. No commit is known of one that a
    mirror holds as plain files."""

    repository: Repository
    folder: Path

    @property
    def path(self) -> Path:
        """The folder or file that was asked for."""
        return self.folder / self.repository.inside


def fetched(
    repository: Repository,
    mirror: str = "",
    *,
    online: bool = True,
    progress: Progress = silent,
) -> Copy:
    """A repository on this machine, downloaded where it is not there yet and `online`. A branch is
    looked up on the Hub, and without a network is the commit that it was last.

    Raises ModelError where it cannot be had, in a sentence.
    """
    if mirror:
        return _mirrored(repository, Path(mirror))
    if repository.pinned or not online:
        if copy := _cached(repository, whole=online):
            return copy
        if not online:
            raise AbsentError(
                f"{repository} is not on this machine, and only a build that is no --dry-run "
                "downloads it; run diffmine build with it while the Hub can be reached."
            )
    from huggingface_hub.errors import HFValidationError

    try:
        return _downloaded(repository, progress)
    except (OSError, HFValidationError, ConnectionError) as error:
        if _is_offline(error) and (copy := _cached(repository)):
            return copy
        raise ModelError(_reason(repository, error)) from error


def _mirrored(repository: Repository, mirror: Path) -> Copy:
    if (mirror / repository.name).is_dir():
        return Copy(repository, mirror / repository.name)
    if copy := _cached(repository, mirror):
        return copy
    raise ModelError(f"The mirror {mirror} has no folder {repository.name} and no copy of it.")


def _cached(
    repository: Repository, cache: Path | None = None, *, whole: bool = False
) -> Copy | None:
    """What the Hub's cache holds of a repository; None where it holds nothing, and with `whole`
    where a download did not end."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    folder = (cache or Path(constants.HF_HUB_CACHE)) / repo_folder_name(
        repo_id=repository.name, repo_type="model"
    )
    commit = repository.revision or "main"
    if (folder / "refs" / commit).is_file():
        commit = (folder / "refs" / commit).read_text(encoding="utf-8").strip()
    place = folder / "snapshots" / commit
    if not place.is_dir() or not (place / repository.inside).exists():
        return None
    if whole and not (folder / "refs" / _note(repository, commit)).is_file():
        return None
    return Copy(replace(repository, revision=commit), place)


def _note(repository: Repository, commit: str) -> str:
    """The name of the note that all that is needed is there."""
    return f"diffmine/{commit}/{repository.inside.replace('/', '-') or 'all'}"


def _downloaded(repository: Repository, progress: Progress) -> Copy:
    from huggingface_hub import HfApi, hf_hub_download

    api = HfApi()
    about = api.model_info(
        repository.name, revision=repository.revision or None, files_metadata=True
    )
    assert about.sha is not None
    files = {one.rfilename: one for one in about.siblings or []}
    names = needed(files, repository.inside)
    if not names:
        refuse_pickles(Path(repository.name), files)
        raise ModelError(f"{repository} holds no model: none of its files is {SAFE}.")
    total = sum(files[name].size or 0 for name in names)
    done, path = 0, ""
    for number, name in enumerate(names, start=1):
        told = _Told(progress, done, total, f"file {number} of {len(names)}")
        path = hf_hub_download(
            repository.name, name, revision=about.sha, tqdm_class=told.bar()
        )  # as a link into the folder of the commit
        _compare(repository, Path(path), files[name])
        done += files[name].size or 0
        told.say(done)
    folder = Path(path).parents[len(PurePosixPath(names[-1]).parts) - 1]
    names_of = [_note(repository, about.sha)]
    names_of += [] if repository.pinned else [repository.revision or "main"]
    for note in (folder.parents[1] / "refs" / name for name in names_of):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(about.sha, encoding="utf-8")  # also for when there is no network
    return Copy(replace(repository, revision=about.sha), folder)


def _compare(repository: Repository, path: Path, file: Any) -> None:
    """Raise ModelError, and remove the file, where it is not what the Hub says."""
    size, digest = file.size, getattr(file.lfs, "sha256", None)
    if size in (None, path.stat().st_size) and digest in (None, _sha256(path)):
        return
    path.resolve().unlink()
    path.unlink(missing_ok=True)
    raise ModelError(
        f"{file.rfilename} of {repository} did not arrive as it is on the Hub; build again to "
        "download it again."
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def needed(names: Iterable[str], inside: str = "") -> list[str]:
    """The files of a repository that make up its model: of each part the texts and one version of
    the weights. Where it has no parts, those at its top; with `inside` only those there."""
    every = sorted(names)
    if inside in every:
        return [inside]
    places = {PurePosixPath(name).parent.as_posix() for name in every}
    if inside:
        parts = [place for place in places if place == inside or _is_part(inside, place)]
    else:
        parts = [place for place in places if place in _PARTS]
    top = not parts and not inside
    chosen = list(_of_folder(every, ".", weights=top))
    for part in sorted(parts):
        chosen += _of_folder(every, part)
    return chosen if any(name.endswith(SAFE) for name in chosen) else []


def _is_part(inside: str, place: str) -> bool:
    return place.startswith(f"{inside}/") and place.rpartition("/")[2] in _PARTS


def _of_folder(names: list[str], folder: str, *, weights: bool = True) -> Iterator[str]:
    prefix = "" if folder == "." else f"{folder}/"
    own = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    own = [name for name in own if "/" not in name]
    listed = next(iter(versions(own).values()), None)
    safe = listed or [name for name in own if name.endswith(SAFE)]
    for name in own:
        text = name.endswith(_WORDS) and ".index." not in name
        if text or (weights and name in safe):
            yield prefix + name


@dataclass
class _Told:
    """Passes the bytes of one file on to progress."""

    progress: Progress
    before: int
    total: int
    note: str

    def say(self, done: int) -> None:
        self.progress("download", done // _MB, max(1, self.total // _MB), "MB", self.note)

    def bar(self) -> type[Any]:
        """What the Hub's client moves on instead of a bar of its own."""
        from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

        told = self

        class Bar(tqdm):
            def __init__(self, *args: Any, **named: Any) -> None:
                super().__init__(*args, **named | {"disable": True})  # type: ignore[no-untyped-call]
                self.so_far = int(named.get("initial") or 0)

            def update(self, n: int | float | None = 1) -> None:
                self.so_far += int(n or 0)
                told.say(told.before + self.so_far)

        return Bar


def _is_offline(error: Exception) -> bool:
    from huggingface_hub.errors import HfHubHTTPError

    return not isinstance(error, HfHubHTTPError)


def _reason(repository: Repository, error: Exception) -> str:
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return (
            f"{repository} is given only to those who accepted its terms on the Hub and are logged "
            "in (hf auth login)."
        )
    if isinstance(error, RevisionNotFoundError):
        return f"{repository.name} has no revision {repository.revision!r} on the Hub."
    if isinstance(error, RepositoryNotFoundError | HFValidationError):
        return f"{repository} is no folder or file here, and no model that the Hub shows."
    return (
        f"{repository} is no folder or file here, and the Hub cannot be reached to download it; "
        "give the folder of a copy, or --mirror."
    )
