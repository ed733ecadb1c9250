"""The atlas: the folder that holds everything known about one data set.

Every file is written whole or not at all, its digest is kept in atlas.json, and a stage is done
when its key (the digest of its configuration and of what it was computed from) stands there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int
from PIL import Image

from diffmine.atlas import edited, following, schemas
from diffmine.atlas.apart import file_apart
from diffmine.atlas.digests import Digests
from diffmine.atlas.edited import Built
from diffmine.atlas.edits import NAME as EDITS
from diffmine.atlas.edits import Edits, read_edits
from diffmine.atlas.keys import keys_of
from diffmine.atlas.lists import Lists, filled
from diffmine.atlas.manifest import Manifest, read_manifest
from diffmine.atlas.maps import Maps, read_known
from diffmine.atlas.names import Names
from diffmine.atlas.neighbours import Neighbours
from diffmine.atlas.pictures import Pictures, Views
from diffmine.atlas.records import ArtefactWarning, Patch
from diffmine.config import Config, TypicalityConfig, name_of, restored
from diffmine.errors import AtlasError
from diffmine.maths.overlap import HALF, iou
from diffmine.maths.score import Scoring
from diffmine.maths.scores import in_order

_KEPT_LISTS = 16


class Atlas:
    """An atlas that is open for reading, which needs no lock."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._tables: dict[str, tuple[tuple[int, int], pa.Table]] = {}
        self.digests = Digests(path)
        self._lists: Lists | None = None
        self._edited_lists: OrderedDict[tuple[str, int, int], pa.Table] = OrderedDict()
        self._edits, self._edits_of = Edits(), (Path(), 0, "")
        self.originals: Views | None = None
        """What shows the files themselves, in an atlas that was collected so
        (`diffmine.live.originals`)."""
        self.own_edits = False
        """Whether only the edits in its folder count, not those that this user keeps apart: what a
        stage computes does not depend on who runs it."""

    # What it is

    @property
    def labels(self) -> list[str]:
        """The labels in their order."""
        return self.manifest.labels

    @property
    def model_path(self) -> Path | str | None:
        """Folder of the model, or its repository on the Hub; None before there is one."""
        model = self.manifest.model
        if "path" in model:
            return (self.path / model["path"]).resolve()
        return model.get("repo")

    def configured(self, kind: type[Config]) -> Config:
        """The configuration that a stage was run with, by its kind; the defaults where it was never
        run or that cannot be read."""
        fields = self.manifest.config.get(name_of(kind), {})
        return restored(kind, fields if isinstance(fields, dict) else {})

    def scoring(self, draws: int = 0) -> Scoring:
        """How the images were scored: the one way in which stages and app score a window of them.
        `draws` replaces the number of draws unless 0."""
        return Scoring.of(self.configured(TypicalityConfig), draws)

    def needed_model(self) -> Path | str:
        """`model_path`; AtlasError when there is none."""
        if self.model_path is None:
            raise AtlasError(f"{self.path} has no model yet; run finetune on it or give --model.")
        return self.model_path

    # Reading

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A whole table by name (`images` comes without its pictures), kept until it changes.

        Columns that an older atlas lacks are null. Merges and splits of elements are applied.
        """
        path = self.path / f"{name}.parquet"
        if not path.is_file():
            raise AtlasError(f"{self.path} has no {name}.parquet yet; run diffmine build on it.")
        changed = (path.stat().st_mtime_ns, self.edited if name in edited.TABLES else 0)
        if name not in self._tables or self._tables[name][0] != changed:
            schema = schemas.TABLES[name]
            wanted = [field for field in schema.names if field != "image"]
            table = filled(read_known(path, wanted), schema, wanted)
            if changed[1]:
                table = edited.applied(self._built, name, table)
            self._tables[name] = (changed, table)
        table = self._tables[name][1]
        return table.select(list(columns)) if columns else table

    @property
    def edited(self) -> int:
        """When elements were last merged or split or that was taken back, in nanoseconds; 0 when
        they never were."""
        return self._edits_of[1] if self.edits.touched else 0

    @property
    def _built(self) -> Built:
        def features(names: list[str]) -> np.ndarray | None:
            if not names or not self.parts("features"):
                return None
            rows = self.neighbours.names.rows(names)
            return None if (rows < 0).any() else self.neighbours.matrix[rows]

        fresh = partial(self.fresh, "trends")
        return Built(self.labels, self.edits, features, self.rows, fresh)

    @property
    def edits(self) -> Edits:
        """What people did to elements, on the elements that are there now. Raises AtlasError when
        their file is broken."""
        path = self.edits_path
        try:
            written = path.stat().st_mtime_ns
        except OSError:
            written = 0
        state = (path, written, self.elements_digest)
        if self._edits_of != state:
            edits = read_edits(path)
            if (edits.every or edits.undone) and edits.elements != self.elements_digest:
                edits = following.followed(edits, self.elements_digest, self.built_patches())
            self._edits, self._edits_of = edits, state
        return self._edits

    @property
    def edits_path(self) -> Path:
        """The file of the edits: in the atlas, or where this user keeps them apart."""
        own, apart = self.path / EDITS, file_apart(self.path, self.manifest)
        return apart if not self.own_edits and apart.is_file() else own

    def built_patches(self) -> pa.Table:
        """The columns of patches.parquet by which edits follow, as built, and `hash`, that of the
        picture; no row where it is not there."""
        path, columns = self.path / "patches.parquet", following.COLUMNS
        table = schemas.PATCHES.empty_table().select(columns)
        if path.is_file():
            table = filled(read_known(path, columns), schemas.PATCHES, columns)
        known = self.picture_hashes()
        hashes = [known.get(name) for name in table["image_id"].to_pylist()]
        return table.append_column("hash", pa.array(hashes, pa.int64()))

    def picture_hashes(self) -> dict[str, int | None]:
        """The hash of each picture by its name; None where an older atlas has none."""
        if not self.has("images"):
            return {}
        columns = self.table("images", ["image_id", "hash"]).columns
        return dict(zip(*(column.to_pylist() for column in columns), strict=True))

    @property
    def names(self) -> dict[str, str]:
        """The names that people gave elements, by `LABEL/ELEMENT`."""
        names = {**self.manifest.names, **self.edits.names}
        return {place: name for place, name in names.items() if name}

    @property
    def elements_digest(self) -> str:
        """The digest of the elements as they were built."""
        return self.manifest.artefacts.get("elements.parquet", "")

    def has(self, name: str) -> bool:
        """Whether a table or a folder of parts is there."""
        return (self.path / f"{name}.parquet").is_file() or bool(self.parts(name))

    def parts(self, name: str) -> list[Path]:
        """The finished parts of a folder of tables (`maps`, `features`, `translations`)."""
        return sorted((self.path / name).glob("part-*.parquet"))

    def read_parts(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """All parts of a folder as one table."""
        paths = self.parts(name)
        if not paths:
            raise AtlasError(f"{self.path} has no {name} yet; run diffmine build on it.")
        return pa.concat_tables([read_known(path, columns) for path in paths])

    def read_part(self, name: str) -> pa.Table:
        """One part by its name in the atlas (`sums/part-00000.parquet`)."""
        return read_known(self.path / name, None)

    @cached_property
    def pictures(self) -> Pictures:
        """The images as mined."""
        return Pictures(self.path / "images.parquet")

    @cached_property
    def views(self) -> Views | None:
        """The copies that people look at, of those images that have one; None without any."""
        if self.manifest.config.get("data", {}).get("view") == "source":
            return self.originals
        path = self.path / "views.parquet"
        return Pictures(path) if path.is_file() else None

    def view(self, image_id: str) -> Image.Image:
        """What people look at, RGB: the copy where there is one, its sides the same multiple of
        those of the image as mined; else the image as mined."""
        views = self.views
        return (views if views and image_id in views else self.pictures).picture(image_id)

    @property
    def lists(self) -> Lists:
        """The patches as they were built, by row group; opened anew when the file has changed."""
        path = self.path / "patches.parquet"
        if not path.is_file():
            raise AtlasError(f"{self.path} has no patches.parquet yet; run diffmine build on it.")
        if self._lists is None or self._lists.written != path.stat().st_mtime_ns:
            self._lists = Lists(path)
        return self._lists

    def rows(
        self, label: str, kind: str = "top", start: int = 0, count: int | None = None
    ) -> pa.Table:
        """Rows of a list in the order of their rank, with merges and splits applied."""
        lists, changed = self.lists, self.edited if kind == "top" else 0
        first, last = self.bounds(label, kind)
        stop = last if count is None else min(first + start + count, last)
        if not changed:
            return lists.read(first + start, stop)
        key = (label, lists.written, changed)
        if key not in self._edited_lists:  # whole: an edit moves the centres of elements
            table = edited.applied(self._built, "patches", lists.read(first, last))
            self._edited_lists[key] = table
            if len(self._edited_lists) > _KEPT_LISTS:
                self._edited_lists.popitem(last=False)
        return self._edited_lists[key].slice(start, max(stop - first - start, 0))

    def patches(
        self, label: str, kind: str = "top", start: int = 0, count: int | None = None
    ) -> list[Patch]:
        """Patches of a label in the order of their rank; `kind` is top, least or random."""
        return [Patch(**row) for row in self.rows(label, kind, start, count).to_pylist()]

    def patches_at(self, rows: Int[np.ndarray, " n"]) -> list[Patch]:
        """The patches in some rows of patches.parquet, in the order asked for."""
        patches = [Patch(**row) for row in self.lists.take(rows).to_pylist()]
        if self.edited:
            for at, patch in enumerate(patches):
                if patch.kind == "top":
                    place = int(rows[at]) - self.bounds(patch.label)[0]
                    patches[at] = self.patches(patch.label, "top", place, 1)[0]
        return patches

    def bounds(self, label: str, kind: str = "top") -> tuple[int, int]:
        """The rows of patches.parquet that hold a list: the first, and the one after the last."""
        return self.lists.bounds.get((label, kind), (0, 0))

    def count(self, label: str, kind: str = "top") -> int:
        """How many patches of a kind a label has."""
        first, last = self.bounds(label, kind)
        return last - first

    def find(self, patch_id: str) -> Patch | None:
        """The patch of that name, None when there is none."""
        row = self.lists.names.row(patch_id)
        return None if row is None else self.patches_at(np.array([row]))[0]

    def patch(self, patch_id: str) -> Patch:
        """One patch by its name."""
        patch = self.find(patch_id)
        if patch is None:
            raise AtlasError(f"{self.path} holds no patch {patch_id!r}.")
        return patch

    def same_patch(self, patch: Patch) -> Patch | None:
        """The patch that shows the window of a patch of before: that of its label and kind in its
        image whose window shares more than half with it; None when there is none."""
        rows = self.rows(patch.label, patch.kind)
        rows = rows.filter(pc.equal(rows["image_id"], patch.image_id))
        window = (patch.row, patch.col, patch.size)
        near = [Patch(**row) for row in rows.to_pylist()]
        share = [iou(window, (other.row, other.col, other.size)) for other in near]
        best = int(np.argmax(share)) if share else 0
        return near[best] if share and share[best] > HALF else None

    def named(self, patch_ids: Sequence[str]) -> list[Patch]:
        """The patches of some names, without those that are not there."""
        rows = self.lists.names.rows(patch_ids)
        return self.patches_at(rows[rows >= 0])

    def element(self, label: str, element: int, count: int | None = None) -> list[Patch]:
        """The patches of an element, from its centre outwards."""
        rows = self.rows(label)
        rows = rows.filter(pc.equal(rows["element"], element)).sort_by("distance")
        return [Patch(**row) for row in rows.slice(0, count).to_pylist()]

    def warnings(self, label: str = "", *, every: bool = False) -> list[ArtefactWarning]:
        """The flagged signs that top patches (of a label, or of all) show the data set; with
        `every` the others too. An atlas without warnings.parquet has none."""
        if not self.has("warnings"):
            return []
        warnings = [ArtefactWarning(**row) for row in self.table("warnings").to_pylist()]
        return [w for w in warnings if (every or w.flagged) and label in ("", w.label)]

    @cached_property
    def neighbours(self) -> Neighbours:
        """Features of the top patches of all labels, to look up which are near each other."""
        return Neighbours.of(self.read_parts("features"))

    @cached_property
    def _maps(self) -> Maps:
        return Maps([*self.parts("maps"), *self.parts("maps-base")])

    def map(
        self, image_id: str, label: str, score: str = "typicality"
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Mean and standard error of an image's map of a score under a label, float32 (h, w) in
        latent pixels; None when the image was not scored so. Standard errors that were not kept
        are NaN."""
        return self._maps.map(image_id, label, score)

    def scores(self, image_id: str, label: str) -> list[str]:
        """The scores of which there is a map of an image under a label, in the order of their
        measures (maths/scores)."""
        return in_order(self._maps.scores(image_id, label))

    def image(self, image_id: str) -> dict[str, Any]:
        """The record of an image: label, width, height, group, year, source, licence, credit."""
        table = self.table("images")
        row = self._image_names.row(image_id)
        if row is None:
            raise AtlasError(f"{self.path} holds no image {image_id!r}.")
        return dict(table.slice(row, 1).to_pylist()[0])

    @cached_property
    def _image_names(self) -> Names:
        return Names(self.table("images", ["image_id"])["image_id"])

    # Whether it is up to date

    def finished(self, name: str) -> bool:
        """Whether an artefact is there as it was written: the digest is that of the manifest."""
        known = self.manifest.artefacts.get(name)
        return known is not None and self.digests.of(name) == known

    def fresh(self, stage: str) -> bool:
        """Whether a stage was computed from what is there now, by the keys that it wrote down."""
        return self.manifest.keys.get(stage) in keys_of(self.manifest, stage, self.edits.key)

    def _forget(self) -> None:
        for name in ("_maps", "_image_names", "pictures", "views", "neighbours"):
            self.__dict__.pop(name, None)


def open_atlas(path: str | Path) -> Atlas:
    """Open an atlas folder for reading, which needs no lock.

    Args:
        path: Folder with an atlas.json.

    Returns:
        The atlas: labels, patches, pictures, tables and, where there is one, the path of its model.

    Raises:
        AtlasError: The folder is no atlas, or one of another format.

    Example:
        >>> atlas = open_atlas("assets/atlases/cars")
        >>> atlas.labels[0], atlas.patches("1950s")[0].rank
        ('1920s', 1)
    """
    folder = Path(path)
    return Atlas(folder, read_manifest(folder))
