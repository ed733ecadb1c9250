"""The five models that the paper publishes: their prompts, sizes, timesteps and data sets.

Prompts are those that the models were trained with; the authors' scripts that score and sample use
others. What a label looks like in them is said by rules (diffmine/model/spelling.py). No commit of
the repositories is known here: `main` is looked up when a model is downloaded, and noted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from diffmine.config import BuildConfig
from diffmine.errors import UsageError
from diffmine.model.prompts import Prompts

CLIP = "openai/clip-vit-large-patch14-336"
STREET_CLIP = "geolocal/StreetCLIP"
PAPER, ALL = (100, 700), (0, 1000)
"""Timesteps of 1,000 from which draws are taken: in general, and for X-rays (3.2)."""


@dataclass(frozen=True)
class Profile:
    """What is known of a published model. `encoder` is the model whose text tower it was trained
    with, `source` the layout of its data set, `kind` what its labels are; `side` in pixels."""

    name: str
    repo: str
    prompt: str
    null_prompt: str
    side: int
    source: str
    kind: Literal["time", "place", "finding", "maker", "other"]
    spelling: tuple[str, ...] = ()
    t_range: tuple[int, int] = PAPER
    encoder: str = CLIP

    @property
    def prompts(self) -> Prompts:
        """As they stand in diffmine.json."""
        return Prompts(
            self.prompt,
            self.null_prompt,
            image_size=(self.side, self.side),
            t_range=self.t_range,
            spelling=self.spelling,
        )

    def applied(self, config: BuildConfig) -> BuildConfig:
        """A configuration with what the model was trained on, where an option has its default."""
        usual, data, drawn = BuildConfig(), config.data, config.typicality
        if data.kind == usual.data.kind:
            data = replace(data, kind=self.kind)
        if drawn.t_range == usual.typicality.t_range:
            drawn = replace(drawn, t_range=self.t_range)
        return replace(config, data=data, typicality=drawn)


PROFILES = [
    Profile(
        "cardb",
        "diff-mining/cardb",
        "A car from the {label}s.",
        "A car.",
        side=256,
        source="cardb",
        kind="time",
        spelling=("decade",),
    ),
    Profile(
        "ftt",
        "diff-mining/ftt",
        "A face portrait of the {label}s.",
        "A face portrait",
        side=256,
        source="ftt",
        kind="time",
        spelling=("decade",),
    ),
    Profile(
        "g3",
        "diff-mining/g3",
        "A google street view image in {label}",
        "A google street view image",
        side=512,
        source="g3",
        kind="place",
        encoder=STREET_CLIP,
    ),
    Profile(
        "places",
        "diff-mining/places",
        "Image of {label}.",
        "",
        side=512,
        source="places",
        kind="place",
        spelling=("spaces",),
    ),
    Profile(
        "xray",
        "diff-mining/xray",
        "Chest X-Ray with {label}.",
        "Chest X-Ray.",
        side=512,
        source="chestxray",
        kind="finding",
        spelling=("spaces", "joined", "no finding"),
        t_range=ALL,
    ),
]
"""`--profile NAME` asks for one, and a repository or a folder that is named after it has it."""


def profile_of(name: str, model: str) -> Profile | None:
    """The profile that is asked for by name, or that a model's name means; None where there is
    none. Raises UsageError for an unknown name."""
    if name:
        chosen = next((profile for profile in PROFILES if profile.name == name), None)
        if chosen is None:
            known = ", ".join(profile.name for profile in PROFILES)
            raise UsageError(f"There is no profile {name!r}; there are {known}.")
        return chosen
    last = "/".join(PurePath(model.partition("@")[0]).parts[-2:]).casefold()
    return next((profile for profile in PROFILES if profile.repo == last), None)
