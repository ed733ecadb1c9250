"""What is known of a patch and of its image, row by row: for the inspector and for pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffmine.atlas.records import Patch
from diffmine.words import records as words


def facts(patch: Patch, record: Mapping[str, Any], element: str = "") -> list[tuple[str, str, str]]:
    """Rows of (name, text, web address or "") of a patch, its image's record and the name of its
    element; what is not known has no row."""
    score = words.score(patch.typicality, patch.se)
    rows = [("typicality", score + (" (inside the noise)" if words.noise(patch) else ""))]
    if patch.rank_low is not None:
        rows.append(("place in the list", words.rank(patch)))
    rows += [("element", element), ("image", patch.image_id)]
    if record.get("label") != patch.label:
        rows.append(("label of the image", str(record.get("label") or "")))
    rows += [(name, str(record.get(name) or "")) for name in ("year", "group")]
    rows.append(("place", f"row {patch.row}, column {patch.col}, {patch.size} pixels wide"))
    rows += [(name, str(record.get(name) or "")) for name in ("source_url", "licence", "credit")]
    return [
        ("source", text, words.web_address(text)) if name == "source_url" else (name, text, "")
        for name, text in rows
        if text
    ]
