"""Colours of a file brought to sRGB: by its embedded profile (ICC), or by what a PNG says in its
chunks cICP, gAMA and cHRM.

What a chunk says becomes a profile too, so that one library (Little CMS) does all conversions.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from diffmine.data.files import regular

_SPACES = {"RGB": "RGB", "RGBA": "RGB", "RGBX": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
_SRGB = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_D65 = (0.3127, 0.3290)
PRIMARIES = {
    1: _SRGB,
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""x and y of red, green and blue, by the number in cICP: BT.709, BT.2020, Display P3; white D65."""
_LINEAR = 8
_CHUNKS = 2**20
_D50 = np.array([0.96422, 1.0, 0.82521])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, of mode RGB or (with transparency) RGBA. Without a profile, or with one
    that is broken or of other colours, as Pillow converts."""
    if image.mode == "P":
        image = image.convert("RGB")
    if not profile and image.mode == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    if profile and image.mode in _SPACES:
        converted = _converted(image, profile)
        if converted is not None:
            return converted
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    return image if image.mode == target else image.convert(target)


def _converted(image: Image.Image, content: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(content))
        space = source.profile.xcolor_space.strip()
        if space != _SPACES[image.mode].upper() and space != _SPACES[image.mode]:
            if space != "RGB" or image.mode != "L":
                return None
            image = image.convert("RGB")
        if ImageCms.getProfileDescription(source).startswith("sRGB"):
            return None
        to = "RGBA" if image.mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), image.mode, to, ImageCms.Intent.PERCEPTUAL
        )
        if image.mode == to:
            ImageCms.applyTransform(image, transform, inPlace=True)
            return image
        return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def profile_of(image: Image.Image, path: Path) -> bytes | None:
    """The profile that a file embeds, or that says what its chunks say; None: sRGB."""
    embedded = image.info.get("icc_profile")
    if image.format != "PNG":
        return embedded if isinstance(embedded, bytes) else None
    code = _cicp(path)
    if code is not None and code[0] in PRIMARIES and code[1] in (1, 6, 13, 14, 15, _LINEAR):
        standard = PRIMARIES[code[0]]
        if code[1] == _LINEAR:
            return made(standard, _D65, 1.0)
        return None if standard == _SRGB else made(standard, _D65, None)
    if embedded:
        return bytes(embedded)
    if "srgb" in image.info:
        return None
    return _of_chunks(image)


def _of_chunks(image: Image.Image) -> bytes | None:
    gamma, colours = image.info.get("gamma"), image.info.get("chromaticity")
    exponent = 1 / gamma if gamma and 0.1 <= gamma <= 10 else None
    white, primaries = (colours[:2], colours[2:8]) if colours else (_D65, _SRGB)
    usual = exponent is None or abs(exponent - 2.2) < 0.05
    if usual and np.allclose([*white, *primaries], [*_D65, *_SRGB], atol=2e-3):
        return None
    return made(tuple(primaries), tuple(white), None if exponent is None else exponent)


def made(
    primaries: tuple[float, ...], white: tuple[float, ...], exponent: float | None
) -> bytes | None:
    """A profile (ICC 2.1) of these primaries and white as x and y, and a power, or None for the
    curve of sRGB; None where the numbers make no colours."""
    try:
        red, green, blue = (_xyz(*primaries[at : at + 2]) for at in (0, 2, 4))
        light = _xyz(*white[:2])
        columns = np.stack([red, green, blue], axis=1)
        columns = columns * np.linalg.solve(columns, light)
        gain = np.diag(_BRADFORD @ _D50 / (_BRADFORD @ light))
        adapted = np.linalg.solve(_BRADFORD, gain @ _BRADFORD @ columns)
    except (ZeroDivisionError, np.linalg.LinAlgError):
        return None
    if not np.isfinite(adapted).all() or np.abs(adapted).max() > 10:
        return None
    curve = _curve(exponent)
    tags = {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve, b"wtpt": _point(_D50)}
    tags |= {b"rXYZ": _point(adapted[:, 0]), b"gXYZ": _point(adapted[:, 1])}
    tags |= {b"bXYZ": _point(adapted[:, 2]), b"cprt": b"text\0\0\0\0none\0\0\0\0"}
    tags[b"desc"] = b"desc\0\0\0\0" + struct.pack(">I", 6) + b"other\0" + bytes(78)
    return _joined(tags)


def _xyz(x: float, y: float) -> np.ndarray:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _point(xyz: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(float(value)) for value in xyz)


def _curve(exponent: float | None) -> bytes:
    if exponent is not None:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, min(65535, round(exponent * 256))) + b"\0\0"
    code = np.arange(1024) / 1023
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return (
        b"curv\0\0\0\0" + struct.pack(">I", 1024) + np.round(light * 65535).astype(">u2").tobytes()
    )


def _joined(tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    begin = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", begin + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = struct.pack(">I", begin + len(body))
    kind = struct.pack(">I", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    head = size + b"\0\0\0\0" + kind + b"".join(_fixed(float(value)) for value in _D50)
    return head + bytes(128 - len(head)) + table + body


def _cicp(path: Path) -> tuple[int, int] | None:
    """Primaries and transfer of a PNG's chunk cICP, which Pillow passes over."""
    with open(path, "rb", buffering=0, opener=regular) as file:
        content = file.read(_CHUNKS)
    at = 8
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IDAT":
            break
        if kind == b"cICP" and length == 4 and at + 12 <= len(content):
            return content[at + 8], content[at + 9]
        at += 12 + length
    return None
