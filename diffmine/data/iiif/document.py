"""A document of IIIF: which version it is of, by its @context, and what it is."""

from __future__ import annotations

import re
from typing import Any

from diffmine.data.iiif import texts, v2, v3
from diffmine.data.iiif.pages import Collection, Manifest
from diffmine.data.iiif.plain import kind_of, objects
from diffmine.errors import DataError

_CONTEXT = re.compile(r"iiif\.io/api/presentation/(\d+)|shared-canvas\.org/ns/context")
MARKS = (b"iiif.io/api/presentation", b"shared-canvas.org/ns/context")
"""One of these stands in every document."""


def document(content: Any, name: str) -> Manifest | Collection:
    """A manifest or a collection. DataError, which names it, for what is neither, or of a version
    that is not read."""
    version = version_of(content) if isinstance(content, dict) else 0
    if version > 3:
        raise DataError(f"{name}: {texts.NEWER.format(version=version)}.")
    if version in (2, 3):
        reader = v2 if version == 2 else v3
        if kind_of(content) == "Manifest":
            return reader.manifest(content)
        if kind_of(content) == "Collection":
            return reader.collection(content)
    raise DataError(f"{name}: {texts.NEITHER}.")


def version_of(content: dict[str, Any]) -> int:
    """The version of the Presentation API: by the context; where that is none of IIIF, by how the
    type is written; 0: it is none. Version 1 is written as 2 is."""
    context = content.get("@context")
    for one in context if isinstance(context, list) else [context]:
        match = _CONTEXT.search(one) if isinstance(one, str) else None
        if match:
            return max(2, int(match[1] or 2))
    if isinstance(content.get("@type"), str) and content["@type"].startswith("sc:"):
        return 2
    return 3 if "type" in content and objects(content.get("items")) else 0
