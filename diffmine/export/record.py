"""What is known of a patch and of its image, row by row: for the inspector and for pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffmine.atlas.records import Patch
from diffmine.data.dates.texts import years
from diffmine.data.rights import rights_of
from diffmine.words import records as words
from diffmine.words.regions import region_of


def facts(
    patch: Patch, record: Mapping[str, Any], element: str = "", finding: bool = False
) -> list[tuple[str, str, str]]:
    """Rows of (name, text, web address or "") of a patch, its image's record and the name of its
    element; what is not known has no row. `finding`: labels are findings of films."""
    score = words.score(patch.typicality, patch.se)
    rows = [("typicality", score + (" (inside the noise)" if words.noise(patch) else ""))]
    if patch.rank_low is not None:
        rows.append(("place in the list", words.rank(patch)))
    rows += [("element", element), ("image", patch.image_id)]
    rows.append(_labels(patch, record, finding))
    rows += [(name, str(record.get(name) or "")) for name in ("generated", *_MADE)]
    rows.append(_years(record))
    rows.append(("group", str(record.get("group") or "")))
    rows.append(("place", f"row {patch.row}, column {patch.col}, {patch.size} pixels wide"))
    linked = [(*row, "") for row in rows] + _from(patch, record)
    return [row for row in linked if row[1]]


def _labels(patch: Patch, record: Mapping[str, Any], finding: bool) -> tuple[str, str]:
    """What else an image is filed under; of one that lacks the patch's own label, that."""
    labels = list(record.get("labels") or [str(record.get("label") or "")])
    others = ", ".join(label for label in labels if label != patch.label)
    if patch.label in labels:
        return ("other findings of the film" if finding else "other labels of the image"), others
    return ("findings of the film" if finding else "label of the image"), others


def _years(record: Mapping[str, Any]) -> tuple[str, str]:
    """The years that the date of an image may mean, where the date does not say them itself: never
    the middle one of several as if it were known."""
    year, first, last = (record.get(name) for name in ("year", "date_first", "date_last"))
    middle = None if first is None or last is None else (first + last) // 2
    if year is not None and year != middle:
        first = last = year  # of a column of its own
    if first is None and last is None:
        return "year", ""
    text = years(first, last)
    name = "year" if first == last else "years"
    return name, "" if text == record.get("date") else text


_MADE = ("title", "creator", "date")


def _from(patch: Patch, record: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Where an image is from and whose it is, with the addresses of both."""
    known = {name: str(record.get(name) or "") for name in _NAMED}
    region = region_of(patch, record)
    if known["credit"] in (known["attribution"], known["creator"]):
        known["credit"] = ""
    return [
        ("holder", known["holder"], ""),
        ("identifier", known["identifier"], ""),
        ("source", known["source_url"], words.web_address(known["source_url"])),
        *_rights(known),
        ("attribution", known["attribution"], ""),
        ("credit", known["credit"], ""),
        ("region of the canvas", region.canvas, region.canvas),
        ("region of the picture", region.image, region.image),
    ]


_NAMED = (
    *("creator", "holder", "identifier", "source_url", "rights", "licence"),
    *("attribution", "credit"),
)


def _rights(known: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The licence as it was written and the statement of rights; one row where they are one."""
    licence, address = known["licence"], known["rights"]
    named, link = words.rights(known), words.web_address(address)
    if rights_of(licence).address == address:
        return [("licence", licence, link)]
    return [
        ("licence", "" if licence in (named, address) else licence, ""),
        ("rights", named, link),
    ]
