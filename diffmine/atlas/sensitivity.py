"""sensitivity.json and sensitivity.parquet: an atlas mined in other ways (docs/atlas-format.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from diffmine.atlas.atomic import write_bytes
from diffmine.atlas.evaluation import plain
from diffmine.atlas.manifest import key_of
from diffmine.atlas.reader import Atlas
from diffmine.atlas.several import COLUMNS, labels_of, some_of_each
from diffmine.atlas.slim import SENSITIVITY as NAME
from diffmine.atlas.writer import Workspace
from diffmine.config import SensitivityConfig, TypicalityConfig, as_dict
from diffmine.errors import AtlasError, UsageError
from diffmine.maths.scores.bands import band_of, edges_of

FORMAT = 1
TABLE, FOLDER = "sensitivity.parquet", "maps-again"
OWN = "as mined"
"""The variant that is the atlas's own."""
WHOLE, FIRST = "all draws", "first half of the draws"
"""Scores of maps-again: of the draws of a variant, and of the first half of them."""

FIGURES = ("overlap", "below", "images", "windows")
"""Figures of a row that have an interval; `below` is the overlap less that of the halves."""
_OTHERS = ("variant", "label", "top", "of", "n", "chance")
_HALVES = ("halves_overlap", "halves_images", "halves_windows")
_ROW = {*_OTHERS, *_HALVES, *(f"{name}{end}" for name in FIGURES for end in ("", "_low", "_high"))}
_VARIANT = {"name", "t_range", "seed", "draws", "new"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """A way to mine the same images again: from timesteps of 1,000 and a seed; `bands` of the
    atlas's own draws that make it up (none: its draws are new)."""

    name: str
    t_range: tuple[int, int]
    seed: int
    draws: int
    bands: tuple[str, ...] = ()

    @property
    def new(self) -> bool:
        """Whether its draws are new, and the model is called."""
        return not self.bands


@dataclass
class Sensitivity:
    """The parts of sensitivity.json; figures that are not known are None."""

    config: Row = field(default_factory=dict)
    own: Row = field(default_factory=dict)
    variants: list[Row] = field(default_factory=list)
    images: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


def variants_of(atlas: Atlas, config: SensitivityConfig) -> list[Variant]:
    """The ways in which an atlas is mined again: other timesteps, then other seeds.

    Raises UsageError for the atlas's own range of timesteps.
    """
    own = atlas.configured(TypicalityConfig)
    low, high = own.t_range
    edges = edges_of(own) if own.bands > 1 else []
    ranges = config.ranges
    if not ranges:
        middle = (low + high) // 2
        halves = ((low, middle), (middle, high))
        ranges = tuple(part for part in halves if part[0] < part[1])
    if own.t_range in ranges:
        raise UsageError(f"{low}-{high} are the timesteps that {atlas.path} was mined with.")
    variants = []
    for start, stop in ranges:
        inside = [e for e in edges if start <= e <= stop]
        whole = (start, stop) == (inside[0], inside[-1]) if inside else False
        bands = tuple(band_of(a, b) for a, b in pairwise(inside)) if whole else ()
        name = f"timesteps {start}-{stop}"
        variants.append(Variant(name, (start, stop), own.seed, own.count, bands))
    for number in range(own.seed + 1, own.seed + 1 + config.seeds):
        variants.append(Variant(f"seed {number}", own.t_range, number, own.count))
    if not variants:
        raise UsageError("There is nothing to compare with: give --t-ranges, or --seeds above 0.")
    return variants


def sample_of(atlas: Atlas, config: SensitivityConfig) -> dict[str, tuple[str, ...]]:
    """The images that are compared, each with its labels, in the order of their table."""
    table = atlas.table("images", COLUMNS)
    labels = dict(zip(table["image_id"].to_pylist(), labels_of(table), strict=True))
    return {name: tuple(labels[name]) for name in some_of_each(labels, config.images)}


def part_of(atlas: Atlas, variant: Variant, number: int, names: Sequence[str]) -> str:
    """The file of a variant's maps of some images. Its name says of what they are: of another
    model, other images or draws it is another one."""
    keys, how = atlas.manifest.keys, as_dict(atlas.configured(TypicalityConfig))
    drawn = [how[field] for field in ("preset", "precision")]
    known = [keys.get(name, "") for name in ("model", "images")]
    scored = [variant.t_range, variant.seed, variant.draws]
    key = key_of("again", known, drawn, scored, list(names))[:12]
    return f"{FOLDER}/part-{key}-{number:05d}.parquet"


def write_sensitivity(atlas: Workspace, result: Sensitivity) -> None:
    """Write the file and note it as an artefact; the caller holds the atlas."""
    content = {"format": FORMAT, **plain(asdict(result))}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(atlas.path / NAME, text.encode())
    atlas.note(NAME)


def read_sensitivity(atlas: Atlas) -> Sensitivity | None:
    """What an atlas holds of it, None when it was never asked for; AtlasError when it cannot be
    read. Whether it is still about the atlas's mining, `has("sensitivity")` says."""
    path = atlas.path / NAME
    if not path.is_file():
        return None
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if fields.pop("format") != FORMAT:
            raise AtlasError(f"{path} is of a format that this diffmine does not read.")
        result = Sensitivity(**fields)
        low, high = result.own["t_range"]
        known = {one["name"] for one in result.variants if set(one) >= _VARIANT}
        whole = all(set(row) >= _ROW and row["variant"] in known for row in result.rows)
        if not (whole and low < high and sum(result.images.values()) and result.own["draws"]):
            raise ValueError("something is missing in it")
        return result
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise AtlasError(f"{path} cannot be read: {error}.") from error
