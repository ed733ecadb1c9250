"""Exports in JSON-LD: of Tropy (1.17) items with their photos, of Omeka S (4) items and media.

Both say of an item what belongs to each of its pictures: a row is a picture, and its item the
group. Tropy: https://docs.tropy.org (`photo`, `path`, `selection`). Omeka S:
https://omeka.org/s/docs/developer/api (`o:media`, `o:item`, `o:original_url`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from diffmine.data.tables.table import LIST, Table, of_objects

ITEM = "item"
"""The column of what a picture belongs to."""
_TROPY = "https://tropy.org/v1/tropy#"
_DUBLIN = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_ABOUT_FILES = {"checksum", "size", "mimetype", "orientation", "protocol", "angle", "brightness",
                "contrast", "height", "hue", "mirror", "negative", "saturation", "sharpen", "width",
                "color", "density", "template", "x", "y", "page", "note", "selection", "photo",
                "transcription"}  # fmt: skip
Object = Mapping[str, Any]


def table_of(path: Path, value: Any) -> Table | None:
    """The table of an export, or None for JSON that is none of these."""
    nodes, contexts = _nodes(value)
    if any(_is_tropy(node) for node in nodes):
        return _tropy(path, nodes, contexts)
    if any(_is_omeka(node) for node in nodes):
        return _omeka(path, nodes)
    return None


def _nodes(value: Any) -> tuple[list[Object], dict[str, str]]:
    """All objects of a document, or of a list of documents, and what their contexts say that the
    names of columns stand for."""
    nodes: list[Object] = []
    names: dict[str, str] = {}
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            return [], {}
        graph = one.get("@graph")
        inside = graph if isinstance(graph, list) else [one]
        nodes += [node for node in inside if isinstance(node, dict)]
        context = one.get("@context")
        for own in context if isinstance(context, list) else [context]:
            for key, told in own.items() if isinstance(own, dict) else ():
                address = told.get("@id") if isinstance(told, dict) else told
                if isinstance(address, str):
                    names[str(key)] = address
    return nodes, names


def _is_tropy(node: Object) -> bool:
    return bool(_get(node, "photo")) and "o:id" not in node


def _is_omeka(node: Object) -> bool:
    return "o:id" in node and ("o:media" in node or "o:original_url" in node or "o:source" in node)


# Tropy


def _get(node: Object, name: str) -> Any:
    return node.get(name, node.get(f"{_TROPY}{name}"))


def _tropy(path: Path, nodes: list[Object], contexts: dict[str, str]) -> Table:
    rows: list[Mapping[str, Any]] = []
    selections = 0
    for number, item in enumerate(nodes, start=1):
        facts = {
            _column(key, contexts): _text(value)
            for key, value in item.items()
            if not key.startswith("@") and _local(key) not in _ABOUT_FILES
        }
        for photo in _listed(_get(item, "photo")):
            selections += len(_listed(_get(photo, "selection")))
            place = _text(_get(photo, "path")) or _text(_get(photo, "filename"))
            if not place:
                continue
            name = PurePosixPath(place.replace("\\", "/")).name
            file = {"file_name": place, "path": _text(_get(photo, "filename")) or name}
            rows.append({**facts, **file, ITEM: str(number)})
    table = _table(path, rows)
    if selections:
        note = f"{path.name}: selections, which are parts of photos, are not read: {selections}."
        table = table.noted(note)
    return table


def _column(key: str, contexts: dict[str, str]) -> str:
    """The name of a column: that of Dublin Core, whatever a template calls it."""
    address = contexts.get(key, key)
    if address.startswith(_DUBLIN):
        return _local(address)
    return _local(key) if key.startswith(("http://", "https://")) else key


def _local(key: str) -> str:
    return key.rstrip("/#").replace("#", "/").rpartition("/")[2] if "://" in key else key


def _listed(value: Any) -> list[Object]:
    """The objects of a value that is one, a list, or a list of JSON-LD."""
    if isinstance(value, dict) and "@list" in value:
        value = value["@list"]
    values = value if isinstance(value, list) else [value]
    inner = [one for one in values if isinstance(one, dict)]
    return [deep for one in inner for deep in (_listed(one) if "@list" in one else [one])]


def _text(value: Any) -> str:
    """A value of JSON-LD as text, several with LIST between them."""
    if isinstance(value, list):
        return LIST.join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        if "@list" in value:
            return _text(value["@list"])
        return _text(value.get("@value", value.get("@id")))
    return "" if value is None or isinstance(value, bool) else str(value)


# Omeka S


def _omeka(path: Path, nodes: list[Object]) -> Table:
    """A row for each medium; of items without the media's own records the first picture is known by
    its thumbnail."""
    items = {_id(node): node for node in nodes if not _is_medium(node)}
    rows: list[Mapping[str, Any]] = []
    shown = set()
    for medium in filter(_is_medium, nodes):
        number = _id(medium.get("o:item"))
        shown.add(number)
        facts = _facts(items.get(number, {}))
        rows.append({**facts, **_own(medium), **_files(medium), ITEM: number})
    for number, item in items.items():
        inside = [one for one in _listed(item.get("o:media")) if _is_medium(one)]
        rows += [{**_facts(item), **_own(one), **_files(one), ITEM: number} for one in inside]
        thumbnail = _thumbnail(item)
        if not inside and number not in shown and thumbnail:
            rows.append({**_facts(item), "file_name": thumbnail, ITEM: number})
    return _table(path, rows)


def _is_medium(node: Object) -> bool:
    return "o:original_url" in node or "o:source" in node or "o:filename" in node


def _id(node: Any) -> str:
    return str(node.get("o:id", "")) if isinstance(node, dict) else ""


def _files(medium: Object) -> dict[str, str]:
    """The names that a medium's file may have: in the store, and where it came from."""
    stored = _text(medium.get("o:filename")) or _text(medium.get("o:original_url"))
    return {"file_name": stored, "file": _text(medium.get("o:source"))}


def _thumbnail(item: Object) -> str:
    """The name of an item's first picture without its ending: that of its thumbnail."""
    shown = item.get("thumbnail_display_urls") or item.get("o:thumbnail_urls")
    address = shown.get("large") or shown.get("medium") if isinstance(shown, dict) else ""
    return PurePosixPath(str(address or "")).stem


def _own(medium: Object) -> dict[str, str]:
    return {key: value for key, value in _facts(medium).items() if value and key != "o:title"}


def _facts(node: Object) -> dict[str, str]:
    """The properties of an item, without those that are kept private."""
    facts = {"o:title": _text(node.get("o:title"))} if node.get("o:title") else {}
    for key, values in node.items():
        if ":" not in key or key.startswith(("o:", "o-", "@")):
            continue
        texts = [_value(one) for one in _listed(values) if one.get("is_public") not in (False, 0)]
        facts[key] = LIST.join(filter(None, texts))
    return facts


def _value(value: Object) -> str:
    """A literal, the address of a link, or the title of a resource."""
    return (
        _text(value.get("@value")) or _text(value.get("display_title")) or _text(value.get("@id"))
    )


def _table(path: Path, rows: list[Mapping[str, Any]]) -> Table:
    """The table of some rows; their items are groups where one has several pictures."""
    items = [row[ITEM] for row in rows]
    group = ITEM if len(set(items)) < len(items) else ""
    plain = of_objects(path, rows)
    return Table(path, plain.columns, plain.rows, group=group)
