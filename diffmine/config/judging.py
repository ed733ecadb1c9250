"""How an atlas is judged."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from diffmine.config.kinds import STRICT, Count


@dataclass(frozen=True, config=STRICT)
class EvaluateConfig:
    """Judging an atlas by boxes: localisation (section 5.2), mining and trends."""

    boxes: str = ""
    """CSV of boxes (file_name, label, x, y, w, h, perhaps element; pixels of the picture files);
    empty: those that the atlas holds."""
    rename: tuple[str, ...] = ()
    """Labels of boxes that mean a label of the atlas, as "Lung Opacity=Pneumonia"; may be given
    several times."""
    against: str = ""
    """A label to contrast with ("No Finding"): T(x, label) - T(x, against) is judged as well."""
    only: str = ""
    """File with names of images, one a line: the others are not judged (held-out images)."""
    complete: bool = False
    """Every image without a box has nothing to find, as where the data were drawn; else its
    patches are left out, for nobody looked."""
    trends: str = ""
    """CSV of true trends (label, trend, value; a trend is named by the element of its boxes)."""
    base: str = ""
    """Model before finetuning: its maps are computed, kept in the atlas and judged as well."""
    base_images: Annotated[int, Field(ge=0)] = 0
    """Images of each label for which that is done, chosen by their names; 0: all."""
    baselines: bool = False
    """Mine with discriminative patches and with a classifier too, and judge them beside ours."""
    bootstrap: Count = 1000
    """Resamples of images (of groups, where images have them) behind a 95 % interval."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the resamples and of the baselines."""

    def __post_init__(self) -> None:
        for pair in self.rename:
            if pair.count("=") != 1 or not all(part.strip() for part in pair.split("=")):
                raise ValueError(f"{pair!r} is not BOX LABEL=LABEL")

    @property
    def renamed(self) -> dict[str, str]:
        """The label of the atlas by the label of the boxes."""
        pairs = (pair.split("=") for pair in self.rename)
        return {one.strip(): other.strip() for one, other in pairs}


@dataclass(frozen=True, config=STRICT)
class SensitivityConfig:
    """Mining an atlas again under other timesteps and other draws (supplement)."""

    t_ranges: tuple[str, ...] = ()
    """Other ranges of timesteps of 1,000, as "100-400"; may be given several times; none: the lower
    and the upper half of the atlas's own. One that bands of the atlas make up calls no model."""
    seeds: Annotated[int, Field(ge=0, le=16)] = 1
    """Other seeds: as many times all draws are new, and nothing else. The first is also taken in
    halves, which say how far the draws alone lead apart."""
    images: Annotated[int, Field(ge=0)] = 50
    """Images of each label that are compared, chosen by their names; 0: all."""
    top: Count = 50
    """Patches of each label that are compared; at most half of the windows that its images have."""
    bootstrap: Count = 1000
    """Resamples of images (of groups, where images have them) behind a 95 % interval."""
    shard: Count = 16
    """Images in one part file of the maps: the most that a crash can lose."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the resamples and of the windows at random."""

    def __post_init__(self) -> None:
        for text in self.t_ranges:
            low, _, high = text.partition("-")
            whole = low.strip().isdecimal() and high.strip().isdecimal()
            if not whole or not int(low) < int(high) <= 1000:
                raise ValueError(f"{text!r} is not LOW-HIGH, two timesteps of 0 to 1000")

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The other ranges of timesteps as numbers."""
        pairs = (text.split("-") for text in self.t_ranges)
        return tuple(dict.fromkeys((int(low), int(high)) for low, high in pairs))
