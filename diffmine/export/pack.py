"""The files of an export as one: a zip for a download; the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say; a true time would change the bytes
_PACKED = frozenset({"png", "webp"})


def zipped(files: Iterable[tuple[str, bytes]], folder: str) -> bytes:
    """Files by name as a zip that unpacks into one folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            entry.external_attr = 0o644 << 16
            small = name.rpartition(".")[2] in _PACKED
            how = zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, how)
    return out.getvalue()
