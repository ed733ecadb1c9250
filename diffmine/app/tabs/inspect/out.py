"""Results of a visitor's own picture, handed to the page itself: no file of them is left here."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

from diffmine.app.shelf import Shelf
from diffmine.app.tabs.inspect import texts
from diffmine.app.tabs.inspect.own import Own, contrast_of, has_dicom, maps_of
from diffmine.errors import UsageError
from diffmine.export import own as export
from diffmine.export.dicom.heat import Heat
from diffmine.export.own import Inspected
from diffmine.export.pack import zipped

NAME = "diffmine-own"

SAVE = """text => {
  if (!text) return '';
  const {name, kind, content} = JSON.parse(text);
  const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], {type: kind}));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  return '';
}"""
"""Hands a file out that came as text, and forgets it."""


@dataclass(frozen=True)
class Way:
    """A way for results to leave: what its button reads, the ending and the kind of the file, and
    what makes it."""

    button: str
    ending: str
    kind: str
    make: Callable[[Shelf, Own], bytes]


def ways_of(own: Own) -> list[str]:
    """The ways in which results of a picture can leave."""
    if not own.done:
        return []
    return [name for name in WAYS if name != "dicom" or has_dicom(own)]


def handed(shelf: Shelf, own: Own, way: str) -> str:
    """A file of results, as SAVE takes it."""
    known = WAYS[way]
    content = base64.b64encode(known.make(shelf, own)).decode()
    return json.dumps({"name": f"{NAME}.{known.ending}", "kind": known.kind, "content": content})


def _inspected(shelf: Shelf, own: Own) -> Inspected:
    if own.inspection is None or not own.done:
        raise UsageError(texts.CHOOSE_A_PICTURE)
    shape = own.pixels.shape[0], own.pixels.shape[1]
    source = own.film.source if own.film else None
    return Inspected(shelf.atlas, own.inspection, shape, own.given, source)


def _csv(shelf: Shelf, own: Own) -> bytes:
    return export.as_csv(_inspected(shelf, own))


def _json(shelf: Shelf, own: Own) -> bytes:
    return export.as_json(_inspected(shelf, own))


def _dicom(shelf: Shelf, own: Own) -> bytes:
    whole = _inspected(shelf, own)
    if own.film is None or whole.source is None:
        raise UsageError(texts.CHOOSE_A_PICTURE)
    at = whole.inspection.labels.index(own.label)
    maps = maps_of(shelf, whole.inspection, at)
    score, mean = next(iter(maps.items()))
    other = contrast_of(shelf, whole.inspection, at)
    heat = Heat(own.label, other, mean, shelf.scale_of(score))
    return zipped(export.results(whole, own.label, own.film.picture, heat), NAME)


WAYS = {
    "csv": Way("CSV", "csv", "text/csv", _csv),
    "json": Way("JSON", "json", "application/json", _json),
    "dicom": Way("DICOM (zip)", "zip", "application/zip", _dicom),
}
