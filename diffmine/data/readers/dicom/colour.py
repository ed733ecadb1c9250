"""From the stored numbers of a DICOM file in colours to red, green and blue."""

from __future__ import annotations

import numpy as np
from PIL import Image

from diffmine.data.readers.dicom.frame import Broken, Frame
from diffmine.data.readers.dicom.grey import Numbers, table_of
from diffmine.data.readers.dicom.header import Header

COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
_STRIP = 2**20


def colour_of(header: Header, frame: Frame) -> Image.Image:
    """The picture of stored numbers (rows, columns, 3), mode RGB, as `YBR_FULL` is converted:

    R = Y + 1.402 Cr, G = Y - 0.344136 Cb - 0.714136 Cr, B = Y + 1.772 Cb; Cb and Cr less 128
    """
    kind = header.text("PhotometricInterpretation")
    if kind not in COLOURS:
        raise Broken(f"its colours are written as {kind[:16]}, which is not read here")
    eight = frame.values if frame.rgb else _eight(header, frame.values)
    mixed = frame.mixed if frame.rgb else kind.startswith("YBR_FULL")
    eight = np.ascontiguousarray(eight)
    if mixed:
        return Image.frombytes("YCbCr", eight.shape[1::-1], eight.tobytes()).convert("RGB")
    return Image.fromarray(eight)


def _eight(header: Header, values: np.ndarray) -> np.ndarray:
    numbers = Numbers.of(header)
    if numbers.signed or numbers.bits > 16 or values.dtype.kind != "u":
        raise Broken("its colours are numbers of a kind that is not read here")
    if values.dtype == np.uint8 and numbers.bits == 8:
        return values
    table = np.arange(2 ** (8 * min(values.dtype.itemsize, 2)), dtype=np.int64)
    table = np.round(numbers.of_raw(table) * (255 / ((1 << numbers.bits) - 1))).astype(np.uint8)
    return table[values]


def palette_of(header: Header, stored: np.ndarray) -> Image.Image:
    """The picture of numbers that name colours of a table of 8 or 16 bits."""
    numbers = Numbers.of(header)
    own = numbers.of_raw(stored)
    picture = np.empty((*stored.shape, 3), np.uint8)
    for channel, name in enumerate(("Red", "Green", "Blue")):
        descriptor = header.get(f"{name}PaletteColorLookupTableDescriptor")
        data = header.get(f"{name}PaletteColorLookupTableData")
        if descriptor is None or data is None:
            raise Broken("its table of colours is missing")
        entries, first, most = table_of(descriptor, data, numbers.signed, header.little)
        scaled = np.round(entries * (255 / most)).astype(np.uint8)
        picture[..., channel] = scaled[np.clip(own - first, 0, len(scaled) - 1)]
    return Image.fromarray(picture)
