"""What a source is: it knows a layout of files when it sees it, and reads its records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from diffmine.data.dates.bins import Bins, Spanning
from diffmine.data.records import Dataset
from diffmine.data.web.fetching import Fetching


@dataclass(frozen=True)
class Columns:
    """The columns of a table that are asked for by name, an empty one is not asked for; what stands
    between the labels of a cell; what years make a label, None for the label as it is, and what
    becomes of a date that spans several; the table, and the sheet of it; columns that are kept as
    what may be a confound; by what pattern names say labels; and how what is of the web is
    fetched."""

    label: str = ""
    group: str = ""
    labels: str = ""
    separator: str = "|"
    bins: Bins | None = None
    spans: Spanning = "refuse"
    table: str = ""
    sheet: str = ""
    confounds: tuple[str, ...] = ()
    pattern: str = ""
    fetching: Fetching = field(default_factory=Fetching)


@dataclass(frozen=True)
class Source:
    """A kind of data set. `knows` says whether a folder is laid out so, `read` reads it and raises
    DataError where it cannot; neither opens a picture."""

    name: str
    knows: Callable[[Path], bool]
    read: Callable[[Path, Columns], Dataset]
