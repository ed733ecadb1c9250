"""How patches are translated and followed over the labels (section 5.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from diffmine.config.kinds import STRICT, Count, Share, Timestep


@dataclass(frozen=True, config=STRICT)
class TranslateConfig:
    """Translation into other labels (section 5.1)."""

    method: Literal["pnp", "paper", "ddim", "sdedit", "ddpm"] = "pnp"
    """`pnp`: DDIM inversion and Plug-and-Play; `paper`: the same with the paper's steps, which it
    prescribes; `ddim`: inversion alone; `sdedit`: added noise alone; `ddpm`: edit-friendly noise.
    The last three keep less of the picture. A transformer takes no injection: `pnp` and `paper`
    are inversion alone there."""
    steps: Count = 25
    """Steps of inversion and, again, of sampling (paper: 999 and 50)."""
    top: Timestep = 981
    """Timestep at which inversion ends and sampling begins."""
    strength: Share = 0.6
    """Share of the steps that `sdedit` and `ddpm` sample: how much of the picture they leave."""
    guidance: Annotated[float, Field(ge=0)] = 7.5
    """Strength of the target prompt against another prompt."""
    against: Literal["source", "null"] = "null"
    """That other prompt: the null prompt (the paper's), or the source's own label, so that the own
    label leaves a picture as it is."""
    features: Share = 0.8
    """Share of the steps during which decoder features of the source are injected."""
    attention: Share = 0.5
    """Share of the steps during which queries and keys of the source are injected."""
    keep: bool = False
    """Keep the picture outside the window, with a soft edge."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the noise of `sdedit` and `ddpm`; the others have none."""
    preview: Count = 5
    """Steps between two previews; the first comes after one."""
    per_element: Count = 1
    """Central patches of each element that the stage translates into every label."""
    per_label: Count = 12
    """Elements of each label that are translated, from the most typical on."""
    draws: Annotated[int, Field(ge=4, multiple_of=2)] = 16
    """Draws that score a translation before and after."""


@dataclass(frozen=True, config=STRICT)
class TrendsConfig:
    """How elements come and go from label to label (section 5.1)."""

    radius: Annotated[float, Field(gt=0, le=1)] = 0.75
    """An image shows an element if one of its windows lies nearer to the element's centre than this
    share of the element's own patches do."""
    bootstrap: Count = 200
    """Resamples of images behind the 95 % band of a share."""
    per_label: Count = 24
    """Top patches of each label whose dating curve is drawn: their typicality of every label."""
    draws: Annotated[int, Field(ge=4, multiple_of=2)] = 32
    """Draws behind a dating curve."""
    parallel: bool = False
    """Make the parallel set: mined images translated into every label, their co-typical windows
    grouped into elements of change, and what the translations add or remove counted."""
    images: Annotated[int, Field(ge=0)] = 0
    """Images of each label in the parallel set, those with the best patches; 0: every mined one."""
    windows: Count = 5
    """Co-typical windows of an image, which do not overlap."""
    scored: Annotated[int, Field(ge=2, multiple_of=2)] = 16
    """Draws behind the map of each translation in the parallel set."""
    sequences: Count = 10_000
    """Sequences kept, the most co-typical ones (paper: 10,000)."""
    dimensions: Count = 32
    """Most dimensions that UMAP leaves of each label's features of the sequences."""
    changes: Count = 32
    """Most elements of change; fewer when there are fewer than eight sequences for each."""
    shard: Count = 16
    """Images in one part file of the parallel set: the most that a crash can lose."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the resamples, of UMAP and of k-means."""
