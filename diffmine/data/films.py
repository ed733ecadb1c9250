"""Films as a viewer takes them: decoded, made smaller if they must be, packed behind the fence."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffmine.data import readers
from diffmine.data.fence import fenced_one
from diffmine.data.fence.child import Answer
from diffmine.data.files import digest_of
from diffmine.data.image import encode_view
from diffmine.data.readers.decode import decode, named, numbers
from diffmine.data.readers.film import packed, small_enough, told
from diffmine.data.readers.wishes import Wishes


@dataclass(frozen=True)
class Packed:
    """What a file shows at its own resolution, and the digest of that file. Of a grey one `facts`
    are those of `told` (readers/film.py), `numbers` its words as `packed` writes them and `tables`
    the greys by its own tables, each as a zlib stream; of one in colours `picture` is a JPEG."""

    digest: str
    facts: Mapping[str, Any]
    numbers: bytes = b""
    tables: Sequence[bytes] = ()
    picture: bytes = b""


def read_film(path: Path, wishes: Wishes | None = None) -> Packed:
    """The film of a file. Raises ImageError, in one sentence."""
    asked = {"readers": named(readers.READERS), "wishes": (wishes or Wishes()).told()}
    answer = fenced_one(film, path, asked)
    facts = dict(answer.facts)
    digest, ends = str(facts.pop("digest")), [int(end) for end in facts.pop("parts")]
    begins = [0, *ends[:-1]]
    parts = [answer.content[begin:end] for begin, end in zip(begins, ends, strict=True)]
    if facts["colours"]:
        return Packed(digest, facts, picture=parts[0])
    return Packed(digest, facts, parts[0], parts[1:])


def film(
    path: Path, *, readers: Sequence[Sequence[str]], wishes: Mapping[str, Any] | None = None
) -> Answer:
    """Work of a child: what `Packed` holds."""
    digest, known = digest_of(path), numbers(readers, path, wishes)
    if known is None:
        picture = decode(readers, path, wishes=wishes)
        parts = [encode_view(picture)]
        facts: dict[str, Any] = {"width": picture.width, "height": picture.height}
    else:
        whole = [known.words.shape[1], known.words.shape[0]]
        known = small_enough(known)
        tables = [zlib.compress(table.tobytes(), 1) for table in known.tables]
        parts = [b"".join(packed(known.words)), *tables]
        facts = told(known) | {"whole": whole}
    ends = [sum(map(len, parts[: at + 1])) for at in range(len(parts))]
    facts |= {"digest": digest, "colours": known is None, "parts": ends}
    return Answer(facts, ends[-1], parts)
