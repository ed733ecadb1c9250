"""Text on a figure: a font of this machine that has the letters, and lines that fit."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from unicodedata import category

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

# Pillow's own font lacks most letters outside English, so what the machine has comes first.
_FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "segoeui.ttf"),
    *("Arial.ttf", "arial.ttf", "Helvetica.ttc", "Arial Unicode.ttf", "NotoSansCJK-Regular.ttc"),
    *("DroidSansFallbackFull.ttf", "wqy-zenhei.ttc", "msgothic.ttc", "PingFang.ttc"),
)
_NO_CHARACTER = "\uffff"


@cache
def _fonts(size: int) -> tuple[Font, ...]:
    fonts: list[Font] = []
    for name in _FONTS:
        try:
            fonts.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    own = ImageFont.load_default(size)
    assert isinstance(own, Font), "Pillow comes with FreeType"
    return (*fonts, own)


@cache
def _plain(font: Font) -> Font:
    """The font without shaping, which would put a circle under an accent that it lacks."""
    source = font.path if isinstance(font.path, str) else io.BytesIO(font.font_bytes)
    # font.font_variant() takes BASIC, which is 0, for none given.
    return ImageFont.truetype(source, font.size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _has(font: Font, letter: str) -> bool:
    if letter.isspace() or category(letter) == "Cf":  # joiners and the like are never seen
        return True
    font = _plain(font)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NO_CHARACTER))


def font_for(text: str, size: int) -> Font:
    """The font of `size` pixels that has the most of a text's letters."""
    letters = set(text)
    return max(_fonts(size), key=lambda font: sum(_has(font, letter) for letter in letters))


def shown(text: str, font: Font) -> str:
    """A text with `□`, or else `?`, for every letter that a font lacks, as Pillow draws it."""
    box = "□" if _has(font, "□") else "?"
    return "".join(letter if _has(font, letter) else box for letter in text)


def font_file(font: Font, folder: Path) -> str:
    """The file of a font; Pillow's own, which has none, is written into `folder`."""
    if isinstance(font.path, str):
        return font.path
    path = folder / "own.ttf"
    if not path.exists():
        path.write_bytes(font.font_bytes)
    return str(path)


def lines(text: str, font: Font, width: int, most: int = 0) -> list[str]:
    """A text in lines at most `width` pixels long; of more than `most` the last ends in `…`."""
    broken = [""]
    for word in text.split():
        joined = f"{broken[-1]} {word}".strip()
        if font.getlength(joined) <= width:
            broken[-1] = joined
        else:
            broken = [*(line for line in broken if line), *_pieces(word, font, width)]
    if most and len(broken) > most:
        rest = " ".join(broken[most - 1 : most + 1])  # more than fits, and no more than that
        return [*broken[: most - 1], short(rest, font, width)]
    return broken if broken[0] else []


def _pieces(word: str, font: Font, width: int) -> list[str]:
    """A word cut where it is longer than a line."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and font.getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def short(text: str, font: Font, width: int) -> str:
    """One line at most `width` pixels long, with `…` where something is left out."""
    text = " ".join(text.split())
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"
