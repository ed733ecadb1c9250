"""A DICOM file that is open at its pixels, and what is wrong with it without a value of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from diffmine.data.files import regular
from diffmine.data.readers.base import HEAD
from diffmine.data.readers.dicom import texts
from diffmine.data.readers.dicom.frame import Broken, NoDecoder
from diffmine.data.readers.dicom.header import Header, NoPixels, TooMany, begins, open_header
from diffmine.errors import ImageError


@contextmanager
def opened(
    path: Path, name: str, more: Mapping[str, int] | None = None, *, marked: bool = False
) -> Iterator[Header]:
    """The header of a file, which stands at its pixels while the block runs; `name` stands for it
    in sentences, `more` are elements beside those of ALLOWED. With `marked` a file without the mark
    of DICOM is none.

    Raises ImageError in a sentence without any value of the file, also for what the block raises.
    """
    try:
        with warnings.catch_warnings(), open(path, "rb", opener=regular) as file:
            warnings.simplefilter("ignore")
            head = file.read(HEAD)
            if marked and begins(head) < 0:
                raise ImageError(texts.NO_DICOM.format(name=name))
            yield open_header(file, head, more)
    except (ImageError, MemoryError):
        raise
    except ImportError as error:
        raise ImageError(texts.MISSING.format(name=name)) from error
    except NoDecoder as error:
        raise ImageError(texts.DECODER.format(name=name, kind=error)) from error
    except NoPixels as error:
        raise _broken(name, texts.NO_PIXELS) from error
    except TooMany as error:
        raise _broken(name, texts.MANY) from error
    except RecursionError as error:
        raise _broken(name, texts.DEEP) from error
    except Broken as error:
        raise _broken(name, str(error)) from error
    except Exception as error:  # its words may hold a value of the file: its kind is said alone
        raise _broken(name, texts.UNREADABLE.format(error=type(error).__name__)) from None


def _broken(name: str, why: str) -> ImageError:
    return ImageError(texts.BROKEN.format(name=name, why=why))
