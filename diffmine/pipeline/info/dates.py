"""What became of every text that was read as a date: its years, its labels, or why not."""

from __future__ import annotations

from dataclasses import dataclass

from diffmine.config import DataConfig
from diffmine.data.bins import bins_by, bins_of, date_of, year_of
from diffmine.data.dates import texts
from diffmine.data.dates.bins import Bins, Spanning
from diffmine.data.dates.date import NoDate
from diffmine.data.records import Dataset


@dataclass(frozen=True)
class Phrase:
    """A text, in how many rows it stands, its years in words, the labels that it gives or the year
    that is noted (`became`), and why it gives none."""

    text: str
    count: int
    years: str
    became: tuple[str, ...]
    reason: str

    @property
    def plain(self) -> bool:
        """Whether it is a bare year that was taken."""
        return not self.reason and self.text.lstrip("-").isdecimal()


def phrases(dataset: Dataset, config: DataConfig) -> tuple[Phrase, ...]:
    """Every different text: those that are refused first, then the commonest."""
    bins = bins_by(config)
    read = [_phrase(text, count, bins, config.label_spans) for text, count in dataset.dates]
    return tuple(sorted(read, key=lambda p: (not p.reason, p.plain, -p.count, p.text)))


def _phrase(text: str, count: int, bins: Bins | None, spans: Spanning) -> Phrase:
    date = date_of(text)
    if isinstance(date, NoDate):
        return Phrase(text, count, "", (), date.reason)
    years = texts.years(date.first, date.last) + texts.marks(date.approximate, date.uncertain)
    if bins:
        labels, reason = bins_of(text, bins, spans)
        return Phrase(text, count, years, labels, _bare(reason, text))
    year = year_of(text)
    if year is None:
        end = "end" if date.last is None else "beginning"
        return Phrase(text, count, years, (), texts.OPEN_BINS.format(end=end))
    return Phrase(text, count, years, (texts.year(year),), "")


def _bare(reason: str, text: str) -> str:
    """A reason without the text that stands beside it."""
    return reason.removeprefix(f"its date {text!r}: ")
