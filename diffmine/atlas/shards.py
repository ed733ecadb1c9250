"""Shards return, the atlas writes: the one loop of every stage whose work falls into shards.

A shard's function is picklable and opens what it needs in the process that runs it. It returns the
content of files and touches neither the manifest nor the report, so that any engine can run it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa

from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.writer import Workspace
from diffmine.engine import Engine, Progress, Report, Tell

Work = TypeVar("Work")
Files = dict[str, pa.Table | list[dict[str, Any]] | bytes]
"""Content by the file's name in the atlas: rows for a part of a folder of tables, bytes for scratch
files under work/."""


@dataclass(frozen=True)
class Shard(Generic[Work]):
    """Work that is computed and written together: `size` units of it, by the names of the files it
    becomes. `work` is all that its function needs to know, and can be pickled."""

    files: tuple[str, ...]
    size: int
    work: Work


@dataclass(frozen=True)
class Outcome:
    """What a shard became: the content of its files, and figures about the work."""

    files: Files
    figures: dict[str, float] = field(default_factory=dict)


@dataclass
class ShardFunction:
    """A function of shards of the atlas at `path`. What it opens (cached properties) stays with the
    process that opened it; only its fields are pickled."""

    path: Path

    def __getstate__(self) -> dict[str, Any]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @cached_property
    def atlas(self) -> Atlas:
        """The atlas, for reading, as the process sees it that holds it."""
        atlas = open_atlas(self.path)
        atlas.own_edits = True
        return atlas


def run_shards(
    workspace: Workspace,
    shards: Sequence[Shard[Work]],
    function: Callable[[Shard[Work], Tell], Outcome],
    *,
    engine: Engine,
    progress: Progress,
    report: Report,
    unit: str,
    again: bool = False,
    hear: Callable[[Outcome], None] = lambda outcome: None,
) -> None:
    """Compute the shards whose files are not there (`again`: all of them) and write the files of
    each as it is done.

    Units of work are counted in `report`; `hear` gets each shard's outcome once it is written. The
    caller holds the atlas.
    """
    there = workspace.there
    todo = [shard for shard in shards if again or not all(map(there, shard.files))]
    total = sum(shard.size for shard in shards)
    report.kept += total - sum(shard.size for shard in todo)
    begun: dict[int, float] = {}

    def tell(place: int, done: int | float, note: str) -> None:
        begun[place] = done
        finished = report.kept + report.done + int(sum(begun.values()))
        progress(report.stage, finished, total, unit, note)

    for place, outcome in engine.map(function, todo, tell):
        for name, content in outcome.files.items():
            workspace.put(name, content)
        begun.pop(place, None)
        report.done += todo[place].size
        hear(outcome)
        progress(report.stage, report.kept + report.done, total, unit)


__all__ = ["Files", "Outcome", "Shard", "ShardFunction", "run_shards"]
