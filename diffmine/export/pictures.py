"""The pictures of an export: crops pixel for pixel or enlarged, whole images with a patch's box."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping

from PIL import ExifTags, Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.export.chosen import Entry
from diffmine.words import records as words

RED = "#d62f2f"
RIM = "#b0b0b0"


def name(patch: Patch) -> str:
    """A file name for a patch: patch names of foreign atlases may hold anything."""
    return hashlib.sha256(patch.patch_id.encode()).hexdigest()[:16]


def png(picture: Image.Image, *, dpi: int = 0, told: Mapping[str, str] | None = None) -> bytes:
    """A picture as a PNG, grey when it is; `told` are its text chunks, empty ones are left out."""
    if picture.mode == "RGB":
        red, green, blue = (band.tobytes() for band in picture.split())
        picture = picture.getchannel("R") if red == green == blue else picture
    chunks = PngInfo()
    chunks.add_text("Software", "diffmine")
    for key, text in (told or {}).items():
        if text:
            chunks.add_itxt(key, text)
    out = io.BytesIO()
    settings = {"dpi": (dpi, dpi)} if dpi else {}
    picture.save(out, "PNG", pnginfo=chunks, compress_level=3, **settings)
    return out.getvalue()


def cut(atlas: Atlas, patch: Patch) -> Image.Image:
    """The patch alone, pixel for pixel as mined, RGB."""
    row, col, size = patch.row, patch.col, patch.size
    return atlas.pictures.picture(patch.image_id).crop((col, row, col + size, row + size))


def seen(atlas: Atlas, patch: Patch) -> Image.Image:
    """The patch alone, RGB, as people look at it: out of the copy of its image where there is one,
    whole times as large, else pixel for pixel as mined."""
    picture = atlas.view(patch.image_id)
    times = picture.width // int(atlas.image(patch.image_id)["width"])
    left, top, side = (times * length for length in (patch.col, patch.row, patch.size))
    return picture.crop((left, top, left + side, top + side))


def framed(picture: Image.Image) -> Image.Image:
    """A picture with a thin grey rim, drawn over its outermost pixels."""
    corners = (0, 0, picture.width - 1, picture.height - 1)
    ImageDraw.Draw(picture).rectangle(corners, outline=RIM, width=2)
    return picture


def enlarged(picture: Image.Image, wide: int, high: int) -> Image.Image:
    """A picture as large as fits into `wide` x `high` pixels, its sides in their proportion."""
    scale = min(wide / picture.width, high / picture.height)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    up = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.LANCZOS
    return picture.resize(size, up)


def boxed(atlas: Atlas, patch: Patch, wide: int, high: int) -> Image.Image:
    """The whole image of a patch within `wide` x `high` pixels, the patch framed in red."""
    shown = framed(enlarged(atlas.view(patch.image_id), wide, high))
    scale = shown.width / int(atlas.image(patch.image_id)["width"])
    side = patch.size * scale
    mark(shown, (patch.col * scale, patch.row * scale, side, side), round(max(shown.size) / 120))
    return shown


def mark(picture: Image.Image, part: tuple[float, float, float, float], thick: int) -> None:
    """Draw a red frame of `thick` pixels, at least 2, around a part of a picture (left, top, width,
    height), in place: no pixel of the part is covered but at the picture's border."""
    left, top, wide, high = part
    thick = max(thick, 2)
    pen = ImageDraw.Draw(picture)
    for grown, colour in ((thick + 1, "white"), (thick, RED)):  # the white rim shows on red too
        # Kept inside the image, or the box of a patch at its border loses a side.
        right = min(round(left + wide + grown), picture.width) - 1
        foot = min(round(top + high + grown), picture.height) - 1
        corner = (max(round(left - grown), 0), max(round(top - grown), 0))
        pen.rectangle((*corner, right, foot), outline=colour, width=grown)


def webp(picture: Image.Image, told: Mapping[str, str]) -> bytes:
    """A picture as WebP of quality 90; of `told` its EXIF says what it has a place for."""
    return _lossy(picture, "WEBP", told)


def jpeg(picture: Image.Image, told: Mapping[str, str]) -> bytes:
    """The same as JPEG of quality 90."""
    return _lossy(picture, "JPEG", told)


def _lossy(picture: Image.Image, kind: str, told: Mapping[str, str]) -> bytes:
    out, about = io.BytesIO(), Image.Exif()
    about[ExifTags.Base.Software] = "diffmine"
    for key, text in told.items():
        if text and key in _EXIF:
            about[_EXIF[key]] = text.encode()  # as bytes: Pillow's own way loses all but ASCII
    picture.save(out, kind, quality=90, exif=about)
    return out.getvalue()


_EXIF = {"Copyright": ExifTags.Base.Copyright, "Description": ExifTags.Base.ImageDescription}


def about(entry: Entry) -> dict[str, str]:
    """What a file of a patch's picture says of itself: what it shows, whose it is, where from."""
    record = entry.record
    told = {
        "Title": str(record.get("title") or record["image_id"]),
        "Description": words.alt(entry.patch),
        "Copyright": words.credit(record) or str(record.get("attribution") or ""),
        "Rights": words.web_address(record.get("rights")),
        "Source": str(record.get("source_url") or ""),
    }
    return {name: text for name, text in told.items() if text}
