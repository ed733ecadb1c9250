"""The atlas: the folder that holds everything known about one data set.

Every file is written whole or not at all, its digest is kept in atlas.json, and a stage is done
when its key (the digest of its configuration and of what it was computed from) stands there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from jaxtyping import Int

from diffmine.config import as_dict
from diffmine.errors import AtlasError
from diffmine.store import edited, edits, schemas
from diffmine.store.atomic import sha256, sweep, whole, write_bytes
from diffmine.store.lists import Lists, filled
from diffmine.store.manifest import Manifest, key_of, read_manifest, write_manifest
from diffmine.store.maps import Maps, read_known
from diffmine.store.neighbours import Neighbours
from diffmine.store.patch import Patch
from diffmine.store.pictures import Pictures
from diffmine.store.warning import ArtefactWarning

UPSTREAM = {
    "finetune": ("images",),
    "typicality": ("images", "model"),
    "mine": ("typicality",),
    "cluster": ("mine", "model"),
    "translate": ("cluster", "model"),
    "trends": ("cluster", "translate"),
    "parallel": ("mine", "model"),
}
PREFIXES = {
    "finetune": ("work/finetune/",),
    "typicality": ("maps/",),
    "mine": ("patches.parquet", "duplicates.parquet", "warnings.parquet"),
    "cluster": ("features/", "elements.parquet", edits.NAME),
    "translate": ("translations/",),
    "trends": ("trends.parquet", "sequences.parquet", "changes.parquet", "counts.parquet"),
    "parallel": ("parallel/", "parallel-windows/"),
}

EDITED = ("trends",)  # stages that merges and splits make out of date
_KEPT_LISTS = 16


class Atlas:
    """An open atlas. Reading needs no lock; `hold()` before writing."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._tables: dict[str, tuple[tuple[int, int], pa.Table]] = {}
        self._lists: Lists | None = None
        self._edited_lists: OrderedDict[tuple[str, int, int], pa.Table] = OrderedDict()

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

    def needed_model(self) -> Path | str:
        """The same; AtlasError when there is none."""
        if self.model_path is None:
            raise AtlasError(f"{self.path} has no model yet; run finetune on it or give --model.")
        return self.model_path

    # Reading

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A whole table by name (`images` comes without its pictures), kept until it changes.

        Columns that an older atlas lacks are null. Merges and splits of elements are in it.
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
                table = edited.applied(self, name, table)
            self._tables[name] = (changed, table)
        table = self._tables[name][1]
        return table.select(list(columns)) if columns else table

    @property
    def edited(self) -> int:
        """When elements were last merged or split, in nanoseconds; 0 when they never were."""
        path = self.path / edits.NAME
        return path.stat().st_mtime_ns if path.is_file() else 0

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
        """Rows of a list in the order of their rank, merges and splits in them."""
        lists, changed = self.lists, self.edited if kind == "top" else 0
        first, last = self.bounds(label, kind)
        stop = last if count is None else min(first + start + count, last)
        if not changed:
            return lists.read(first + start, stop)
        key = (label, lists.written, changed)
        if key not in self._edited_lists:  # whole: an edit moves the centres of elements
            found = edited.applied(self, "patches", lists.read(first, last))
            self._edited_lists[key] = found
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
        found = [Patch(**row) for row in self.lists.take(rows).to_pylist()]
        if self.edited:
            for at, patch in enumerate(found):
                if patch.kind == "top":
                    place = int(rows[at]) - self.bounds(patch.label)[0]
                    found[at] = self.patches(patch.label, "top", place, 1)[0]
        return found

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
        found = self.find(patch_id)
        if found is None:
            raise AtlasError(f"{self.path} holds no patch {patch_id!r}.")
        return found

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
        found = [ArtefactWarning(**row) for row in self.table("warnings").to_pylist()]
        return [w for w in found if (every or w.flagged) and label in ("", w.label)]

    @cached_property
    def neighbours(self) -> Neighbours:
        """Features of the top patches of all labels, to ask what is near to what."""
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

    def image(self, image_id: str) -> dict[str, Any]:
        """The record of an image: label, width, height, group, year, source, licence, credit."""
        table = self.table("images")
        row = self._image_rows.get(image_id)
        if row is None:
            raise AtlasError(f"{self.path} holds no image {image_id!r}.")
        return dict(table.slice(row, 1).to_pylist()[0])

    @cached_property
    def _image_rows(self) -> dict[str, int]:
        names = self.table("images", ["image_id"])["image_id"].to_pylist()
        return {name: row for row, name in enumerate(names)}

    # Writing

    @contextmanager
    def hold(self, wait: float = 0.0) -> Iterator[None]:
        """Keep other writers out; AtlasError names the process that holds the atlas."""
        lock = FileLock(self.path / ".diffmine.lock", timeout=wait)
        owner = self.path / ".diffmine.owner"
        try:
            lock.acquire()
        except Timeout as error:
            who = owner.read_text() if owner.is_file() else "another process"
            raise AtlasError(f"{self.path} is held by {who}; wait for it or stop it.") from error
        try:
            owner.write_text(f"process {os.getpid()}")
            sweep(self.path)
            self.manifest = read_manifest(self.path)
            yield
        finally:
            owner.unlink(missing_ok=True)
            lock.release()

    def begin(self, stage: str, config: Any, *extra: Any) -> bool:
        """Start or go on with a stage; False when it is already done as configured.

        Parts computed under another configuration, or from other inputs, are dropped.
        """
        manifest = self.manifest
        key = key_of(stage, as_dict(config), self._inputs(stage), *extra)
        if manifest.keys.get(stage) == key:
            return False
        if manifest.keys.get(f"{stage}:begun") != key:
            self.drop(stage)
            manifest.keys[f"{stage}:begun"] = key
        manifest.keys.pop(stage, None)
        manifest.config[stage] = as_dict(config)
        self.save()
        return True

    def _inputs(self, stage: str) -> list[str]:
        names = UPSTREAM[stage]
        # Without edits the list is as it was before there were any: finished trends stay finished.
        if stage in EDITED and "edits" in self.manifest.keys:
            names = (*names, "edits")
        return [self.manifest.keys.get(name, "") for name in names]

    def fresh(self, stage: str) -> bool:
        """Whether a stage was computed from what is there now, by the keys that it wrote down."""
        manifest = self.manifest
        key = key_of(stage, manifest.config.get(stage, {}), self._inputs(stage))
        return manifest.keys.get(stage) == key

    def end(self, stage: str) -> None:
        """Mark a stage done."""
        self.manifest.keys[stage] = self.manifest.keys.pop(f"{stage}:begun")
        shutil.rmtree(self.path / "work" / stage, ignore_errors=True)
        with suppress(OSError):  # another stage's work may be there
            (self.path / "work").rmdir()
        self.save()

    def attach_model(self, folder: Path, path: str) -> None:
        """Note which model the atlas is computed with; `path` as it will stand in atlas.json."""
        weights = sorted(folder.rglob("*.safetensors"))
        digest = key_of([sha256(file) for file in weights])
        self.manifest.model = {"path": path, "sha256": digest}
        self.manifest.keys["model"] = digest
        self.save()

    def rename(self, label: str, element: int, name: str) -> None:
        """Give an element a name of at most 80 characters; an empty one takes it back."""
        with self.hold(wait=5.0):
            key = f"{label}/{element}"
            self.manifest.names.pop(key, None)
            if name.strip():
                self.manifest.names[key] = " ".join(name.split())[:80]
            self.save()

    def drop(self, stage: str) -> None:
        """Remove what a stage wrote, finished or not."""
        shutil.rmtree(self.path / "work" / stage, ignore_errors=True)
        self.remove(*PREFIXES[stage])
        self.manifest.keys.pop(stage, None)
        if edits.NAME in PREFIXES[stage]:
            self.manifest.keys.pop("edits", None)

    def remove(self, *prefixes: str) -> None:
        """Remove the artefacts whose names begin so."""
        for name in [n for n in self.manifest.artefacts if n.startswith(prefixes)]:
            (self.path / name).unlink(missing_ok=True)
            del self.manifest.artefacts[name]

    def note_of(self, stage: str, name: str) -> dict[str, Any] | None:
        """What a stage wrote down for itself while it works; None when it did not."""
        path = self.path / "work" / stage / f"{name}.json"
        return dict(json.loads(path.read_text())) if path.is_file() else None

    def keep_note(self, stage: str, name: str, values: dict[str, Any]) -> None:
        """Write something down that the stage needs when it goes on; gone when it ends."""
        write_bytes(self.path / "work" / stage / f"{name}.json", json.dumps(values).encode())

    def write(
        self, name: str, rows: pa.Table | list[dict[str, Any]], schema: pa.Schema, group: int = 0
    ) -> None:
        """Write a table whole (`name` relative to the atlas) and note its digest."""
        table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, schema)
        path = self.path / name
        # Numbers hardly repeat: a dictionary of them makes maps nearly half as large again.
        words = [field.name for field in schema if pa.types.is_string(field.type)]
        with whole(path) as temporary:
            pq.write_table(
                table.cast(schema),
                temporary,
                compression="zstd",
                row_group_size=group or None,
                use_dictionary=words,
            )
        self.note(name)

    def note(self, name: str) -> None:
        """Note the digest of a finished artefact."""
        self.manifest.artefacts[name] = sha256(self.path / name)
        self._forget()
        self.save()

    def finished(self, name: str) -> bool:
        """Whether an artefact is there as it was written: the digest is that of the manifest."""
        known = self.manifest.artefacts.get(name)
        path = self.path / name
        return known is not None and path.is_file() and sha256(path) == known

    def save(self) -> None:
        """Write the manifest."""
        write_manifest(self.path, self.manifest)

    def _forget(self) -> None:
        for name in ("_maps", "_image_rows", "pictures", "neighbours"):
            self.__dict__.pop(name, None)


def open_atlas(path: str | Path) -> Atlas:
    """Open an atlas folder for reading; AtlasError when it is none or of another format."""
    folder = Path(path)
    return Atlas(folder, read_manifest(folder))


def create_atlas(path: str | Path, manifest: Manifest) -> Atlas:
    """Make an empty atlas folder, or open the one that is there."""
    folder = Path(path)
    if (folder / "atlas.json").is_file():
        return open_atlas(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_manifest(folder, manifest)
    except OSError as error:
        raise AtlasError(f"{folder} cannot be made: {error.strerror or error}.") from error
    return Atlas(folder, manifest)


__all__ = ["Atlas", "Patch", "create_atlas", "open_atlas"]
