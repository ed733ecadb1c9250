"""The films of the full screen: what stands on one, and what may stand beside it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from diffmine.app.cache import digest, file_ref
from diffmine.app.inspector import texts
from diffmine.app.parts import Value
from diffmine.app.shelf import Shelf
from diffmine.atlas.companions import beside_of, boxes_of
from diffmine.atlas.pictures import pixels_of
from diffmine.atlas.records import Patch
from diffmine.data.films import Packed
from diffmine.data.image import scaling
from diffmine.data.readers.film import Film, between, own_windows, packed, told
from diffmine.errors import ImageError
from diffmine.live.films import film_of
from diffmine.live.originals import why_plain
from diffmine.words import films as words

WHOLE: Value = {"left": 0.0, "top": 0.0, "width": 1.0, "height": 1.0}
_MOST_TINT = 4
"""How far the colours of a grey picture may lie apart, of 255."""
IMAGE, TARGET = "image", "translation"


def shown(shelf: Shelf, patch: Patch) -> Value:
    """The film of a patch's image as the page has it already: what the full screen begins with."""
    return _pictured(shelf, patch.image_id) | {"window": _window(patch)}


def _pictured(shelf: Shelf, image_id: str) -> Value:
    record, picture = shelf.atlas.image(image_id), file_ref(shelf.image_file(image_id))
    times = shelf.times(image_id)  # behind the file, which may turn out to be another
    value = _film(shelf, record, _plain(times * record["width"], times * record["height"]))
    return value | {"picture": picture, "from": words.FROM_COPY if times > 1 else words.AS_MINED}


def films(shelf: Shelf, patch: Patch, score: str, beside: str) -> list[Value]:
    """The film of a patch at its own resolution, and the one beside it (`image:NAME` of the same
    group, `translation:LABEL`), if that is one of those offered."""
    first = _best(shelf, patch.image_id) | {"window": _window(patch)}
    first["others"] = others(shelf, patch)
    known = {other["id"]: other["title"] for other in first["others"]}
    kind, _, name = beside.partition(":")
    if beside not in known:
        return [first]
    if kind == TARGET:
        return [first, _translation(shelf, patch, name)]
    return [first, _companion(shelf, patch, name, score) | {"title": known[beside]}]


def others(shelf: Shelf, patch: Patch) -> list[Value]:
    """What may stand beside a patch's film: the others of its group by date, then its stored
    translations."""
    group = [
        {"id": f"{IMAGE}:{row['image_id']}", "title": words.captioned(row, after)}
        for row, after in beside_of(shelf.atlas, patch.image_id)
    ]
    targets = [row["target"] for row in shelf.translations(patch.patch_id)]
    translated = [
        {"id": f"{TARGET}:{name}", "title": texts.TRANSLATED_INTO.format(label=name)}
        for name in shelf.labels
        if name in targets and name != patch.label
    ]
    return group + translated


def _companion(shelf: Shelf, patch: Patch, image_id: str, score: str) -> Value:
    heat = shelf.heat_file(image_id, patch.label, score)
    return _best(shelf, image_id) | {"heat": file_ref(heat) if heat else None}


def _translation(shelf: Shelf, patch: Patch, target: str) -> Value:
    row = next(row for row in shelf.translations(patch.patch_id) if row["target"] == target)
    record, content = shelf.atlas.image(patch.image_id), row["image"]["bytes"]
    what = ("translation", patch.patch_id, target)
    name = f"{digest(shelf.version, *what)}.png"
    value = _film(shelf, record, _plain(record["width"], record["height"]))
    return value | {
        "id": f"{TARGET}:{target}",
        "title": texts.TRANSLATED_INTO.format(label=target),
        "picture": file_ref(shelf.cache.file(name, lambda: content)),
        "from": words.AS_MINED,
        "generated": True,
        "boxes": [],
        "window": _window(patch),
        **_greys(shelf, pixels_of(content), *what),
    }


def _film(shelf: Shelf, record: Mapping[str, Any], facts: Mapping[str, Any]) -> Value:
    """All of a film but its picture, from what is known of its numbers."""
    manifest = shelf.atlas.manifest
    boxes = [
        {name: row[name] for name in ("row", "col", "height", "width")}
        | {"name": words.box(row, manifest.labels)}
        for row in boxes_of(shelf.atlas, str(record["image_id"]))
    ]
    finding = manifest.kind == "finding"
    return {
        "id": f"{IMAGE}:{record['image_id']}",
        "title": words.captioned(record),
        "generated": bool(record.get("generated")),
        "mined": {"width": int(record["width"]), "height": int(record["height"])},
        "part": WHOLE,
        "boxes": boxes,
        "boxesAre": words.boxes_are(manifest.source, manifest.kind),
        "window": None,
        "others": [],
        "side": words.side({}) if finding else "",
        **facts,
        "notes": [words.NOTES[""]] if finding else [],
    }


def _plain(width: int, height: int) -> Value:
    """What is known of a picture of 8 bits."""
    return {
        "width": int(width),
        "height": int(height),
        "slope": 1,
        "intercept": 0,
        "unit": "",
        "padding": None,
        "inverse": False,
        "range": [0, 255],
        "windows": [_windowed(asdict(between("all", 0.0, 255.0)))],
        "spacing": None,
        "measured": "",
        "edges": {},
        "turned": [],
    }


def _window(patch: Patch) -> Value:
    return {"row": patch.row, "col": patch.col, "height": patch.size, "width": patch.size}


# From the file


def _best(shelf: Shelf, image_id: str) -> Value:
    """The film of an image by the numbers of its file, where that may be shown; else by those of
    what the atlas holds, with the reason if there is one."""
    try:
        known, why = film_of(shelf.atlas, image_id), ""
    except ImageError as error:
        known, why = None, str(error)
    value = _pictured(shelf, image_id)
    if known:
        return value | _numbers(shelf, image_id, known)
    why = why or why_plain(shelf.atlas, image_id)
    value |= _greys(shelf, np.asarray(shelf.atlas.view(image_id)), image_id)
    return value | {"notes": [*value["notes"], *([why] if why else [])]}


def _greys(shelf: Shelf, pixels: np.ndarray, *named: str) -> Value:
    """The numbers of a grey picture uint8 (h, w, 3), and the window of most of them; nothing of one
    in colours. A lossy file gives grey a little colour."""
    if np.ptp(pixels.astype(np.int16), axis=2).max(initial=0) > _MOST_TINT:
        return {}
    words_of = np.ascontiguousarray(pixels[..., 1]).astype(np.uint16)
    film = Film(words_of, 8, [between("all", 0.0, 255.0)])
    film = replace(film, windows=[*film.windows, *own_windows(film)[1:]])
    name = f"{digest(shelf.version, 'greys', pixels.shape, *named)}.bin"
    numbers = file_ref(shelf.cache.file(name, lambda: b"".join(packed(words_of))))
    return {"numbers": numbers, "windows": _windows(told(film), [])}


def _numbers(shelf: Shelf, image_id: str, film: Packed) -> Value:
    name = digest(shelf.version, "film", image_id, film.digest)

    def put(ending: str, content: bytes) -> Value:
        return file_ref(shelf.cache.file(f"{name}{ending}", lambda: content))

    return _of_file(film, put) | {"part": _part(shelf.atlas.image(image_id))}


def _of_file(film: Packed, put: Callable[[str, bytes], Value]) -> Value:
    """What is known of a film by its file, whose bytes `put` hands out by the ending of a name."""
    facts = film.facts
    if film.picture:
        size = {"width": facts["width"], "height": facts["height"]}
        return {"picture": put(".jpg", film.picture), "from": words.FROM_COLOURS, **size}
    tables = [put(f"-{at}.bin", table) for at, table in enumerate(film.tables)]
    spacing, times = facts["spacing"], round(facts["whole"][0] / facts["width"])
    notes = [words.NOTES.get(spacing["at"], "") if spacing else words.NOTES[""]]
    notes += [words.AVERAGED.format(times=times)] if times > 1 else []
    return {
        **{key: facts[key] for key in ("width", "height", "slope", "intercept", "unit")},
        **{key: facts[key] for key in ("padding", "inverse")},
        "numbers": put(".bin", film.numbers),
        "range": facts["ends"],
        "windows": _windows(facts, tables),
        "spacing": [spacing["down"], spacing["across"]] if spacing else None,
        "measured": words.AT[spacing["at"]] if spacing else "",
        "edges": words.edges(facts["orientation"]),
        "side": words.side(facts),
        "turned": words.turned(facts),
        "from": words.FROM_FILE.format(bits=facts["bits"]),
        "notes": [note for note in notes if note],
    }


def _windows(facts: Mapping[str, Any], tables: list[Value]) -> list[Value]:
    """The windows of a film, the file's own first, then those of its own values and, in Hounsfield
    units, the usual ones."""
    windows = []
    for given in facts["windows"]:
        table = given["kind"] == "table"
        windows.append(_windowed(given) | ({"table": tables[given["number"] - 1]} if table else {}))
    if facts["unit"] == "HU":
        windows += [
            {"name": name, "centre": centre, "width": width, "curve": "LINEAR", "all": False}
            for name, (centre, width) in words.SECTIONS.items()
        ]
    return windows


def _windowed(given: Mapping[str, Any]) -> Value:
    """A window as the browser takes it."""
    kind = given["kind"]
    value = {"name": words.window(kind, given["number"]), "all": kind == "all"}
    return value | {key: given[key] for key in ("centre", "width", "curve")}


def _part(record: Mapping[str, Any]) -> Value:
    """Which share of its source an image as mined shows."""
    wide, high = record.get("source_width"), record.get("source_height")
    if not wide or not high:
        return WHOLE
    to = scaling(int(wide), int(high), min(int(record["width"]), int(record["height"])))
    across = {"left": to.left / to.width, "width": to.wide / to.width}
    return across | {"top": to.top / to.height, "height": to.high / to.height}


def own_film(
    address: str,
    shape: tuple[int, int],
    title: str,
    window: Value | None,
    given: tuple[int, int],
    film: Packed | None = None,
) -> Value:
    """The film of a visitor's own picture (height, width) at a data address, with `film` by the
    numbers of its file (`given`: its width and height). It leaves no file: all of it stands in the
    page."""
    high, wide = shape
    sides = {"width": wide, "height": high}
    value = {
        **_plain(wide, high),
        "id": "own",
        "title": title,
        "generated": False,
        "mined": sides,
        "part": WHOLE,
        "boxes": [],
        "boxesAre": "",
        "window": window,
        "others": [],
        "side": "",
        "picture": {"url": address},
        "from": words.AS_MINED,
        "notes": [],
    }
    if film is None:
        return value
    source = {"source_width": given[0], "source_height": given[1]}
    kind = "image/jpeg" if film.picture else "application/octet-stream"
    of_file = _of_file(film, lambda ending, content: {"url": data_url(content, kind)})
    return value | of_file | {"part": _part({**sides, **source})}


def data_url(content: bytes, kind: str) -> str:
    """An address that holds its content itself."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
