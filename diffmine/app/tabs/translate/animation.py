"""The strip as an animation: one frame for each label, in their order, as a GIF."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from diffmine.app import texts as shared
from diffmine.app.cache import digest
from diffmine.app.shelf import Shelf
from diffmine.app.sprites import GENERATED
from diffmine.app.strip import Strip
from diffmine.app.tabs.translate import texts
from diffmine.app.tabs.translate.strips import bigger
from diffmine.export.lettering import font_for, lines

MILLISECONDS = 900
_SIDE = 320
_BAND, _LINE, _MOST_LINES = 30, 20, 12
_RED, _MARK = "#d00000", "#ffb000"


def animation(strip: Strip, labels: Sequence[str], about: Mapping[str, str]) -> bytes:
    """A GIF that repeats: the source framed in red, every other frame marked as generated. Its
    comment says the same, with what `about` holds."""
    shown = [name for name in labels if name == strip.patch.label or name in strip.translations]
    most = max(len(_lines(name, name == strip.patch.label, _width(strip))) for name in shown)
    frames = [frame(strip, name, most) for name in shown]
    listing = "; ".join(f"{key}: {value}" for key, value in about.items() if value)
    out = io.BytesIO()
    frames[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=MILLISECONDS,
        loop=0,
        comment=f"{GENERATED} {listing}".encode(),
    )
    return out.getvalue()


def _width(strip: Strip) -> int:
    return int(bigger(strip.source, _SIDE).shape[1])


def _mark(is_source: bool) -> tuple[str, int]:
    """What a frame is, and how many pixels that takes."""
    text = texts.MARK_SOURCE_OF_ALL if is_source else shared.MARK_GENERATED
    return text, math.ceil(ImageFont.load_default(16).getlength(text)) + 16


def _lines(label: str, is_source: bool, wide: int) -> list[str]:
    """A label in lines that end before the mark."""
    room = max(wide - _mark(is_source)[1] - 16, 60)
    return lines(label, font_for(label, 16), room, _MOST_LINES)


def frame(strip: Strip, label: str, most: int = 1) -> Image.Image:
    """One picture with its label and whether it is the source or generated, on a band below that
    has room for `most` lines."""
    is_source = label == strip.patch.label
    pixels = bigger(strip.source if is_source else strip.translations[label].picture, _SIDE)
    high, wide = pixels.shape[:2]
    band = _BAND + _LINE * (most - 1)
    page = Image.new("RGB", (wide, high + band), "#18181b")
    page.paste(Image.fromarray(pixels), (0, 0))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(16)
    mark, room = _mark(is_source)
    left = wide - room
    for row, line in enumerate(_lines(label, is_source, wide)[:most]):
        pen.text((8, high + 6 + _LINE * row), line, "white", font_for(line, 16))
    pen.rectangle([left, high, wide, high + band], fill=_MARK)  # an area survives the palette
    pen.text((left + 8, high + 6), mark, "black", font)
    if is_source:
        pen.rectangle([0, 0, wide - 1, high - 1], outline=_RED, width=4)
    return page


def moving_file(shelf: Shelf, strip: Strip, labels: Sequence[str]) -> Path:
    """The animation under some labels as a served file, made once for the same pictures."""
    model = shelf.atlas.manifest.model
    about = {
        "model": f"{shelf.atlas.manifest.model_name or 'unknown'} "
        f"{model.get('sha256') or model.get('revision') or ''}".strip(),
        "atlas": shelf.title,
        "image": strip.patch.image_id,
        "source": strip.patch.label,
        "labels": ", ".join(name for name in labels if name in strip.translations),
        "method": strip.method,
        "seed": str(strip.seed),
    }
    there = strip.translations
    pixels = [(name, there[name].picture.tobytes()) for name in labels if name in there]
    name = f"{digest(about, strip.patch, pixels)}/diffmine-translation.gif"
    return shelf.cache.file(name, lambda: animation(strip, labels, about))
