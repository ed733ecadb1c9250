"""The atlas as it is written: by one process at a time, every file whole or not at all.

A stage is done when its key (the digest of its configuration and of what it was computed from)
stands in atlas.json, beside the digest of each file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from diffmine.atlas import schemas
from diffmine.atlas.apart import file_apart, is_apart
from diffmine.atlas.atomic import remove, sha256, sweep, whole, write_bytes
from diffmine.atlas.edits import NAME as EDITS
from diffmine.atlas.edits import Edits, read_edits, text_of
from diffmine.atlas.following import anchored
from diffmine.atlas.health import FOREIGN, OWN, WORDS, SourceFiles, broken_model, digests_of
from diffmine.atlas.holding import holding
from diffmine.atlas.keys import keys_of, pieces_of
from diffmine.atlas.manifest import Manifest, check_name, key_of, read_manifest, write_manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.rowgroups import described
from diffmine.atlas.scratch import readable
from diffmine.atlas.stages import STAGES, stage_of
from diffmine.config import Config, as_dict, results
from diffmine.errors import AtlasError

_PATCHES = "patches.parquet"
_OURS = (".parquet", ".csv", ".json")
"""Endings of diffmine's files: nothing else is removed for a manifest that names it."""
_WEIGHTS = ".safetensors"


class Workspace(Atlas):
    """An atlas that may be written while it is held (`hold`)."""

    @contextmanager
    def hold(self, wait: float = 0.0) -> Iterator[None]:
        """Keep other writers out; AtlasError names the process that holds the atlas."""
        with holding(self.path, wait):
            sweep(self.path)
            self.manifest = read_manifest(self.path)
            own, self.own_edits = self.own_edits, True
            try:
                self._note_edits()
                yield
            finally:
                self.own_edits = own
                self.digests.save()

    @contextmanager
    def hold_edits(self, wait: float = 5.0) -> Iterator[None]:
        """Keep others out who would change the edits: those in the atlas, or those that this user
        keeps apart because the atlas is embedded or read-only. AtlasError when elements were found
        anew since this atlas was opened: what is to be edited is not there any more."""
        before = self.elements_digest
        with self._apartholding(wait) if self.apart else self.hold(wait):
            if before not in ("", self.elements_digest):
                raise AtlasError(
                    f"The elements of {self.path} were found anew meanwhile, so nothing was "
                    "changed; look at them again."
                )
            yield

    @contextmanager
    def _apartholding(self, wait: float) -> Iterator[None]:
        folder = self.edits_folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AtlasError(f"{folder} cannot be made: {error.strerror or error}.") from error
        with holding(folder, wait):
            self.manifest = read_manifest(self.path)
            yield

    @property
    def apart(self) -> bool:
        """Whether this user's edits are not written into the atlas."""
        if self.own_edits:
            return False
        return is_apart(self.path) or self.edits_path.parent != self.path

    def begin(self, stage: str, config: Config) -> Config | None:
        """Start a stage or continue it; None when it is already done as configured.

        Gives the configuration to work with: what is gone on with keeps the size of its shards.
        Parts computed under another configuration, or from other inputs, are dropped; settings
        that change no result (config.CHANGE_NO_RESULT) drop nothing, and those that say how far a
        stage goes (Stage.extends) leave its unfinished work.
        """
        manifest, begun = self.manifest, f"{stage}:begun"
        same = self._same_results(stage, config)
        if same and self.fresh(stage):
            return None
        known = manifest.keys.get(begun) in keys_of(manifest, stage, self.edits.key)
        if same and (known or self._same_pieces(stage)):
            config = _in_shards_of(config, manifest.config[stage])
        else:
            further = known and self._same_results(stage, config, stage_of(stage).extends)
            self.drop(stage, work=not further)
        manifest.keys.pop(stage, None)
        manifest.config[stage] = as_dict(config)
        manifest.keys[begun] = keys_of(manifest, stage, self.edits.key)[0]
        if stage_of(stage).piecewise:
            manifest.keys[f"{stage}:pieces"] = pieces_of(manifest, stage)
        # What is written anew lacks what another stage adds to it.
        self.reopen(*(other.name for other in STAGES if other.completes_files_of(stage)))
        self.save()
        return config

    def reopen(self, *stages: str) -> None:
        """Have finished stages go on, with what is there of them; the caller saves."""
        keys = self.manifest.keys
        for stage in stages:
            if stage in keys:
                keys[f"{stage}:begun"] = keys.pop(stage)

    def _same_pieces(self, stage: str) -> bool:
        """Whether only some pieces of a stage's inputs have changed since it was begun."""
        known = self.manifest.keys.get(f"{stage}:pieces")
        return bool(stage_of(stage).piecewise) and known == pieces_of(self.manifest, stage)

    def _same_results(self, stage: str, config: Any, but_for: tuple[str, ...] = ()) -> bool:
        """Whether a stage's stored configuration gives the same results as another, but for some
        fields."""
        stored = self.manifest.config.get(stage)
        if stored is None:
            return False
        with suppress(TypeError):  # of what has no defaults every field is stored
            stored = as_dict(type(config)()) | stored
        plain = json.loads(json.dumps([stored, as_dict(config)]))
        ours, theirs = (results(stage, fields) for fields in plain)
        return {**ours, **dict.fromkeys(but_for)} == {**theirs, **dict.fromkeys(but_for)}

    def mend(self) -> list[str]:
        """Forget the files that are not as they were written, so that the stages that make them go
        on with them; their names. What people wrote (edits.json) stays as it is."""
        broken = [name for name in self.manifest.artefacts if not self.finished(name)]
        broken = [name for name in broken if name != EDITS]
        if self.manifest.model.get("path") == OWN:
            broken += [f"{OWN}/{name}" for name in broken_model(self)]
        for name in broken:
            if name.startswith(f"{OWN}/") or name.endswith(_OURS):
                remove(self.path / name)
            self.manifest.artefacts.pop(name, None)
            self.reopen(*(stage.name for stage in STAGES if name.startswith(stage.makes)))
        if broken:
            self._forget()
            self.save()
        return broken

    def end(self, stage: str) -> None:
        """Mark a stage done."""
        remove(self.path / "work" / stage)
        work = self.path / "work"
        if work.is_dir() and not any(work.iterdir()):  # another stage's may be there
            remove(work)
        self.manifest.keys[stage] = self.manifest.keys.pop(f"{stage}:begun")
        self.save()

    def attach_model(self, folder: Path, path: str) -> None:
        """Note which model the atlas is computed with; `path` as it will stand in atlas.json."""
        files = digests_of(folder)
        older = key_of([digest for name, digest in files.items() if name.endswith(_WEIGHTS)])
        key = key_of({name: digest for name, digest in files.items() if name not in WORDS})
        noted = self.manifest.model.get("files", files)
        if self.manifest.keys.get("model") == older and noted == files:
            key = older  # of the weights alone, as older versions wrote it
        self._use_model({"path": path, "sha256": key, "files": files})

    def attach_foreign(self, key: str, text: str, sources: Mapping[str, SourceFiles]) -> None:
        """Note that the atlas is computed with a model that is not ours: its key, the text of the
        diffmine.json that says how it is asked, and its files by what it was asked for as."""
        write_bytes(self.path / FOREIGN, text.encode())
        self.note(FOREIGN)
        read = {
            name: {"path": source.path, "files": source.files} for name, source in sources.items()
        }
        self._use_model({"path": FOREIGN, "sha256": key, "sources": read})

    def _use_model(self, model: dict[str, Any]) -> None:
        known = self.manifest.keys.get("model")
        if known is not None and known != model["sha256"]:
            self.drop_after("model")
        if model.get("path") != FOREIGN:
            self.remove(FOREIGN)
        self.manifest.model = model
        self.manifest.keys["model"] = model["sha256"]
        self.save()

    @property
    def edits_folder(self) -> Path:
        """Where edits are written."""
        return file_apart(self.path, self.manifest).parent if self.apart else self.path

    def keep_edits(self, edits: Edits) -> None:
        """Write the edits, whole or not at all; the caller holds them."""
        write_bytes(self.edits_folder / EDITS, text_of(edits))
        if not self.apart:
            self.note(EDITS)

    def follow_edits(self) -> dict[str, float]:
        """Take the edits to the elements that are there now; figures of how many went along and how
        many were set aside, where there are any."""
        edits = self.edits
        if edits != read_edits(self.edits_path):
            self.keep_edits(edits)
        figures = {"names and edits that went along": len(edits.along)}
        figures |= {"set aside": len(edits.waiting)}
        return {name: float(count) for name, count in figures.items() if count}

    def anchor_edits(self) -> None:
        """Note what the edits of an older atlas are about, and its names, before that goes."""
        names, edits = self.manifest.names, self.edits
        bare = [edit for edit in edits.in_force if not edit.about and edit.kind != "discard"]
        if (names or bare) and (self.path / "patches.parquet").is_file():
            edits = anchored(edits, names, self.built_patches())
            self.manifest.names = {}
            self.keep_edits(replace(edits, elements=self.elements_digest))

    def _note_edits(self) -> None:
        """Note edits that were written by a process that was killed before it noted them, and that
        a person removed the file."""
        if (self.path / EDITS).is_file() and not self.finished(EDITS):
            with suppress(AtlasError):  # broken: it stays as it is, and check names it
                read_edits(self.path / EDITS)
                self.note(EDITS)
        elif EDITS in self.manifest.artefacts and not (self.path / EDITS).exists():
            del self.manifest.artefacts[EDITS]
            self.save()

    def drop(self, stage: str, *, work: bool = True) -> None:
        """Remove what a stage wrote, and with `work` what is unfinished; what people did to its
        elements stays."""
        if _PATCHES in stage_of(stage).makes:
            self.anchor_edits()
        if work:
            remove(self.path / "work" / stage)
        self.remove(*stage_of(stage).files)
        for key in [k for k in self.manifest.keys if k.partition(":")[0] == stage]:
            del self.manifest.keys[key]

    def drop_stale(self, stage: str) -> None:
        """Remove what a stage that is not asked for now made of something that is not there any
        more."""
        keys = keys_of(self.manifest, stage, self.edits.key)
        known = {self.manifest.keys.get(stage), self.manifest.keys.get(f"{stage}:begun")} - {None}
        if known and not known & set(keys):
            self.drop(stage)
            self.save()

    def drop_after(self, changed: str) -> None:
        """Remove what stages made of an input that changes, or of each other: what is there never
        speaks of two states at once. Stages that work piece by piece find out by themselves."""
        gone = {changed}
        for stage in STAGES:
            if gone & set(stage.inputs):
                gone.add(stage.name)
                if not gone & set(stage.inputs) <= set(stage.piecewise):
                    self.drop(stage.name)
        self.save()

    def remove(self, *prefixes: str) -> None:
        """Remove the artefacts whose names begin with one of the prefixes."""
        for name in [n for n in self.manifest.artefacts if n.startswith(prefixes)]:
            remove(self.path / name)
            del self.manifest.artefacts[name]

    def note_of(self, stage: str, name: str) -> dict[str, Any] | None:
        """What a stage saved for itself by `keep_note`, or as a scratch file; None if nothing, or
        nothing that can be read."""
        path = self.path / "work" / stage / f"{name}.json"
        try:
            return dict(json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def keep_work(self, stage: str, **others: str) -> None:
        """Drop what a stage that was stopped had made of other images than are there now, or of
        `others` (digests by name) than were noted; what was not noted may have been the same."""
        now = {"images": self.manifest.keys.get("images", ""), **others}
        noted = self.note_of(stage, "images")
        if noted is None or noted != {name: now.get(name) for name in noted}:
            remove(self.path / "work" / stage)
        if noted != now:
            self.keep_note(stage, "images", now)

    def keep_note(self, stage: str, name: str, values: dict[str, Any]) -> None:
        """Save values that the stage needs to continue; they are removed when it ends."""
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
                write_statistics=described(schema),
            )
        self.note(name)

    def put(self, name: str, content: pa.Table | list[dict[str, Any]] | bytes) -> None:
        """Write a part of a folder of tables, whose columns its folder says, or the bytes of a
        scratch file under work/, of which no digest is kept."""
        if isinstance(content, bytes):
            write_bytes(self.path / name, content)
            return
        schema, group = schemas.PARTS[name.partition("/")[0]]
        self.write(name, content, schema, group)

    def there(self, name: str) -> bool:
        """Whether a file is there as it was written; a scratch file under work/, of which no digest
        is noted, if it is there to its end."""
        if name.startswith("work/"):
            return readable(self.path / name)
        return self.finished(name)

    def note(self, name: str) -> None:
        """Note the digest of a finished artefact."""
        self.manifest.artefacts[name] = sha256(self.path / name)
        self._forget()
        self.save()

    def save(self) -> None:
        """Write the manifest."""
        write_manifest(self.path, self.manifest)


def _in_shards_of(config: Config, stored: dict[str, Any]) -> Config:
    shard = stored.get("shard")
    if shard is None or shard == getattr(config, "shard", shard):
        return config
    return replace(config, shard=shard)  # type: ignore[type-var]


def open_workspace(path: str | Path) -> Workspace:
    """Open an atlas folder to write in it; AtlasError when it is no atlas or of another format."""
    folder = Path(path)
    return Workspace(folder, read_manifest(folder))


def create_workspace(path: str | Path, manifest: Manifest) -> Workspace:
    """Make an empty atlas folder, or open the one that is there."""
    folder = Path(path)
    check_name(folder)
    if (folder / "atlas.json").is_file():
        return open_workspace(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_manifest(folder, manifest)
    except OSError as error:
        raise AtlasError(f"{folder} cannot be made: {error.strerror or error}.") from error
    return Workspace(folder, manifest)
