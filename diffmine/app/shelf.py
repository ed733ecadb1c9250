"""An open atlas and what the app derives from it: sheets, pictures, heat maps, neighbours.

Everything here reads; nothing is computed with a model. What is slow is cached.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diffmine.app import sprites, texts
from diffmine.app.cache import Cache, digest
from diffmine.app.components.heat import heat
from diffmine.atlas.alike import Alike
from diffmine.atlas.dated import Dated, dated
from diffmine.atlas.evaluation import Evaluation, read_evaluation
from diffmine.atlas.filters import Sieve
from diffmine.atlas.generated import GeneratedPictures
from diffmine.atlas.listing import Listing
from diffmine.atlas.neighbours import Neighbours
from diffmine.atlas.pictures import pixels_of
from diffmine.atlas.records import Patch
from diffmine.atlas.sensitivity import Sensitivity, read_sensitivity
from diffmine.atlas.several import COLUMNS, counts_of
from diffmine.atlas.sightings import Looker
from diffmine.atlas.support import Supports
from diffmine.atlas.trends import share_table, trend_rows
from diffmine.atlas.writer import Workspace
from diffmine.errors import AtlasError
from diffmine.export import pictures
from diffmine.live.originals import Originals
from diffmine.live.signs import Sign, patches_of, signs
from diffmine.maths.heat import scale
from diffmine.maths.scores import TYPICALITY, Measure, measure_of
from diffmine.maths.seriation import Places, correspondence
from diffmine.words import records as words

PAGE = 100
_KEPT_PICTURES = 512
_SAMPLED_MAPS, _LOOKED_AT = 16, 64

Row = dict[str, Any]
_MARKS = {"webp": b"WEBP", "jpg": b"\xff\xd8\xff"}
"""By which picture files are told, in their first bytes; all others are PNG."""


class Shelf:
    """One atlas in the app, known to the browser by its key."""

    def __init__(self, key: str, atlas: Workspace, cache: Cache) -> None:
        self.key = key
        self.atlas = atlas
        self.cache = cache
        self.version = self._version()
        self._pictures: OrderedDict[str, np.ndarray] = OrderedDict()
        self._scales: dict[str, float] = {}
        self._lock = Lock()

    def _version(self) -> str:
        artefacts = sorted(self.atlas.manifest.artefacts.items())
        return digest(str(self.atlas.path.resolve()), artefacts, self.atlas.edited)

    # What it is

    @property
    def title(self) -> str:
        """The atlas's title, else its folder's name."""
        return self.atlas.manifest.title or self.atlas.path.name

    @property
    def labels(self) -> list[str]:
        """The labels in their order."""
        return self.atlas.labels

    @property
    def model(self) -> Path | None:
        """Folder of a model, or what says where its files lie, if they are all on this machine."""
        path, sources = self.atlas.model_path, self.atlas.manifest.sources.values()
        if path is None:
            return None
        place = Path(path)
        if place.is_file():
            folders = [(Path(source["path"]), source["files"]) for source in sources]
            here = all((folder / file).is_file() for folder, files in folders for file in files)
            return place if here and sources else None
        return place if (place / "model_index.json").is_file() else None

    @cached_property
    def mined_side(self) -> int:
        """Short side in pixels that pictures of this atlas are scaled to."""
        known = self.atlas.manifest.config.get("data", {}).get("image_size")
        if isinstance(known, int):
            return known
        sizes = self.atlas.table("images", ["width", "height"])
        return int(min(sizes["width"][0].as_py(), sizes["height"][0].as_py()))

    @cached_property
    def _made(self) -> frozenset[str]:
        table = self.atlas.table("images", ["image_id", "generated"])
        generated = pc.not_equal(pc.fill_null(table["generated"], ""), "")
        return frozenset(table["image_id"].filter(generated).to_pylist())

    def made(self, image_id: str) -> bool:
        """Whether an image of the atlas was made by a model."""
        return image_id in self._made

    @cached_property
    def image_counts(self) -> dict[str, int]:
        """How many images each label has; an image with several labels counts under each."""
        return dict(counts_of(self.atlas.table("images", COLUMNS)))

    @cached_property
    def evaluation(self) -> Evaluation | None:
        """The results of an evaluation, if there is one that can be read."""
        try:
            return read_evaluation(self.atlas)
        except AtlasError:
            return None

    @cached_property
    def sensitivity(self) -> Sensitivity | None:
        """What is known of the same mining in other ways, if it can be read."""
        try:
            known = read_sensitivity(self.atlas)
        except AtlasError:
            return None
        return known if self.atlas.has("sensitivity") else None

    def signs(self, label: str) -> list[Sign]:
        """Signs that a label's top patches show the data set rather than the label."""
        if label not in self._signs:
            self._signs[label] = signs(self.atlas, label, self.evaluation)
        return self._signs[label]

    @cached_property
    def _signs(self) -> dict[str, list[Sign]]:
        return {}

    def showing(self, label: str, sign: Sign) -> list[Patch]:
        """The top patches that a sign is about."""
        return patches_of(self.atlas, label, sign, self.evaluation)

    def known(self, patch_id: str) -> Patch | None:
        """The patch of that name; None when there is none."""
        return self.atlas.find(patch_id)

    @cached_property
    def sieve(self) -> Sieve:
        """What filters the lists of patches."""
        return Sieve(self.atlas)

    # Pictures

    def pixels(self, image_id: str) -> np.ndarray:
        """An image as mined, uint8 (h, w, 3)."""
        with self._lock:
            if image_id in self._pictures:
                self._pictures.move_to_end(image_id)
                return self._pictures[image_id]
        pixels = np.asarray(self.atlas.pictures.picture(image_id))
        with self._lock:
            self._pictures[image_id] = pixels
            if len(self._pictures) > _KEPT_PICTURES:
                self._pictures.popitem(last=False)
        return pixels

    def crop(self, patch: Patch) -> np.ndarray:
        """The pixels of a patch, uint8 (side, side, 3): out of the copy for people where there is
        one, else as mined."""
        if self.times(patch.image_id) > 1:
            return np.asarray(pictures.seen(self.atlas, patch))
        row, col, size = patch.row, patch.col, patch.size
        return self.pixels(patch.image_id)[row : row + size, col : col + size]

    def sheet(self, patches: Sequence[Patch]) -> sprites.Sheet:
        """The sprite sheet of some patches, in their order."""
        size = max((patch.size * self.times(patch.image_id) for patch in patches), default=1)
        tile, columns = sprites.fit((size, size)), sprites.columns_for(len(patches))
        shown = [(patch.patch_id, self.times(patch.image_id)) for patch in patches]
        name = digest(self.version, "sheet", shown)

        def make() -> bytes:
            if isinstance(self.atlas.views, Originals):
                self.atlas.views.prepare([patch.image_id for patch in patches])
            tiles = [self.crop(patch) for patch in patches]
            generated = any(self.made(patch.image_id) for patch in patches)
            return sprites.png(sprites.compose(tiles, tile, columns), generated=generated)

        return sprites.Sheet(self.cache.file(f"{name}.png", make), tile, columns, len(patches))

    def image_file(self, image_id: str) -> Path:
        """The whole image as a file, byte for byte as the atlas holds it: the copy for people where
        there is one."""
        views = self.atlas.views
        source = views if views and image_id in views else self.atlas.pictures
        content = source.content(image_id)
        kind = next((k for k, mark in _MARKS.items() if mark in content[:12]), "png")
        name = f"{digest(self.version, 'image', image_id, self.times(image_id))}.{kind}"
        return self.cache.file(name, lambda: content)

    def times(self, image_id: str) -> int:
        """How many times as large what is shown of an image is as the image as mined."""
        views = self.atlas.views
        return views.times(image_id) if views and image_id in views else 1

    def heat_file(self, image_id: str, label: str, score: str = "typicality") -> Path | None:
        """The map of an image's score under a label as a transparent picture; None where the
        atlas holds none."""
        known = self.atlas.map(image_id, label, score)
        if known is None:
            return None
        record = self.atlas.image(image_id)
        shape = (int(record["height"]), int(record["width"]))
        name = f"{digest(self.version, 'heat', image_id, label, score)}.png"
        return self.cache.file(name, lambda: heat.picture(known[0], shape, self.scale_of(score)))

    @property
    def heat_scale(self) -> float:
        """The typicality that is drawn at full strength: the same for all maps of the atlas."""
        return self.scale_of(TYPICALITY.name)

    def scale_of(self, score: str) -> float:
        """The value of a score that is drawn at full strength: the same for all maps of its kind,
        from a sample of them."""
        measure = measure_of(score)
        if measure is None:
            return 1.0
        if measure.name not in self._scales:
            maps = self._sampled(measure, 2) or self._sampled(measure, _LOOKED_AT)
            self._scales[measure.name] = scale(maps)
        return self._scales[measure.name]

    def _sampled(self, measure: Measure, count: int) -> list[np.ndarray]:
        """Some maps of a measure: of the images of each label's first `count` patches."""
        patches = (
            patch for label in self.labels for patch in self.atlas.patches(label, "top", 0, count)
        )
        maps = (
            self.atlas.map(patch.image_id, patch.label, score)
            for patch in patches
            for score in self.atlas.scores(patch.image_id, patch.label)
            if measure.knows(score)
        )
        known = (pair[0] for pair in maps if pair is not None)
        return list(itertools.islice(known, _SAMPLED_MAPS))

    # Elements and names

    @cached_property
    def _elements(self) -> dict[str, list[Row]]:
        ranked: dict[str, list[Row]] = {label: [] for label in self.labels}
        if self.atlas.has("elements"):
            for row in self.atlas.table("elements").to_pylist():
                ranked.setdefault(row["label"], []).append(row)
        return {label: sorted(rows, key=lambda row: row["rank"]) for label, rows in ranked.items()}

    def elements(self, label: str) -> list[Row]:
        """The elements of a label in the order of their rank."""
        return self._elements.get(label, [])

    def has_element(self, label: str, element: int | None) -> bool:
        """Whether a label has that element."""
        return any(row["element"] == element for row in self.elements(label))

    @cached_property
    def supports(self) -> Supports:
        """What elements rest on."""
        return Supports(self.atlas)

    def element_name(self, label: str, element: int) -> str:
        """What people call an element: given here, given by the build, or its number."""
        for row in self.elements(label):
            if row["element"] == element:
                return words.element(row, self.atlas.names)
        return texts.ELEMENT_NUMBER.format(number=element)

    @cached_property
    def looker(self) -> Looker:
        """What tells which images show an element."""
        return Looker(self.atlas)

    @cached_property
    def alike(self) -> Alike:
        """What tells which elements look alike."""
        return Alike(self.atlas, self.looker)

    @cached_property
    def listing(self) -> Listing:
        """The images as a list that is sorted and searched."""
        return Listing(self.atlas, self.sieve)

    @cached_property
    def dated(self) -> Dated:
        """When the images are from."""
        return dated(self.atlas)

    # Neighbours

    @property
    def _neighbours(self) -> Neighbours | None:
        return self.atlas.neighbours if self.atlas.parts("features") else None

    def similar(self, patch_id: str, count: int = 24) -> list[Patch]:
        """The patches of all labels whose features are nearest to a patch's, nearest first."""
        neighbours = self._neighbours
        return self._patches(neighbours.nearest(patch_id, count)) if neighbours else []

    def nearest(self, patch_id: str, names: Sequence[str], count: int) -> list[str]:
        """Of some patches, those whose features are nearest to a patch's, nearest first; none
        when it has no features."""
        neighbours = self._neighbours
        own = neighbours.names.row(patch_id) if neighbours else None
        if neighbours is None or own is None:
            return []
        others = [name for name in names if name != patch_id]
        return [name for name, _ in neighbours.among(neighbours.matrix[own], others, count)]

    def like_element(self, label: str, element: int, target: str, count: int = 24) -> list[Patch]:
        """Top patches of `target` nearest to the centre of an element of `label`."""
        neighbours = self._neighbours
        if neighbours is None:
            return []
        centre = neighbours.centre([patch.patch_id for patch in self.atlas.element(label, element)])
        if centre is None:
            return []
        pool = self.atlas.rows(target)["patch_id"].to_pylist()
        return self._patches(neighbours.among(centre, pool, count))

    def _patches(self, near: list[tuple[str, float]]) -> list[Patch]:
        return self.atlas.named([name for name, _ in near])

    # Trends and translations

    def trends(self, kind: str, **equal: Any) -> list[Row]:
        """Rows of trends.parquet of a kind whose columns equal the values given."""
        return list(trend_rows(self.atlas, kind, **equal).to_pylist())

    @cached_property
    def places(self) -> Places:
        """Where the labels lie by the elements they share."""
        return correspondence(share_table(self.atlas))

    @cached_property
    def _translations(self) -> tuple[pa.Table, dict[str, list[int]]] | None:
        if not self.atlas.parts("translations"):
            return None
        table = self.atlas.read_parts("translations")
        rows: dict[str, list[int]] = {}
        for at, name in enumerate(table["patch_id"].to_pylist()):
            rows.setdefault(name, []).append(at)
        return table, rows

    def translations(self, patch_id: str) -> list[Row]:
        """Stored translations of a patch's image, one row for each target."""
        stored = self._translations
        if stored is None:
            return []
        table, rows = stored
        return list(table.take(pa.array(rows.get(patch_id, []), pa.int64())).to_pylist())

    @cached_property
    def _generated(self) -> GeneratedPictures:
        return GeneratedPictures(self.atlas.parts("parallel"))

    def generated(self, image_id: str, target: str) -> np.ndarray | None:
        """An image of the parallel set under a label, uint8 (h, w, 3); None where there is none."""
        content = self._generated.content(image_id, target)
        return None if content is None else pixels_of(content)

    def rows_of(self, name: str) -> list[Row]:
        """The rows of a table of the atlas; none where there is no such table."""
        return list(self.atlas.table(name).to_pylist()) if self.atlas.has(name) else []

    def translated(self) -> frozenset[str]:
        """Patches that have stored translations."""
        return frozenset(self._translations[1]) if self._translations else frozenset()

    def forget(self) -> None:
        """Read derived tables again: the atlas was changed."""
        self.version = self._version()
        derived = [
            *("_elements", "_generated", "_made", "_signs", "image_counts"),
            *("looker", "dated", "listing", "alike"),
        ]
        for name in derived:
            self.__dict__.pop(name, None)
