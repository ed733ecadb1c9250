"""How images are scored (section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from diffmine.config.kinds import STRICT, Count, Timestep

RACED = 5
"""Images of a label for each patch that it keeps, from which on they are scored in a race."""


@dataclass(frozen=True, config=STRICT)
class TypicalityConfig:
    """Scoring: T(x|c) = E[L(x, noise, null) - L(x, noise, c)] (section 3.2, equation 3)."""

    preset: Literal["auto", "common", "stratified", "paper"] = "auto"
    """`common`: the same timesteps for all images, from a van der Corput sequence, each with a
    noise of the image's own and its opposite; `stratified`: each image has its own timesteps too;
    `paper`: independent timesteps, one noise set for all images of a size; auto: common, but an
    atlas that was scored with `stratified` goes on with it."""
    draws: Annotated[int, Field(ge=0, le=4096)] = 0
    """Draws of noise and timestep for each image: of `paper` at least 2, else an even number and at
    least 4; 0: the preset's own number, 100 or 32. More draws go on from fewer."""
    adaptive: bool | None = None
    """Draw in rounds, and stop an image once none of its windows can still be among the best
    `top` of its label, or from half of the draws on when it is clear which of them are; only with
    `labels` own. Without a word: where a label has at least five images for each of these patches,
    or the atlas was scored so."""
    top: Count = 1000
    """Patches of a label that `adaptive` looks for; a build takes those of mine."""
    window: Annotated[float, Field(gt=0)] = 0.25
    """Window that `adaptive` looks at: a fraction of the short side below 1, else pixels; a build
    takes the smallest of mine."""
    margin: Annotated[float, Field(ge=0)] = 1.0
    """Standard errors by which `adaptive` gives a window the benefit of the doubt."""
    t_range: tuple[Timestep, Timestep] = (100, 700)
    """Timesteps of 1,000 from which draws are taken (paper: [0.1, 0.7))."""
    labels: Literal["own", "all"] = "own"
    """Score each image under its own label or under all."""
    contrast: str = ""
    """A label: keep T(x, own) - T(x, contrast) as well, a map of what tells the two apart."""
    sensitivity: bool = False
    """Keep the squared difference of the two predictions as well. It says where the label matters,
    not whether it fits, and is no substitute for typicality."""
    bands: Annotated[int, Field(ge=0, le=16)] = 0
    """Keep a map for each of so many equal bands of timesteps as well."""
    measures: tuple[str, ...] = ()
    """Keep the maps of further measures as well, by their names; may be given several times."""
    sums: bool = True
    """Keep exact sums beside the maps, so that draws can be added later."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """Arithmetic of the UNet; auto: fp16 on a GPU, bf16 on a processor that has it, if it ranks
    windows as fp32 does."""
    compile: bool = False
    """Compile the UNet first: a minute at the start, then faster (Stable Diffusion on a GPU 1.5
    times); on a processor it needs a C++ compiler."""
    shard: Count = 64
    """Images in one part file: the most that a crash can lose."""
    batch: Count = 128
    """Rows of the UNet in one call (images times draws times prompts)."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the draws, beside the image's name."""

    def __post_init__(self) -> None:
        if self.draws == 1:
            raise ValueError("one draw has no error; take at least 2")
        if self.preset != "paper" and (self.draws % 2 or self.draws == 2):
            raise ValueError(
                "stratified draws are pairs of opposite noise, and one pair has no error; "
                "take an even number, at least 4"
            )

    @property
    def count(self) -> int:
        """Draws for each image, the preset's own number filled in."""
        return self.draws or (100 if self.preset == "paper" else 32)

    @property
    def scheme(self) -> Literal["common", "stratified", "paper"]:
        """The preset, where none stands before it."""
        return "common" if self.preset == "auto" else self.preset

    def settled(self, stored: Mapping[str, Any], images: float, top: int) -> TypicalityConfig:
        """With a preset in the place of `auto`, and a race or none: by the configuration that an
        atlas was scored with before (empty: it was not), else by the `images` of a label, in the
        mean, for its `top` patches (0: images have several labels)."""
        older = self.preset == "auto" and stored.get("preset") == "stratified"
        preset = "stratified" if older else self.scheme
        race = self.adaptive
        if race is None:
            fits = self.labels == "own" and preset == "common" and images >= RACED * top
            race = bool(stored["adaptive"]) if "adaptive" in stored else fits
            race = race and self.labels == "own" and images > 0
        how = self._race_as_before(stored) if race and self.adaptive is None else {}
        return replace(self, preset=preset, adaptive=race, **how)

    def _race_as_before(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """What a race that goes on was for, where nothing else is asked for."""
        usual = TypicalityConfig()
        return {
            name: stored.get(name, getattr(self, name))
            for name in ("top", "window", "margin")
            if getattr(self, name) == getattr(usual, name)
        }
