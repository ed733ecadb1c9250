"""A look at every picture of a data set, behind the fence; those that were looked at before are not
decoded again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from diffmine.config import DataConfig
from diffmine.data.glance import Glance, read_glances
from diffmine.data.glances import Glances, glances
from diffmine.data.image import check_shape
from diffmine.data.readers.wishes import Wishes
from diffmine.data.records import Dataset, Record
from diffmine.engine import Progress, silent
from diffmine.errors import ImageError


@dataclass(frozen=True)
class Looked:
    """The pictures that can be read, with a look at each, and why others are refused."""

    records: tuple[Record, ...]
    glances: tuple[Glance, ...]
    refused: tuple[tuple[str, str], ...] = ()


def look(dataset: Dataset, config: DataConfig, progress: Progress = silent) -> Looked:
    """Look at all pictures; `progress` may raise `Cancelled`, and what was seen is kept."""
    with glances(dataset.path, config.burned_in) as known:
        seen: list[Glance | ImageError | None] = [_known(known, r, config) for r in dataset]
        missing = [place for place, one in enumerate(seen) if one is None]
        done = len(dataset) - len(missing)

        def tell() -> None:
            progress("look", done, len(dataset), "images")

        paths = [dataset.records[place].path for place in missing]
        read = read_glances(paths, config.image_size, tell, Wishes(burned_in=config.burned_in))
        with closing(read) as outcomes:
            for place, outcome in zip(missing, outcomes, strict=True):
                seen[place] = outcome
                if isinstance(outcome, Glance):
                    known.keep(dataset.records[place], outcome)
                done += 1
                tell()
    pairs = list(zip(dataset.records, seen, strict=True))
    good = [(record, one) for record, one in pairs if isinstance(one, Glance)]
    refused = tuple((r.image_id, str(one)) for r, one in pairs if isinstance(one, ImageError))
    return Looked(tuple(r for r, _ in good), tuple(one for _, one in good), refused)


def remembered(
    dataset: Dataset,
    config: DataConfig,
    refused: Callable[[str], bool],
    also: Mapping[str, Glance] | None = None,
) -> Looked | None:
    """The same from earlier looks alone, and from those `also` known by the pictures' names; None
    where one is missing, but for those `refused`."""
    others = also or {}
    with glances(dataset.path, config.burned_in) as known:
        records = [record for record in dataset if not refused(record.image_id)]
        seen = [others.get(record.image_id) or known.of(record) for record in records]
    good = tuple(one for one in seen if one is not None)
    return Looked(tuple(records), good) if records and len(good) == len(records) else None


def _known(known: Glances, record: Record, config: DataConfig) -> Glance | ImageError | None:
    glance = known.of(record)
    if glance is not None:
        try:
            check_shape(glance.width, glance.height, config.image_size)
        except ImageError as error:
            return error
    return glance
