"""Pictures of a data set that are fetched before a build, one after another; those that are there
are not asked for again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from diffmine.config import DataConfig
from diffmine.data.records import Dataset, Record
from diffmine.data.web import texts
from diffmine.data.web.errors import PassingError
from diffmine.data.web.fetching import Fetching
from diffmine.data.web.store import Store
from diffmine.engine import Progress, Report, silent
from diffmine.errors import DataError, ImageError

GB = 10**9
ROW = 3
"""Pictures in a row that fail for now, after which it is the network that fails."""


def fetched(
    dataset: Dataset, config: DataConfig, progress: Progress = silent
) -> tuple[Dataset, Report | None]:
    """The data set with its pictures on the disk, those that are not to be had refused; and what
    was done, None where no picture is of the web.

    Raises:
        DataError: It is more than one build fetches, or than the disk holds; the network or a
            server fails for several pictures in a row, the server asks to be left alone, or the
            disk refuses. What was fetched is kept.
    """
    remote = sum(record.remote is not None for record in dataset)
    if not remote:
        return dataset, None
    report = Report("fetch")

    def tell() -> None:
        progress("fetch", report.done + report.kept + report.refused, remote, "pictures")

    store = Fetching.of(config).store(dataset.home, tell, dataset.login)
    _check_size([r for r in dataset if r.remote and not r.path.is_file()], config, store.folder)
    with closing(store.client):
        store.sweep()
        work = _Work(store, report, tell)
        records = [one for record in dataset if (one := work.record(record)) is not None]
    if not records:
        raise DataError(f"No picture of {dataset.named} can be fetched: {work.refused[0][1]}.")
    refused = (*dataset.refused, *work.refused)
    labels = {label for record in records for label in record.labels or (record.label,)}
    known = tuple(label for label in dataset.labels if label in labels)
    report.figures["requests"] = float(store.client.requests)
    return replace(dataset, records=tuple(records), refused=refused, labels=known), report.close()


def _check_size(missing: Sequence[Record], config: DataConfig, folder: Path) -> None:
    """Refuse more than is to be fetched, where the server said how much it is."""
    size = sum(record.remote.size for record in missing if record.remote)
    told = {"count": len(missing), "size": f"{size / GB:.1f}"}
    if config.fetch_limit and size > config.fetch_limit * GB:
        raise DataError(texts.TOO_MUCH.format(limit=f"{config.fetch_limit:g}", **told))
    there = next((one for one in (folder, *folder.parents) if one.is_dir()), None)
    free = shutil.disk_usage(there).free if size and there else size
    if size > free:
        raise DataError(texts.NO_ROOM.format(free=f"{free / GB:.1f}", folder=folder, **told))


class _Work:
    def __init__(self, store: Store, report: Report, tell: Callable[[], None]) -> None:
        self.store, self.report, self.tell = store, report, tell
        self.refused: list[tuple[str, str]] = []
        self.failed = 0

    def record(self, record: Record) -> Record | None:
        """A record with its picture on the disk, or None with a row of why there is none."""
        if record.remote is None:
            return record
        there = record.path.is_file()
        try:
            place = record.remote.place(self.store)
            if not there:
                record.remote.fetch(self.store, place, record.path)
        except ImageError as error:
            if there:  # what is not known of it alone is its place on the canvas
                self.report.kept += 1
                self.tell()
                return record
            self._refuse(record, error)
            return None
        self.failed = 0
        self.report.kept += there
        self.report.done += not there
        self.tell()
        return replace(record, canvas=place.canvas or record.canvas, remote=None)

    def _refuse(self, record: Record, error: ImageError) -> None:
        reason = str(error)
        self.refused.append((record.image_id, reason))
        self.report.refused += 1
        self.failed = self.failed + 1 if isinstance(error, PassingError) else 0
        if self.failed >= ROW:
            raise DataError(texts.ENOUGH.format(count=ROW, reason=reason)) from error
        self.tell()
