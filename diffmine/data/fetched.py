"""Pictures of a data set that are fetched before a build, one after another; those that are there
are not asked for again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from diffmine.config import DataConfig
from diffmine.data.records import Dataset, Record
from diffmine.data.web import texts
from diffmine.data.web.errors import PassingError
from diffmine.data.web.fetching import Fetching
from diffmine.data.web.remote import Place
from diffmine.data.web.store import Store
from diffmine.engine import Progress, Report, silent
from diffmine.errors import DataError, ImageError

ROW = 3
"""Pictures in a row that fail for now, after which it is the network that fails."""


def fetched(
    dataset: Dataset, config: DataConfig, progress: Progress = silent
) -> tuple[Dataset, Report | None]:
    """The data set with its pictures on the disk, those that are not to be had refused; and what
    was done, None where no picture is of the web.

    Raises:
        DataError: The network or a server fails for several pictures in a row, the server asks to
            be left alone, or the disk refuses. What was fetched is kept.
    """
    remote = sum(record.remote is not None for record in dataset)
    if not remote:
        return dataset, None
    report = Report("fetch")

    def tell() -> None:
        progress("fetch", report.done + report.kept + report.refused, remote, "pictures")

    store = Fetching.of(config).store(dataset.home, tell)
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
                self._picture(record, place)
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

    def _picture(self, record: Record, place: Place) -> None:
        """Fetch it from the first of its addresses that has it."""
        self.store.picture(place.addresses, record.path)

    def _refuse(self, record: Record, error: ImageError) -> None:
        reason = str(error)
        self.refused.append((record.image_id, reason))
        self.report.refused += 1
        self.failed = self.failed + 1 if isinstance(error, PassingError) else 0
        if self.failed >= ROW:
            raise DataError(texts.ENOUGH.format(count=ROW, reason=reason)) from error
        self.tell()
