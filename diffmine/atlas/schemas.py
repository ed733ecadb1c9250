"""The columns of every table of an atlas (docs/atlas-format.md), in the order they are written."""

from __future__ import annotations

import pyarrow as pa

_PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_SEEN = {"huggingface": '{"info": {"features": {"image": {"_type": "Image"}}}}'}
"""By this the Hub's viewer and `datasets` know the column `image` as pictures."""
_HALVES = pa.list_(pa.float16())
_FLOATS = pa.list_(pa.float32())
_BOX = pa.list_(pa.float64())

IMAGES = pa.schema(
    [
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("image", _PICTURE),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("group", pa.string()),
        ("year", pa.int32()),
        ("source_url", pa.string()),
        ("licence", pa.string()),
        ("credit", pa.string()),
        ("hash", pa.int64()),
        ("source_width", pa.int32()),
        ("source_height", pa.int32()),
        ("labels", pa.list_(pa.string())),
        ("source_digest", pa.string()),
        ("split", pa.string()),
        ("title", pa.string()),
        ("creator", pa.string()),
        ("holder", pa.string()),
        ("identifier", pa.string()),
        ("rights", pa.string()),
        ("attribution", pa.string()),
        ("date", pa.string()),
        ("date_first", pa.int32()),
        ("date_last", pa.int32()),
        ("canvas", pa.string()),
        ("canvas_width", pa.int32()),
        ("canvas_height", pa.int32()),
        ("canvas_box", _BOX),
        ("region", pa.string()),
        ("region_box", _BOX),
        ("generated", pa.string()),
    ],
    _SEEN,
)
MAPS = pa.schema(
    [
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("score", pa.string()),
        ("height", pa.int32()),
        ("width", pa.int32()),
        ("mean", _HALVES),
        ("standard_error", _HALVES),
        ("decay", _FLOATS),
        ("draws", pa.int32()),
        ("typicality", pa.float32()),
        ("se", pa.float32()),
        ("image_digest", pa.string()),
    ]
)
SUMS = pa.schema(
    [
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("score", pa.string()),
        ("height", pa.int32()),
        ("width", pa.int32()),
        ("draws", pa.int32()),
        ("goal", pa.int32()),
        ("mean", _FLOATS),
        ("squares", _FLOATS),
        ("blocks", _FLOATS),
        ("image_digest", pa.string()),
        ("race", pa.list_(pa.float64())),
    ]
)
VIEWS = pa.schema([("image_id", pa.string()), ("image", _PICTURE), ("times", pa.int32())], _SEEN)
TRAINED = pa.schema(
    [
        ("image_id", pa.string()),
        ("source_digest", pa.string()),
        ("labels", pa.list_(pa.string())),
    ]
)
PATCHES = pa.schema(
    [
        ("patch_id", pa.string()),
        ("label", pa.string()),
        ("kind", pa.string()),
        ("rank", pa.int32()),
        ("image_id", pa.string()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        ("size", pa.int32()),
        ("typicality", pa.float32()),
        ("se", pa.float32()),
        ("element", pa.int32()),
        ("distance", pa.float32()),
        ("map_x", pa.float32()),
        ("map_y", pa.float32()),
        ("rank_low", pa.int32()),
        ("rank_high", pa.int32()),
        ("noise", pa.bool_()),
        ("own_x", pa.float32()),
        ("own_y", pa.float32()),
    ]
)
DUPLICATES = pa.schema(
    [
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("group", pa.int32()),
        ("distance", pa.int32()),
    ]
)
WARNINGS = pa.schema(
    [
        ("label", pa.string()),
        ("kind", pa.string()),
        ("share", pa.float32()),
        ("expected", pa.float32()),
        ("n", pa.int32()),
        ("flagged", pa.bool_()),
        ("test", pa.string()),
        ("low", pa.float32()),
        ("high", pa.float32()),
        ("expected_low", pa.float32()),
        ("expected_high", pa.float32()),
        ("groups", pa.int32()),
    ]
)
CONFOUNDS = pa.schema(
    [
        ("label", pa.string()),
        ("name", pa.string()),
        ("column", pa.bool_()),
        ("level", pa.string()),
        ("least", pa.float64()),
        ("below", pa.bool_()),
        ("inside", pa.int32()),
        ("n", pa.int32()),
        ("outside", pa.int32()),
        ("m", pa.int32()),
        ("accuracy", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("chance", pa.float64()),
        ("p", pa.float64()),
        ("single", pa.bool_()),
        ("strong", pa.bool_()),
        ("images", pa.list_(pa.string())),
    ]
)
FEATURES = pa.schema([("patch_id", pa.string()), ("feature", _HALVES)])
ELEMENTS = pa.schema(
    [
        ("label", pa.string()),
        ("element", pa.int32()),
        ("rank", pa.int32()),
        ("median", pa.float32()),
        ("size", pa.int32()),
        ("spread", pa.float32()),
        ("mixed", pa.bool_()),
        ("name", pa.string()),
        ("like_label", pa.string()),
        ("like_element", pa.int32()),
        ("likeness", pa.float32()),
    ]
)
TRANSLATIONS = pa.schema(
    [
        ("patch_id", pa.string()),
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("target", pa.string()),
        ("image", _PICTURE),
        ("typicality_before", pa.float32()),
        ("se_before", pa.float32()),
        ("typicality_after", pa.float32()),
        ("se_after", pa.float32()),
        ("own_before", pa.float32()),
        ("own_after", pa.float32()),
        ("outline", pa.float32()),
        ("outside", pa.float32()),
    ],
    _SEEN,
)
TRENDS = pa.schema(
    [
        ("kind", pa.string()),
        ("label", pa.string()),
        ("element", pa.int32()),
        ("patch_id", pa.string()),
        ("target", pa.string()),
        ("share", pa.float32()),
        ("low", pa.float32()),
        ("high", pa.float32()),
        ("typicality", pa.float32()),
        ("se", pa.float32()),
        ("n", pa.int32()),
    ]
)
SHOWN = pa.schema(
    [
        ("label", pa.string()),
        ("element", pa.int32()),
        ("target", pa.string()),
        ("image_id", pa.string()),
    ]
)
PARALLEL = pa.schema(
    [
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("target", pa.string()),
        ("image", _PICTURE),
        ("height", pa.int32()),
        ("width", pa.int32()),
        ("mean", _HALVES),
        ("typicality", pa.float32()),
    ],
    _SEEN,
)
PARALLEL_WINDOWS = pa.schema(
    [
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("target", pa.string()),
        ("kind", pa.string()),
        ("window", pa.string()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        ("size", pa.int32()),
        ("typicality", pa.float32()),
        ("light", pa.float32()),
        ("ink", pa.float32()),
        ("edges", pa.float32()),
        ("colour", pa.float32()),
        ("before", _HALVES),
        ("after", _HALVES),
    ]
)
SEQUENCES = pa.schema(
    [
        ("window", pa.string()),
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        ("size", pa.int32()),
        ("rank", pa.int32()),
        ("typicality", pa.float32()),
        ("curve", _FLOATS),
        ("change", pa.int32()),
        ("distance", pa.float32()),
    ]
)
CHANGES = pa.schema(
    [
        ("change", pa.int32()),
        ("rank", pa.int32()),
        ("size", pa.int32()),
        ("median", pa.float32()),
        ("spread", pa.float32()),
        ("name", pa.string()),
        ("most_typical", pa.string()),
        ("most_changed", pa.string()),
        ("light", _FLOATS),
        ("ink", _FLOATS),
        ("edges", _FLOATS),
        ("colour", _FLOATS),
    ]
)
COUNTS = pa.schema(
    [
        ("label", pa.string()),
        ("element", pa.int32()),
        ("target", pa.string()),
        ("n", pa.int32()),
        ("before", pa.int32()),
        ("after", pa.int32()),
        ("added", pa.int32()),
        ("added_low", pa.float32()),
        ("added_high", pa.float32()),
        ("removed", pa.int32()),
        ("removed_low", pa.float32()),
        ("removed_high", pa.float32()),
        ("control_n", pa.int32()),
        ("control_added", pa.int32()),
        ("control_removed", pa.int32()),
        ("added_patches", pa.list_(pa.string())),
        ("removed_patches", pa.list_(pa.string())),
    ]
)
BOXES = pa.schema(
    [
        ("image_id", pa.string()),
        ("label", pa.string()),
        ("element", pa.string()),
        ("row", pa.float32()),
        ("col", pa.float32()),
        ("height", pa.float32()),
        ("width", pa.float32()),
    ]
)
SENSITIVITY = pa.schema(
    [
        ("variant", pa.string()),
        ("label", pa.string()),
        ("rank", pa.int32()),
        ("patch_id", pa.string()),
        ("image_id", pa.string()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        ("size", pa.int32()),
        ("typicality", pa.float32()),
        ("se", pa.float32()),
        ("matched", pa.bool_()),
    ]
)
TABLES = {
    "images": IMAGES,
    "patches": PATCHES,
    "duplicates": DUPLICATES,
    "warnings": WARNINGS,
    "confounds": CONFOUNDS,
    "elements": ELEMENTS,
    "trends": TRENDS,
    "shown": SHOWN,
    "sequences": SEQUENCES,
    "changes": CHANGES,
    "counts": COUNTS,
    "boxes": BOXES,
    "trained": TRAINED,
    "sensitivity": SENSITIVITY,
}
PARTS = {
    "maps": (MAPS, 64),
    "maps-base": (MAPS, 64),
    "maps-again": (MAPS, 64),
    "sums": (SUMS, 0),
    "features": (FEATURES, 0),
    "translations": (TRANSLATIONS, 128),
    "parallel": (PARALLEL, 128),
    "parallel-windows": (PARALLEL_WINDOWS, 1024),
}
"""Folders of parts: the columns of a part, and the rows of a row group (0: all of it in one)."""
