"""What every export format is given, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from diffmine.atlas.reader import Atlas
from diffmine.export.chosen import Chosen

File = tuple[str, bytes]


@dataclass(frozen=True)
class Lists:
    """The first `count` patches of each label; `kind` is top, random or least."""

    labels: Sequence[str]
    kind: str
    count: int


@dataclass(frozen=True)
class Order:
    """The patches that are to leave an atlas, in their order.

    `name` is that of the files without an ending; `images` shows each patch's whole image beside
    it; `lists` says where the patches came from, None for those that someone chose one by one.
    `films`: the folder in which the images' files lie, where the atlas does not know it; with
    `identity` results carry who the patient of a film is.
    """

    atlas: Atlas
    chosen: Sequence[Chosen]
    name: str = "patches"
    images: bool = False
    lists: Lists | None = None
    films: Path | None = None
    identity: bool = False


@dataclass(frozen=True)
class Format:
    """One way for patches to leave: what the faces say of it, and how its files are made."""

    button: str
    """Text of the app's button."""
    help: str
    """What it is, for the help of the command."""
    ending: str
    """Ending of the file, without a dot; of a folder's index."""
    files: Callable[[Order], Iterable[File]]
    """Makes the files: (name, bytes). One file may be given any other name."""
    also: str = ""
    """A name that several formats share: the ending of the file then says which."""
    count: int | None = None
    """Patches of each label where nobody says how many; None: all."""
    ours: Callable[[Path], bool] | None = None
    """Of a format that is a folder: whether the one at a path is of this format, and may be
    replaced."""
    quick: bool = False
    """Whether it takes no time, however many patches there are."""
    told: Callable[[Path], str] | None = None
    """Of a format that is a folder: what is said of the one that was written at a path."""
    programs: bool = False
    """Whether it is for programs rather than for people to look at."""
    films: bool = False
    """Whether it is about DICOM films alone, and asks where they lie."""


def marked(index: str, mark: bytes) -> Callable[[Path], bool]:
    """Whether the file `index` of a folder bears a mark near its beginning: `ours` of a format."""

    def ours(path: Path) -> bool:
        file = path / index
        return file.is_file() and mark in file.read_bytes()[:4096]

    return ours
