"""Where the files of a data set lie, when it is fetched and unpacked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diffmine.config import DataConfig
from diffmine.data.buckets import bucket_of
from diffmine.data.hub import address_of, fetch
from diffmine.data.mirror import mirrored
from diffmine.data.zips import unpacked, zips_of
from diffmine.engine import Progress, silent
from diffmine.errors import DataError


@dataclass(frozen=True)
class Place:
    """The folder in which the files lie; the one that is named to people; what was refused on the
    way; what to know; and title and address of a data set that was fetched."""

    folder: Path
    named: Path
    refused: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    title: str = ""
    origin: str = ""


def place_of(path: str | Path, config: DataConfig, progress: Progress = silent) -> Place:
    """The place of the data set that a person named: a folder, a zip file, or an address of a
    bucket or the Hub. Raises DataError for what is none, and for what cannot be fetched or
    unpacked."""
    bucket = bucket_of(str(path))
    if bucket is not None:
        folder, refused = mirrored(bucket, progress)
        title = (bucket.key or bucket.name).rpartition("/")[2]
        return _unzipped(Place(folder, folder, refused, (), title, str(bucket)), progress)
    address = address_of(str(path), config.source)
    if address is None:
        return _unzipped(Place(Path(path), Path(path)), progress)
    fetched = fetch(address, config.sheet)
    origin = address.at(fetched.commit)
    note = f"{origin} is what is read; that address reads the same again."
    title = address.repo.rpartition("/")[2]
    place = Place(fetched.folder, fetched.folder, (), (note,), title, origin)
    return _unzipped(place, progress)


def _unzipped(place: Place, progress: Progress) -> Place:
    folder = place.folder
    zips = zips_of(folder)
    if not zips and not folder.is_dir():
        raise DataError(
            f"{folder} is not a folder; give a folder of labelled pictures, a zip file of one, or "
            "a IIIF manifest."
        )
    if not zips:
        return place
    inside, refused = unpacked(folder, progress)
    refused = (*place.refused, *refused)
    return Place(inside, folder, refused, place.notes, place.title, place.origin)
