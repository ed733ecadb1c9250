"""Whether an atlas and its model are as they were written: which files are broken, which foreign.

Broken is a file that is lost or has another digest than atlas.json says, and atlas.json itself when
it is not as diffmine wrote it. Foreign is a file that no stage wrote.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from diffmine.atlas.atomic import sha256
from diffmine.atlas.digests import NAME as REMEMBERED
from diffmine.atlas.edits import NAME as EDITS
from diffmine.atlas.manifest import NAME as MANIFEST
from diffmine.atlas.manifest import Manifest

if TYPE_CHECKING:
    from diffmine.atlas.reader import Atlas

PARTS = (
    *("unet", "transformer", "vae", "scheduler"),
    *("text_encoder", "text_encoder_2", "text_encoder_3"),
    *("tokenizer", "tokenizer_2", "tokenizer_3"),
)
"""Folders of a model; other folders in its own are its owner's."""
OWN = "model"
"""Where the model stands that an atlas trained itself."""
WORDS = ("training.json", "samples.png", "held_out.json", "README.md")
"""Files of a model that tell of it, and do not change what it computes."""


FOREIGN = "diffmine.json"
"""In an atlas whose model is not ours: where that lies, and the prompts that it is asked with."""


@dataclass(frozen=True)
class SourceFiles:
    """Files of a model that lies elsewhere: their folder, and the digest of each by its name."""

    path: str
    files: dict[str, str]


@dataclass(frozen=True)
class Health:
    """Names of files, relative to the atlas; those of a model elsewhere with its folder."""

    whole: int
    broken: tuple[str, ...]
    foreign: tuple[str, ...]


def digests_of(folder: Path) -> dict[str, str]:
    """The digest of each file of a model, by its name in the model's folder."""
    files = [path for path in sorted(folder.glob("*")) if path.is_file()]
    files += [path for part in PARTS for path in (folder / part).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(files)}


def broken_model(atlas: Atlas, *, remembered: bool = True) -> list[str]:
    """The files of an atlas's model, by their names in its folder, that are not as they were; none
    of a model on the Hub or of an atlas that noted no digests."""
    folder, files = atlas.model_path, atlas.manifest.model.get("files", {})
    if not isinstance(folder, Path):
        return []
    if remembered and atlas.manifest.model["path"] == OWN:
        return [name for name, is_ in files.items() if atlas.digests.of(f"{OWN}/{name}") != is_]
    return [name for name, digest in files.items() if not _is(folder / name, digest)]


def broken_sources(atlas: Atlas) -> list[str]:
    """The files of a model that is not ours that have changed or are gone since the atlas was
    computed with it, by what the model was asked for as."""
    return [
        f"{name}/{file}"
        for name, source in atlas.manifest.sources.items()
        for file, digest in source["files"].items()
        if not _is(Path(source["path"]) / file, digest)
    ]


def health(atlas: Atlas) -> Health:
    """Read every file of an atlas and its model."""
    manifest = atlas.manifest
    broken = [] if manifest.intact else [MANIFEST]
    files = manifest.artefacts.items()
    broken += [name for name, digest in files if not _is(atlas.path / name, digest)]
    place = manifest.model.get("path", "")
    broken += [f"{place}/{name}" for name in broken_model(atlas, remembered=False)]
    broken += broken_sources(atlas)
    if broken:  # a file may have changed without its time: what was remembered is not trusted
        with suppress(OSError):
            (atlas.path / REMEMBERED).unlink(missing_ok=True)
    count = 1 + len(files) + len(manifest.model.get("files", {}))
    count += sum(len(source["files"]) for source in manifest.sources.values())
    return Health(count - len(broken), tuple(broken), tuple(_foreign(atlas)))


def files_of(manifest: Manifest) -> list[str]:
    """The files that an atlas consists of, by their names in its folder: what its stages wrote, and
    its model where it stands inside."""
    return sorted([MANIFEST, *digests_there(manifest)])


def digests_there(manifest: Manifest) -> dict[str, str]:
    """The digest of each of these files by its name, but for atlas.json itself."""
    own = manifest.model.get("files", {}) if manifest.model.get("path") == OWN else {}
    digests = {**manifest.artefacts, **{f"{OWN}/{name}": own[name] for name in own}}
    return dict(sorted(digests.items()))


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path) == digest


def _foreign(atlas: Atlas) -> list[str]:
    known = {EDITS, *files_of(atlas.manifest)}
    files = (path.relative_to(atlas.path) for path in atlas.path.rglob("*") if not path.is_dir())
    names = (path.as_posix() for path in sorted(files))
    return [name for name in names if name not in known and not _is_work(name)]


def _is_work(name: str) -> bool:
    """Whether a file is one of diffmine's own for the time being."""
    return name.startswith(("work/", ".diffmine."))


__all__ = [
    "FOREIGN",
    "OWN",
    "WORDS",
    "Health",
    "SourceFiles",
    "broken_model",
    "broken_sources",
    "digests_of",
    "digests_there",
    "files_of",
    "health",
]
