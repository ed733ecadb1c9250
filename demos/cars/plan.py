"""Which pictures a split has, and from which streams of chance each is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from demos.cars.elements import DECADES


@dataclass(frozen=True)
class Split:
    """One folder of the output."""

    name: str
    per_decade: int
    prefix: str  # of the names, so that no two splits draw the same picture
    masks: bool = True


@dataclass(frozen=True)
class Picture:
    """One picture to draw."""

    decade: str
    name: str  # path inside the split's folder
    stem: str
    group: str
    # Two streams: nothing that the decade asks of its own can move the scene.
    scene: str
    car: str


def splits(counts: tuple[int, int, int]) -> tuple[Split, Split, Split]:
    """Train, atlas and test with their numbers of pictures per decade."""
    train, atlas, test = counts
    return (
        Split("train", train, "t", masks=False),
        Split("atlas", atlas, "a"),
        Split("test", test, "h"),
    )


def plan(split: Split) -> list[Picture]:
    """All pictures of a split, decade by decade."""
    pictures = []
    for decade in DECADES:
        for number in range(split.per_decade):
            stem = f"{decade}_{split.prefix}{number:04d}"
            name = f"images/{decade}/{stem}.png"
            pictures.append(Picture(decade, name, stem, stem, stem, stem))
    return pictures


def plan_pairs(cars: int) -> list[Picture]:
    """The same scenes under every decade: one stream of the scene, one of the car per decade."""
    pictures = []
    for decade in DECADES:
        for number in range(cars):
            stem = f"car{number:03d}"
            name = f"{decade}/{stem}.png"
            pictures.append(Picture(decade, name, stem, stem, f"pair_{stem}", f"{decade}_{stem}"))
    return pictures
