"""Pictures as an atlas keeps them: decoded, scaled, encoded and hashed behind the fence, by as many
children as there are cores."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from diffmine.data import readers
from diffmine.data.fence import fenced
from diffmine.data.fence.child import Answer
from diffmine.data.files import digest_of
from diffmine.data.glance import Glance, glance_at
from diffmine.data.image import (
    as_mined,
    as_viewed,
    encode_picture,
    encode_view,
    extent_of,
    times_of,
)
from diffmine.data.readers.base import NOTE
from diffmine.data.readers.decode import decode, named, spread
from diffmine.data.readers.wishes import Wishes
from diffmine.errors import ImageError
from diffmine.maths.duplicates import picture_hash


@dataclass(frozen=True)
class Mined:
    """A picture as mined: its file in the atlas, its size, its difference hash, and the size of the
    upright picture that it came from. `view` is the file of its copy for people, `times` as large;
    empty where the picture is not that large."""

    content: bytes
    view: bytes
    width: int
    height: int
    hash: int
    source_width: int
    source_height: int
    times: int
    note: str = ""
    """What of its file is not read, in words."""
    glance: Glance | None = None
    """What it was like before it was scaled, but for the digest of its file."""


def read_mined(
    paths: Sequence[Path],
    side: int,
    view: int = 0,
    waiting: Callable[[], None] = lambda: None,
    wishes: Wishes | None = None,
) -> Generator[Mined | ImageError, None, None]:
    """For each file, in order, the picture with a short side of `side` pixels and its copy with a
    long side of at most `view`, or the sentence that says why there is none. `waiting` is called
    several times a second, and may raise."""
    told = (wishes or Wishes()).told()
    how = {"readers": named(readers.READERS), "side": side, "view": view, "wishes": told}
    for outcome in fenced(mined, paths, how, waiting):
        if isinstance(outcome, ImageError):
            yield outcome
        else:
            facts = dict(outcome.facts)
            note, end = str(facts.pop("note")), int(facts.pop("end"))
            glance = Glance.heard(facts.pop("glance"))
            sizes = {name: int(number) for name, number in facts.items()}
            yield Mined(
                outcome.content[:end], outcome.content[end:], **sizes, note=note, glance=glance
            )


@dataclass(frozen=True)
class Seen:
    """A copy for people, `times` as large as the image as mined (empty: the file is not that
    large), and the digest of the file that it was read from."""

    content: bytes
    times: int
    digest: str


def read_views(
    paths: Sequence[Path], side: int, view: int, wishes: Wishes
) -> Generator[Seen | ImageError, None, None]:
    """For each file, in order, its copy with a long side of at most `view` pixels of a picture that
    is mined with a short side of `side`, or the sentence that says why there is none."""
    told = {"readers": named(readers.READERS), "wishes": wishes.told()}
    for outcome in fenced(seen, paths, {**told, "side": side, "view": view}):
        if isinstance(outcome, ImageError):
            yield outcome
        else:
            times, digest = int(outcome.facts["times"]), str(outcome.facts["digest"])
            yield Seen(outcome.content, times, digest)


def read_spreads(
    paths: Sequence[Path], wishes: Wishes, waiting: Callable[[], None] = lambda: None
) -> Generator[tuple[str, list[float]], None, None]:
    """Of each file that is a deep picture, its kind and levels of its values; of others nothing."""
    told = replace(wishes, survey=True).told()
    how = {"readers": named(readers.READERS), "wishes": told}
    for outcome in fenced(spread, paths, how, waiting):
        if not isinstance(outcome, ImageError) and outcome.facts["spread"]:
            kind, levels = outcome.facts["spread"]
            yield str(kind), [float(level) for level in levels]


def mined(
    path: Path,
    *,
    readers: Sequence[Sequence[str]],
    side: int,
    view: int,
    wishes: Mapping[str, Any] | None = None,
) -> Answer:
    """Work of a child: what `Mined` holds."""
    told = Wishes.heard(wishes) if wishes else Wishes()
    source = decode(readers, path, wishes=replace(told, side=side, view=view).told())
    whole, picture = extent_of(source), as_mined(source, side)
    times = times_of(whole.width, whole.height, side, view)
    content, shown = encode_picture(picture), _copy(source, side, times)
    facts = {
        "end": len(content),
        "times": times if shown else 1,
        "width": picture.width,
        "height": picture.height,
        "hash": picture_hash(picture),
        "source_width": whole.width,
        "source_height": whole.height,
        "note": source.info.get(NOTE, ""),
        "glance": glance_at(source, path.stat().st_size, "").told(),
    }
    return Answer(facts, len(content) + len(shown), [content, shown])


def seen(
    path: Path,
    *,
    readers: Sequence[Sequence[str]],
    side: int,
    view: int,
    wishes: Mapping[str, Any],
) -> Answer:
    """Work of a child: what `Seen` holds."""
    digest = digest_of(path)
    told = replace(Wishes.heard(wishes), side=side, view=view).told()
    source = decode(readers, path, wishes=told)
    whole = extent_of(source)
    times = times_of(whole.width, whole.height, side, view)
    shown = _copy(source, side, times)
    return Answer({"times": times, "digest": digest}, len(shown), [shown])


def _copy(source: Image.Image, side: int, times: int) -> bytes:
    return encode_view(as_viewed(source, side, times)) if times > 1 else b""
