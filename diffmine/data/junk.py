"""Folders and files that systems and programs leave among pictures."""

from __future__ import annotations

import re

_JUNK = {
    "$recycle.bin", "@eadir", "@recently-snapshot", "@recycle", "@sharebin", "@sharesnap", "@tmp",
    "#recycle", "#snapshot", "__macosx", "__pycache__", "aux_thumbs", "desktop.ini", "ehthumbs.db",
    "icon\r", "lost+found", "picasa.ini", "recycled", "recycler", "system volume information",
    "thumbs.db", "network trash folder", "temporary items",
}  # fmt: skip
_CHECKED = re.compile(r"found\.\d{3}")


def is_junk(name: str) -> bool:
    """Whether a folder or file of that name is a system's, as @eaDir, __MACOSX or Thumbs.db."""
    plain = name.casefold()
    return plain in _JUNK or (plain[:5] == "found" and bool(_CHECKED.fullmatch(plain)))
