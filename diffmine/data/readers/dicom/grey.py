"""From the stored numbers of a grey DICOM file to what is seen of them (PS3.3 C.7.6.3, C.11).

    value  = slope * stored + intercept, or a table of the modality
    shown  = a table of values of interest, or a window:
             linear        clip((value - (c - 0.5)) / (w - 1) + 0.5, 0, 1)
             linear exact  clip((value - c) / w + 0.5, 0, 1)
             sigmoid       1 / (1 + exp(-4 (value - c) / w))
    grey   = round(255 * shown), inverted for MONOCHROME1 and for an inverse presentation; 0 where
             the file is padded

pydicom's apply_voi_lut is not used: it does not invert, and stretches a window's output over the
numbers that could be stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from diffmine.data.readers import deep
from diffmine.data.readers.dicom.frame import Broken
from diffmine.data.readers.dicom.header import Header, words

_DESCRIPTOR, _DATA = 0x00283002, 0x00283006
_STRIP = 2**20
MOST_TABLES = 8
Step = Callable[[np.ndarray], np.ndarray]


def grey_of(header: Header, stored: np.ndarray, name: str) -> Image.Image:
    """The picture of stored numbers (rows, columns), mode L. Raises ImageError for one that holds
    padding alone, Broken for settings that cannot be."""
    grey = Image.new("L", (stored.shape[1], stored.shape[0]))
    numbers, padded, modality = Numbers.of(header), padding(header), modality_of(header)
    flat = stored.reshape(-1)
    sample = numbers.of_raw(flat[:: max(1, flat.size // deep.SAMPLE)])
    seen = modality(sample[~padded(sample)].astype(np.float64))
    seen = seen[deep.valid(seen)]
    if not seen.size:
        seen = _all_values(numbers, padded, modality, flat, name)
    show = voi_of(header, numbers, modality)
    if show is None:
        show = _by_range(header, numbers, seen, grey, name)
    inverted = is_inverted(header)

    def gray(raw: np.ndarray) -> np.ndarray:
        own = numbers.of_raw(raw)
        values = modality(own.astype(np.float64))
        none = padded(own) | ~deep.valid(values)
        shown = np.clip(np.nan_to_num(show(np.where(none, 0.0, values))), 0, 1)
        return np.where(none, 0, np.round(255 * (1 - shown if inverted else shown))).astype(
            np.uint8
        )

    if stored.dtype.kind == "u" and stored.dtype.itemsize <= 2:
        table = gray(np.arange(2 ** (8 * stored.dtype.itemsize)).astype(stored.dtype))
        convert: Step = table.__getitem__
    else:
        convert = gray
    rows = max(1, _STRIP // stored.shape[1])
    for top in range(0, stored.shape[0], rows):
        grey.paste(Image.fromarray(convert(stored[top : top + rows])), (0, top))
    return grey


def _all_values(
    numbers: Numbers, padded: Step, modality: Step, flat: np.ndarray, name: str
) -> np.ndarray:
    """The first valid values, looked for everywhere: a sample had none."""
    for begin in range(0, flat.size, _STRIP):
        own = numbers.of_raw(flat[begin : begin + _STRIP])
        values = modality(own[~padded(own)].astype(np.float64))
        values = values[deep.valid(values)]
        if values.size:
            return values
    raise deep.empty(name)


@dataclass(frozen=True)
class Numbers:
    """Which bits of a word are the number, and whether it has a sign. Other bits may hold an
    overlay, in which names are drawn."""

    shift: int
    bits: int
    signed: bool
    floats: bool

    @classmethod
    def of(cls, header: Header) -> Numbers:
        """As a header says; Broken where its bits do not fit."""
        allocated = header.count("BitsAllocated")
        stored = header.count("BitsStored", allocated)
        high = header.count("HighBit", stored - 1)
        signed = header.count("PixelRepresentation") == 1
        if header.floats:
            return cls(0, allocated, True, True)
        if not 1 <= stored <= allocated or not stored - 1 <= high < allocated:
            raise Broken(f"it stores {stored} bits of {allocated}, the highest being {high}")
        return cls(high - stored + 1, stored, signed, False)

    def of_raw(self, raw: np.ndarray) -> np.ndarray:
        """The numbers of words."""
        if self.floats:
            return raw
        numbers = (raw.astype(np.int64) >> self.shift) & ((1 << self.bits) - 1)
        return self.with_sign(numbers) if self.signed else numbers

    def with_sign(self, numbers: np.ndarray) -> np.ndarray:
        """Two's complement of that many bits."""
        half = 1 << (self.bits - 1)
        return (numbers & (half - 1)) - (numbers & half)

    @property
    def ends(self) -> tuple[int, int]:
        """The least and the largest number that can be."""
        half = 1 << (self.bits - 1)
        return (-half, half - 1) if self.signed else (0, 2 * half - 1)


def padding(header: Header) -> Step:
    """Which numbers are padding, where nothing was recorded: a value, or a range of them."""
    low, numbers = header.number("PixelPaddingValue"), Numbers.of(header)
    if low is None:
        return partial(np.zeros_like, dtype=bool)
    limit = header.number("PixelPaddingRangeLimit")
    ends = [low, low if limit is None else limit]
    if not numbers.floats:
        word = header.count("BitsAllocated")
        signed = Numbers(0, word, True, False) if numbers.signed else None
        whole = [int(end) & ((1 << word) - 1) for end in ends]
        ends = [float(signed.with_sign(np.array([end]))[0]) if signed else end for end in whole]
    return lambda own: (own >= min(ends)) & (own <= max(ends))


def modality_of(header: Header) -> Step:
    """From stored numbers to values: a table of the modality, or a line."""
    item = _item(header, "ModalityLUTSequence")
    if item is not None:
        table, first, _ = _table(item, header, header.count("PixelRepresentation") == 1)
        return lambda own: table[np.clip(own - first, 0, len(table) - 1).astype(np.int64)]
    slope, intercept = header.number("RescaleSlope"), header.number("RescaleIntercept")
    slope = 1.0 if slope is None or slope == 0 else slope
    return lambda own: slope * own + (intercept or 0.0)


def voi_of(header: Header, numbers: Numbers, modality: Step) -> Step | None:
    """From values to 0..1: a table, or the first window; None where there is neither."""
    tables = tables_of(header, numbers, modality)
    if tables:
        return tables[0]
    centre, width = header.number("WindowCenter"), header.number("WindowWidth")
    if centre is None or width is None:
        return None
    function = header.text("VOILUTFunction").replace(" ", "_")
    return window(centre, width, function)


def tables_of(header: Header, numbers: Numbers, modality: Step) -> list[Step]:
    """From values to 0..1 by each table of values of interest."""
    sequence = header.get("VOILUTSequence")
    signed = bool(modality(np.array(numbers.ends, np.float64)).min() < 0)
    items = [item for item in sequence or () if _DESCRIPTOR in item and _DATA in item]
    return [_looked_up(*_table(item, header, signed)) for item in items[:MOST_TABLES]]


def _looked_up(table: np.ndarray, first: int, most: int) -> Step:
    def show(values: np.ndarray) -> np.ndarray:
        places = np.clip(np.floor(values - first + 0.5), 0, len(table) - 1)
        return table[places.astype(np.int64)] / most

    return show


def window(centre: float, width: float, function: str = "") -> Step | None:
    """A window of a function; None for a width that is none."""
    if function == "SIGMOID" and width > 0:
        return lambda values: 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -700, 700)))
    if function == "LINEAR_EXACT" and width > 0:
        return lambda values: np.clip((values - centre) / width + 0.5, 0, 1)
    if width < 1:
        return None
    if width == 1:
        return lambda values: (values > centre - 0.5).astype(np.float64)
    return lambda values: np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def is_inverted(header: Header) -> bool:
    """Whether the lowest is shown as white."""
    mono = header.text("PhotometricInterpretation") == "MONOCHROME1"
    return mono or header.text("PresentationLUTShape") == "INVERSE"


def _by_range(
    header: Header, numbers: Numbers, seen: np.ndarray, grey: Image.Image, name: str
) -> Step:
    """Without a window: all numbers of up to 8 bits, else the range of the data set."""
    plain = header.get("RescaleSlope") is None and _item(header, "ModalityLUTSequence") is None
    if numbers.bits <= 8 and plain:
        low, high = (float(end) for end in numbers.ends)
    else:
        low, high = deep.range_of(deep.MEDICAL, [seen], 1, grey, name)
    return lambda values: (values - low) / max(high - low, 1e-300)


def _item(header: Header, name: str) -> Any:
    """The first item of a sequence, if it has a table."""
    sequence = header.get(name)
    item = next(iter(sequence), None) if sequence is not None else None
    return item if item is not None and _DESCRIPTOR in item and _DATA in item else None


def _table(item: Any, header: Header, signed: bool) -> tuple[np.ndarray, int, int]:
    """A table's entries, the value of the first, and the largest that an entry may be."""
    return table_of(item[_DESCRIPTOR].value, item[_DATA].value, signed, header.little)


def table_of(descriptor: Any, data: Any, signed: bool, little: bool) -> tuple[np.ndarray, int, int]:
    """The same of a descriptor (entries, first value, bits) and data: words, or bytes of words or
    of entries of 8 bits, two of them in a word."""
    count, first, bits = (int(number) for number in words(descriptor))
    count = count & 0xFFFF or 65536
    first = (first & 0xFFFF) - (65536 if signed and first & 0x8000 else 0)
    order = "<" if little else ">"
    if isinstance(data, bytes):
        content = data
    else:
        numbers = np.atleast_1d(np.asarray(data, np.int64)) & 0xFFFF
        content = numbers.astype(order + "u2").tobytes()
    if len(content) >= 2 * count:
        entries = np.frombuffer(content[: 2 * count], order + "u2").astype(np.int64)
    elif len(content) >= count:
        entries = np.frombuffer(content[:count], np.uint8).astype(np.int64)
    else:
        raise Broken("a table of it ends before its entries do")
    if not 1 <= bits <= 16 or int(entries.max()) >= 1 << bits:
        bits = 8 if int(entries.max()) < 256 else max(9, int(entries.max()).bit_length())
    return entries, first, (1 << bits) - 1
