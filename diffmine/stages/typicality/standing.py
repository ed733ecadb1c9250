"""How a race stands after each round: the marks of the labels, what controls say, the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, dataclass
from functools import cached_property

from diffmine.atlas.writer import Workspace
from diffmine.config import TypicalityConfig
from diffmine.maths.score import half
from diffmine.model.draws import together
from diffmine.model.tally import Tally
from diffmine.stages.typicality.controls import Fit, Missed, Record, Spread, chosen, reading
from diffmine.stages.typicality.race import (
    EARLY,
    FIRST,
    PER_IMAGE,
    Mark,
    mark_of,
    rounds,
    runner_of,
)
from diffmine.stages.typicality.tables import (
    Named,
    draws_in,
    read_sums,
    records_in,
    sums_name,
)

RACE = "race"
"""A configuration of the manifest that is none of a stage: the account of a race (`Missed`)."""


@dataclass
class Standing:
    """Rounds, marks and account of one run of the stage; a run that is no race has one round."""

    atlas: Workspace
    config: TypicalityConfig
    images: Mapping[int, Named]

    @cached_property
    def early(self) -> bool:
        """Whether it is a race that begins with a single pair."""
        return bool(self.config.adaptive) and self.config.scheme == "common"

    @cached_property
    def goals(self) -> list[int]:
        """Draws at the end of each round."""
        count = self.config.count
        return rounds(count, self.early) if self.config.adaptive else [count]

    @cached_property
    def controls(self) -> frozenset[str]:
        """The images that are scored in full whatever happens."""
        if not self.early:
            return frozenset()
        named = ((name, own[0]) for images in self.images.values() for name, own in images)
        return chosen(named, self.config.seed)

    def draws(self, number: int) -> int:
        """Draws that a shard's sums hold; 0 without any, or with more than are asked for, since
        none can be taken back."""
        name = sums_name(number)
        held = draws_in(self.atlas.path / name) if self.atlas.finished(name) else 0
        return held if held <= self.config.count else 0

    def every(self) -> Iterator[tuple[str, str, Tally, Record | None]]:
        """Each image with its label, its tally and, of a control, what is kept beside it."""
        for number, images in self.images.items():
            if not self.draws(number):
                continue
            path = self.atlas.path / sums_name(number)
            tallies, records = read_sums(path, together(self.config.scheme))[1], records_in(path)
            for name, own in images:
                if name in tallies:
                    yield name, own[0], tallies[name], records.get(name)

    def marks(self, after: int) -> dict[str, Mark]:
        """The mark of each label after the round that ended at `after` draws; kept on the disk,
        because a run that continues finds some shards of the next round finished already."""
        name = f"standing-{after}"
        known = self.atlas.note_of("typicality", name)
        if known is None:
            known = {label: astuple(mark) for label, mark in self._marks(after).items()}
            self.atlas.keep_note("typicality", name, known)
        return {label: Mark(*values) for label, values in known.items()}

    def _marks(self, after: int) -> dict[str, Mark]:
        every = self.every()
        fits: dict[str, list[Fit]] = {label: [] for label in self.atlas.labels}
        bests: dict[str, list[float]] = {label: [] for label in self.atlas.labels}
        early: dict[str, list[float]] = {label: [] for label in self.atlas.labels}
        for name, label, tally, record in every:
            draws = int(tally.draws.max())
            if draws < min(after, half(self.config.count)):
                continue  # given up
            runner = runner_of(tally, self.atlas.image(name), self.config)
            values = [mean for mean, _ in runner.best(PER_IMAGE)]
            (early if draws <= EARLY else bests)[label] += values
            fits[label] += [record.fit] if record and record.fit else []
        marks = {}
        for label in self.atlas.labels:
            slope, spread = reading(fits[label])
            values = bests[label] + [slope * value for value in early[label]]
            marks[label] = Mark(mark_of(values, self.config.top), slope, spread)
        return marks

    def spreads(self) -> dict[tuple[str, int], Spread]:
        """How far one value of an image lies from many, by label and number of sides."""
        tallies: dict[tuple[str, int], list[Tally]] = {}
        for _, label, tally, record in self.every() if self.early else ():
            if record is not None:
                tallies.setdefault((label, tally.blocks.shape[-1]), []).append(tally)
        return {key: Spread.of(some) for key, some in tallies.items()}

    def result(self) -> dict[str, float]:
        """Of the race: the share of draws that were saved, and the windows that it has missed,
        about: by its controls, whose account goes to the manifest, or by the errors of those that
        left."""
        final, count = self._marks(self.config.count), self.config.count
        marks = {draws: self.marks(draws) for draws in self.goals[:-1]}
        draws, lost, given_up, missed = 0, 0.0, 0, list[int]()
        for name, label, tally, record in self.every():
            own = int(tally.draws.max())
            draws += own
            runner = runner_of(tally, self.atlas.image(name), self.config)
            lost += runner.lost(final[label].value, PER_IMAGE) if FIRST <= own < count else 0.0
            given_up += own < half(count)
            if record and record.leaves({after: by[label] for after, by in marks.items()}):
                means = (mean for mean, _ in runner.best(PER_IMAGE))
                missed.append(sum(mean >= final[label].value for mean in means))
        total = sum(map(len, self.images.values())) * count
        figures = {"draws saved": 1 - draws / total}
        if not self.early:
            return figures | {"windows lost": lost}
        account = Missed.of(given_up, missed)
        self.atlas.manifest.config[RACE] = asdict(account)
        return figures | {"given up": float(given_up), "windows missed": account.windows}
