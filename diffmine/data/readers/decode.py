"""What a child does: a picture is read by the first reader that knows its first bytes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from diffmine.data.fence.child import Answer, too_much
from diffmine.data.files import MAX_BYTES, printable, regular
from diffmine.data.image import as_mined, extent_of
from diffmine.data.readers.base import HEAD, Reader
from diffmine.data.readers.deep import SPREAD
from diffmine.data.readers.film import Film
from diffmine.data.readers.wishes import Wishes, wishing
from diffmine.errors import DataError, ImageError

_STRIP = 2**20

Result = TypeVar("Result")


def named(readers: Sequence[Reader]) -> list[list[str]]:
    """Module and name of each reader, by which a child finds it; DataError for one that stands in
    no module that can be imported."""
    names = []
    for reader in readers:
        module = str(getattr(reader.read, "__module__", ""))
        things = vars(sys.modules[module]).values() if module in sys.modules else ()
        if module == "__main__" or reader not in things:
            raise DataError(
                f"The reader {reader.name!r} stands in no module of its own; put it and its "
                "function `read` into a file that can be imported."
            )
        names.append([module, reader.name])
    return names


def decode(
    readers: Sequence[Sequence[str]],
    path: Path,
    still: bool = False,
    wishes: Mapping[str, Any] | None = None,
) -> Image.Image:
    """The picture of a file, RGB of 8 bits, read in this process: call it behind the fence alone.
    `wishes` are those of `Wishes.told`.

    Raises ImageError, one sentence, whatever is wrong with the file.
    """
    return _read(readers, path, wishes, lambda reader: reader.read(path, still))


def numbers(
    readers: Sequence[Sequence[str]], path: Path, wishes: Mapping[str, Any] | None = None
) -> Film | None:
    """The numbers of a grey picture, None of one in colours; otherwise as `decode`."""
    return _read(readers, path, wishes, lambda reader: reader.film(path))


def _read(
    readers: Sequence[Sequence[str]],
    path: Path,
    wishes: Mapping[str, Any] | None,
    how: Callable[[Reader], Result],
) -> Result:
    """What the first reader that knows a file makes of it."""
    name = printable(path.name)
    try:
        with open(path, "rb", buffering=0, opener=regular) as file:
            head = file.read(HEAD)
        if path.stat().st_size > MAX_BYTES:
            raise ImageError(f"{name} is larger than {MAX_BYTES >> 20} MB.")
        for module, reader in readers:
            known = _reader(module, reader)
            if known.knows(head):
                with wishing(Wishes.heard(wishes) if wishes else Wishes()):
                    return how(known)
        raise ImageError(f"{name} is not a picture that can be read.")
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError(too_much(path)) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error  # without the path, which others may see
        raise ImageError(f"{name} cannot be read: {reason}.") from error
    except Exception as error:  # a decoder's own fault must not end the run
        raise ImageError(f"{name} cannot be decoded: {type(error).__name__}.") from error


def _reader(module: str, name: str) -> Reader:
    things = vars(importlib.import_module(module)).values()
    return next(thing for thing in things if isinstance(thing, Reader) and thing.name == name)


def pixels(
    path: Path,
    *,
    readers: Sequence[Sequence[str]],
    still: bool = False,
    side: int = 0,
    wishes: Mapping[str, Any] | None = None,
) -> Answer:
    """Work of a child: a picture as it is, or with `side` as it is mined, as bytes of RGB."""
    told = Wishes.heard(wishes) if wishes else Wishes()
    source = decode(readers, path, still, replace(told, side=side).told())
    picture, whole = as_mined(source, side) if side else source, extent_of(source)
    facts = {
        "width": picture.width,
        "height": picture.height,
        "source": [whole.width, whole.height],
    }
    return Answer(facts, 3 * picture.width * picture.height, _strips(picture))


def _strips(picture: Image.Image) -> Iterator[bytes]:
    rows = max(1, _STRIP // picture.width)
    for top in range(0, picture.height, rows):
        yield picture.crop((0, top, picture.width, min(top + rows, picture.height))).tobytes()


def spread(path: Path, *, readers: Sequence[Sequence[str]], wishes: Mapping[str, Any]) -> Answer:
    """Work of a child: of a deep picture its kind and the levels of its values, else nothing."""
    return Answer({"spread": decode(readers, path, wishes=wishes).info.get(SPREAD)})
