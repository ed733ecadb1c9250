"""Which patient has which findings on which film, and which films bear a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demos.chest.findings import FINDINGS, NO_FINDING
from demos.chest.raster import generator

LABELS = (*FINDINGS, NO_FINDING)
FILMS = (1, 2, 3)  # of a patient
FILMS_SHARE = (0.5, 0.3, 0.2)
OTHER_SHARE = 0.15  # of films with a finding that also have a given other one
CONFOUNDED = "Pneumothorax"
# How often a letter is burned in: with the confounded finding, and without it.
MARKER_SHARE = {True: (0.85, 0.15), False: (0.3, 0.3)}


@dataclass(frozen=True)
class Split:
    """One folder of the output; patients of different splits differ by their prefix."""

    name: str
    per_label: int
    prefix: str
    masks: bool


@dataclass(frozen=True)
class Picture:
    """One film to draw."""

    label: str  # the primary one
    patient: str
    number: int  # of the patient's film, from 1
    findings: Mapping[str, float]  # with their strengths, 0 to 1; the primary one first
    marker: bool

    @property
    def stem(self) -> str:
        """The file's name without ending; unique in the data set."""
        return f"{self.patient}_{self.number}"

    @property
    def name(self) -> str:
        """Path inside the split's folder."""
        return f"images/{self.label}/{self.stem}.png"


def splits(counts: tuple[int, int, int]) -> tuple[Split, Split, Split]:
    """Train, atlas and test with their numbers of films per primary label."""
    train, atlas, test = counts
    return (
        Split("train", train, "t", masks=False),
        Split("atlas", atlas, "a", masks=True),
        Split("test", test, "h", masks=True),
    )


def plan(split: Split, seed: int, confound: bool = True) -> list[Picture]:
    """All films of a split, label by label; a patient's films share the primary label."""
    rng = generator(seed, split.name, "plan")
    patients = [(label, films) for label in LABELS for films in _series(split.per_label, rng)]
    # Numbers are dealt by chance, so that a patient's number does not tell the label.
    numbers = rng.permutation(len(patients)).tolist()
    return [
        _picture(label, f"{split.prefix}{patient:05d}", number, seed, confound)
        for patient, (label, films) in zip(numbers, patients, strict=True)
        for number in range(1, films + 1)
    ]


def _picture(label: str, patient: str, number: int, seed: int, confound: bool) -> Picture:
    rng = generator(seed, patient, number, "plan")
    others = [
        finding
        for finding in FINDINGS
        if rng.random() < OTHER_SHARE and label not in (finding, NO_FINDING)
    ]
    found = [] if label == NO_FINDING else [label, *others]
    strengths = {finding: _strength(seed, patient, number, finding) for finding in found}
    share = MARKER_SHARE[confound][0 if CONFOUNDED in found else 1]
    return Picture(label, patient, number, strengths, bool(rng.random() < share))


def _strength(seed: int, patient: str, number: int, finding: str) -> float:
    """From subtle (0) to plain (1); it changes little from film to film."""
    usual = generator(seed, patient, finding, "strength").uniform(0.1, 0.95)
    moved = usual + generator(seed, patient, number, finding, "strength").normal(0, 0.06)
    return round(float(np.clip(moved, 0.05, 1)), 3)


def _series(total: int, rng: np.random.Generator) -> list[int]:
    """Numbers of films, one for each patient, with a given sum."""
    films: list[int] = []
    while (left := total - sum(films)) > 0:
        films.append(min(left, int(rng.choice(FILMS, p=FILMS_SHARE))))
    return films
