"""The strip as an animation: one frame for each label, in their order, as a GIF."""

from __future__ import annotations

import io
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
from diffmine.export.lettering import font_for, short

MILLISECONDS = 900
_SIDE = 320
_BAND = 30
_RED, _MARK = "#d00000", "#ffb000"


def animation(strip: Strip, labels: Sequence[str], about: Mapping[str, str]) -> bytes:
    """A GIF that repeats: the source framed in red, every other frame marked as generated. Its
    comment says the same, with what `about` holds."""
    shown = [name for name in labels if name == strip.patch.label or name in strip.translations]
    frames = [frame(strip, name) for name in shown]
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


def frame(strip: Strip, label: str) -> Image.Image:
    """One picture with its label and whether it is the source or generated, on a band below."""
    is_source = label == strip.patch.label
    pixels = bigger(strip.source if is_source else strip.translations[label].picture, _SIDE)
    high, wide = pixels.shape[:2]
    page = Image.new("RGB", (wide, high + _BAND), "#18181b")
    page.paste(Image.fromarray(pixels), (0, 0))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(16)
    mark = texts.MARK_SOURCE_OF_ALL if is_source else shared.MARK_GENERATED
    left = wide - 16 - pen.textlength(mark, font)
    letters = font_for(label, 16)
    pen.text((8, high + 6), short(label, letters, int(left) - 14), "white", letters)
    pen.rectangle([left, high, wide, high + _BAND], fill=_MARK)  # an area survives the palette
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
