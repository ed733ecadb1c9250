"""Pictures as an atlas keeps them: decoded, scaled, encoded and hashed behind the fence, by as many
children as there are cores."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diffmine.data import readers
from diffmine.data.fence import fenced
from diffmine.data.fence.child import Answer
from diffmine.data.image import as_mined, encode_picture
from diffmine.data.readers.decode import decode, named
from diffmine.errors import ImageError
from diffmine.maths.duplicates import picture_hash


@dataclass(frozen=True)
class Mined:
    """A picture as mined: its file in the atlas, its size, its difference hash, and the size of the
    upright picture that it came from."""

    content: bytes
    width: int
    height: int
    hash: int
    source_width: int
    source_height: int


def read_mined(
    paths: Sequence[Path], side: int, waiting: Callable[[], None] = lambda: None
) -> Generator[Mined | ImageError, None, None]:
    """For each file, in order, the picture with a short side of `side` pixels, or the sentence that
    says why there is none. `waiting` is called several times a second, and may raise."""
    how = {"readers": named(readers.READERS), "side": side}
    for outcome in fenced(mined, paths, how, waiting):
        if isinstance(outcome, ImageError):
            yield outcome
        else:
            yield Mined(outcome.content, **{name: int(n) for name, n in outcome.facts.items()})


def mined(path: Path, *, readers: Sequence[Sequence[str]], side: int) -> Answer:
    """Work of a child: what `Mined` holds."""
    source = decode(readers, path)
    picture = as_mined(source, side)
    content = encode_picture(picture)
    facts = {
        "width": picture.width,
        "height": picture.height,
        "hash": picture_hash(picture),
        "source_width": source.width,
        "source_height": source.height,
    }
    return Answer(facts, len(content), [content])
