"""Small DICOM files for tests, written by pydicom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

PLAIN = str(ExplicitVRLittleEndian)


def dataset(stored: np.ndarray, **elements: Any) -> Dataset:
    """A radiograph of stored numbers, (rows, columns) or (rows, columns, 3); further elements by
    their keywords, None to leave one out."""
    bits = 8 * stored.dtype.itemsize
    own = Dataset()
    own.SOPClassUID = DigitalXRayImageStorageForPresentation
    own.SOPInstanceUID = "1.2.3.4"
    own.Modality = "DX"
    own.SamplesPerPixel = 1 if stored.ndim == 2 else 3
    own.PhotometricInterpretation = "MONOCHROME2" if stored.ndim == 2 else "RGB"
    if stored.ndim == 3:
        own.PlanarConfiguration = 0
    own.Rows, own.Columns = stored.shape[:2]
    own.BitsAllocated, own.BitsStored, own.HighBit = bits, bits, bits - 1
    own.PixelRepresentation = int(stored.dtype.kind == "i")
    for name, value in elements.items():
        if value is None:
            delattr(own, name)
        else:
            setattr(own, name, value)
    return own


def lut(descriptor: list[int], data: bytes, signed: bool = False) -> Dataset:
    """An item of a sequence of tables."""
    item = Dataset()
    item.add_new(0x00283002, "SS" if signed else "US", descriptor)
    item.add_new(0x00283006, "OW", data + bytes(len(data) % 2))
    return item


def write(
    path: Path,
    stored: np.ndarray,
    syntax: str = PLAIN,
    frames: list[bytes] | None = None,
    preamble: bool = True,
    **elements: Any,
) -> Path:
    """Write a file: `frames` are those of a compressed one."""
    own = dataset(stored, **elements)
    return save(path, own, stored, syntax, frames, preamble)


def save(
    path: Path,
    own: Dataset,
    stored: np.ndarray,
    syntax: str = PLAIN,
    frames: list[bytes] | None = None,
    preamble: bool = True,
) -> Path:
    """Write a data set with its pixels."""
    big = syntax == "1.2.840.10008.1.2.2"
    content = stored.astype(stored.dtype.newbyteorder(">" if big else "<")).tobytes()
    if frames is not None:
        content = encapsulate(frames)
    word = "OB" if frames is not None or stored.dtype.itemsize == 1 else "OW"
    own.add_new(0x7FE00010, word, content + bytes(len(content) % 2))
    own["PixelData"].is_undefined_length = frames is not None
    own.file_meta = FileMetaDataset()
    own.file_meta.TransferSyntaxUID = syntax
    if preamble:
        own.save_as(path, enforce_file_format=True)
    else:
        own.save_as(path, enforce_file_format=False)
    return path
