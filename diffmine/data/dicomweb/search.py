"""Which films an archive has of what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from diffmine.data.dicomweb import texts
from diffmine.data.dicomweb.films import Described, described, films_of, uids_of
from diffmine.data.dicomweb.query import INSTANCE, SERIES, STUDY, Query
from diffmine.data.web.errors import EmptyError, LastingError, PassingError
from diffmine.data.web.store import Store
from diffmine.errors import DataError

MOST_SERIES, MOST_FILMS = 20_000, 200_000
_PAGE = 100
_JSON = "application/dicom+json"
Series = tuple[str, str]
"""A study and one of its series; an empty one stands for all of them."""
Tell = Callable[[int, int], None]


@dataclass
class Search:
    """What `query` finds; `notes` are what a person should know of it. What was answered is asked
    again only where the store asks anew."""

    query: Query
    store: Store
    notes: list[str] = field(default_factory=list)

    def films(self, tell: Tell) -> list[Described]:
        """All films that are asked for, described; `tell` hears of series. Raises DataError where
        the archive cannot be read, or there are too many."""
        try:
            return self._films(tell)
        except (LastingError, PassingError) as error:
            raise DataError(self.query.about(texts.UNREADABLE, reason=error)) from error

    def _films(self, tell: Tell) -> list[Described]:
        series = list(dict.fromkeys(self._series()))
        if not series:
            raise DataError(self.query.about(texts.NO_SERIES))
        films: dict[str, Described] = {}
        others = 0
        for number, one in enumerate(series):
            tell(number, len(series))
            for film in self._described(one):
                fits = film.fits(self.query.filters)
                others += not fits
                if fits:
                    films[film.name] = film
            if len(films) > MOST_FILMS:
                self._refuse(MOST_FILMS, "pictures")
        tell(len(series), len(series))
        if others and INSTANCE not in self.query.filters:
            self.notes.append(self.query.about(texts.MORE, count=others))
        return [films[name] for name in sorted(films)]

    def _series(self) -> Iterator[Series]:
        """The series in which what is asked for lies."""
        filters = self.query.filters
        studies, series, instances = (filters.get(n, ()) for n in (STUDY, SERIES, INSTANCE))
        if instances:
            for uid in instances:
                yield from self._searched("instances", f"{INSTANCE}={uid}")
        elif series:
            for uid in series:
                yield from self._searched("series", f"{SERIES}={uid}")
        elif studies:
            yield from ((uid, "") for uid in studies)
        else:
            yield from self._by_words()

    def _by_words(self) -> Iterator[Series]:
        """By what the standard lets ask a series for; each kind of device by itself, for a list of
        values is no search. An empty answer is no proof."""
        parts = self.query.filters.get("BodyPartExamined", ("",))
        kinds = self.query.filters.get("Modality", ("",))
        asked = [
            "&".join(
                f"{name}={value}"
                for name, value in (("Modality", kind), ("BodyPartExamined", part))
                if value
            )
            for kind in kinds
            for part in parts
        ]
        answers = [one for words in asked for one in self._searched("series", words)]
        if not answers and any(asked):
            answers = list(self._searched("series", ""))
            self.notes += [self.query.about(texts.BROADER)] if answers else []
        yield from answers

    def _searched(self, level: str, words: str) -> Iterator[Series]:
        """A search page by page, until one brings nothing new: some servers send all at once,
        whatever page they are asked for."""
        known: set[Series] = set()
        while True:
            page = f"limit={_PAGE}&offset={len(known)}"
            address = f"{self.query.service}/{level}?{'&'.join(filter(None, (words, page)))}"
            pairs = self._told(address, uids_of)
            new = [one for pair in pairs if (one := (pair[0], pair[1])) not in known]
            new = list(dict.fromkeys(new))
            known.update(new)
            yield from new
            if len(known) > MOST_SERIES:
                self._refuse(MOST_SERIES, "series")
            if not new or level == "instances" or len(pairs) < _PAGE:
                return

    def _described(self, one: Series) -> list[Described]:
        study, series = one
        inside = f"/series/{series}" if series else ""
        address = f"{self.query.service}/studies/{study}{inside}/metadata"
        return described(self._told(address, films_of))

    def _told(self, address: str, reduce: Callable[[Any], Any]) -> Any:
        """What is kept of an answer; nothing where there is none."""
        try:
            return self.store.reduced(address, _JSON, reduce)
        except EmptyError:
            return []

    def _refuse(self, most: int, what: str) -> None:
        raise DataError(self.query.about(texts.TOO_MANY, most=most, what=what))
