"""One frozen dataclass per stage: every default, its unit and its place in the paper.

Each field is a command-line flag, a TOML key and an entry of the atlas's manifest. No other
default stands anywhere. The paper is Siglidis et al., ECCV 2024 (arXiv 2408.02752).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Config = TypeVar("Config")
_STRICT = ConfigDict(extra="forbid")

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Timestep = Annotated[int, Field(ge=0, le=1000)]


@dataclass(frozen=True, config=_STRICT)
class DataConfig:
    """How a labelled folder becomes the images of an atlas."""

    source: str = ""
    """How the folder is laid out: cardb, g3, chestxray, ftt, places, iiif (manifests), table, parts
    (a table in each) or folder; empty: as it looks."""
    table: str = ""
    """File in the folder that is the table of its pictures; empty: metadata.*, or the only one."""
    sheet: str = ""
    """Sheet of a table of Excel, or configuration of a data set of the Hub; empty: the first that
    names pictures, or the one that the data set calls its default."""
    label: str = ""
    """Column of the table that holds the label; empty: `label`. Without a table folders are
    labels."""
    labels: str = ""
    """Column of the table that holds all labels of an image; empty: those of the label's column."""
    separator: str = "|"
    """What stands between several labels of one cell; empty: a cell is one label."""
    group: str = ""
    """Column that groups images which belong together (font, car model, patient); empty: none."""
    label_width: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Labels are dates, and so many years make one label (10: decades, 100: centuries); 0: labels
    are as they are written."""
    label_spans: Literal["refuse", "split", "middle"] = "refuse"
    """What becomes of an image whose date spans several such labels: it is refused, gets all of
    them, or that of its middle year."""
    confounds: tuple[str, ...] = ()
    """Columns of the table that may go with the labels without belonging to them, as the ward:
    tested beside those that are known by name (camera, view, archive, ...); may be given several
    times."""
    order: str = ""
    """File with a label a line, in their order; empty: numbers and dates by size, names by the
    alphabet."""
    image_size: Annotated[int, Field(ge=0, le=2048)] = 0
    """Short side of the images as mined, in pixels, a multiple of 16; the longer side keeps the
    proportions. 0: what the base was made for (512 for Stable Diffusion 1.5); with `tiny` 64, or
    128 where the pictures have detail and this machine trains that within 7 minutes."""
    view: Annotated[int, Field(ge=0, le=8192)] | Literal["source"] = 1024
    """Long side, at most, of the copies that people look at, in pixels: whole multiples of the
    images as mined, and never larger than the picture itself; 0: none; source: made when they are
    looked at, from the files where they lie on this machine."""
    kind: Literal["time", "place", "finding", "maker", "other"] = "other"
    """What the labels are: decides how the app shows their order."""
    limit: Annotated[int, Field(ge=0)] = 0
    """Images taken per label, chosen by the hash of their names; 0: all."""
    title: str = ""
    """Title of the atlas; empty: the folder's name."""
    range: tuple[float, float] | None = None
    """Values shown as black and as white in pictures of 16 bits, of floats, and DICOM without a
    window; without it all but 0.5 % at each end of a sample of the data set, fixed at the first
    collect."""
    burned_in: bool = False
    """Read DICOM pictures in which a patient's name may stand too: those that say so, secondary
    captures and ultrasound."""
    iiif_size: Annotated[int, Field(ge=0, le=20_000)] = 0
    """Long side of the pictures that are asked of a IIIF server, in pixels; 0: as large as
    `image_size` and `view` need."""
    downloads: str = ""
    """Folder of what is fetched from the web; empty: `downloads` in the user's own folder of
    data."""
    pause: Annotated[float, Field(ge=0, le=3600)] = 0.25
    """Seconds between two requests to a server."""
    again: bool = False
    """Fetch manifests again that were fetched before, and ask again for what a server lacked."""


@dataclass(frozen=True, config=_STRICT)
class ModelConfig:
    """A model that is used as it is, whoever trained it."""

    model: str = ""
    """Model that is used as it is, and nothing is trained: a folder (of a whole model, a UNet, a
    training checkpoint or a LoRA), a .safetensors file, or a repository on the Hub, perhaps as
    NAME@REVISION."""
    base: str = ""
    """Model to finetune: tiny, a folder or a repository (short for --finetune.base); with --model,
    the one that the parts are taken from which that lacks."""
    prompt: str | None = None
    """Prompt that --model was trained with; `{label}` is replaced. Without it that of its
    diffmine.json or its profile."""
    null_prompt: str | None = None
    """Prompt of --model that says nothing of the label; it may be empty."""
    profile: str = ""
    """A published model whose prompts, sizes and timesteps --model has: cardb, ftt, g3, places or
    xray; alone, that model itself."""
    mirror: str = ""
    """Folder that repositories are taken from, by their names, instead of the Hub."""
    lora_scale: float = 1.0
    """How much of a LoRA is added to its base."""


@dataclass(frozen=True, config=_STRICT)
class FinetuneConfig:
    """Finetuning on the labelled images (section 3.3)."""

    base: str = "tiny"
    """Model to start from: `tiny` (the embedded one), a folder, or a repository on the Hub."""
    prompt: str = "A picture of {label}."
    """Prompt of a labelled image; `{label}` is replaced."""
    null_prompt: str = "A picture."
    """Prompt that says nothing of the label (the paper's empty condition)."""
    null_share: Share = 0.1
    """Share of the training rows that see the null prompt (paper: 0.05; street views 0.1)."""
    steps: Annotated[int, Field(ge=0)] = 0
    """Optimiser steps; 0: by images and labels, 1,000 to 2,000 for a small base, else to 20,000."""
    batch: Annotated[int, Field(ge=0)] = 0
    """Images in a step, in all processes together; 0: 16."""
    learning_rate: Annotated[float, Field(ge=0)] = 0.0
    """Peak learning rate of AdamW, cosine schedule with a warm-up of 5 % of the steps; 0: 3e-4 for
    a small base, else 1e-5, or 1e-4 with `lora`."""
    prompt_rate: Annotated[float, Field(ge=0, le=100)] = 0.0
    """Learning rate of the layers that read the prompt (cross-attention), as a multiple of that of
    the others; 0: 10 for a small base, which never read a label, else 1."""
    focus: Share | None = None
    """Share of the training rows whose timestep lies where images are scored (50 to 750 for 100 to
    700); the others lie anywhere. Without a word 0.9 for a small base, else 0, as in the paper."""
    lora: Annotated[int, Field(ge=0, le=1024)] = 0
    """Rank of adapters (LoRA) that are trained in the place of all weights, in a fraction of the
    memory; 0: all weights are trained, as in the paper."""
    snr: Annotated[float, Field(ge=0)] = 0.0
    """Most signal to noise that a row is weighed with (min-SNR, 5 is usual); 0: all rows weigh the
    same, as in the paper."""
    crops: Literal["same", "aspect"] = "same"
    """Crops of training: all of one size, or of the size of each group of images of like
    proportions."""
    ema: Share = 0.999
    """Decay of the running mean of the weights that is kept as the model; 0: no mean is kept."""
    shifts: Annotated[int, Field(ge=0, le=64)] = 0
    """Cached versions of each image, shifted by a few pixels before encoding (augmentation); 0: one
    for each ten times that an image is seen, 1 to 4."""
    checkpoint: Count = 250
    """Steps between two checkpoints from which an interrupted run goes on."""
    known: Share = 0.9
    """A finished training is kept when images are added, changed or removed as long as this share
    of the images was learnt from; 1: any other image trains again."""
    precision: Literal["auto", "no", "bf16", "fp16"] = "auto"
    """Arithmetic of training; auto: bf16 where the processor has it."""
    held_out: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Share of the images, in whole groups, that is not trained on: at each checkpoint their
    typicality is measured, which grows while the model learns what others show too."""
    patience: Annotated[int, Field(ge=0)] = 0
    """Checkpoints without a higher typicality of held-out images after which training stops and the
    best weights are kept; 0: all steps are done."""
    recompute: Literal["auto", "on", "off"] = "auto"
    """Compute activations twice instead of keeping them (gradient checkpointing), slower by a third
    in a fraction of the memory; auto: where the base is large."""
    accumulate: Annotated[int, Field(ge=0)] = 0
    """Parts in which the images of a step are computed one after the other; 0: as few as fit into
    the memory that is free."""
    optimizer: Literal["adamw", "adamw8bit"] = "adamw"
    """AdamW, or the same with moments of 8 bits (extra `8bit`)."""
    samples: Annotated[int, Field(ge=0, le=64)] = 6
    """Pictures of each label that are drawn with the finished model, as samples.png; 0: none."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of every draw in training."""

    def settled(self, weights: int, images: int, labels: int) -> FinetuneConfig:
        """With numbers where 0 stands for what suits a base of so many weights, and that many
        images and labels."""
        own = LARGE_BASE if is_large(weights) else SMALL_BASE
        batch = self.batch or own.batch
        seen = -(-own.passes * images // batch)
        steps = min(max(own.steps[0], own.steps_each * labels, seen), own.steps[1])
        rate = own.lora_rate if self.lora else own.learning_rate
        steps = self.steps or steps
        seen_often = round(steps * batch / (_VERSION_PASSES * max(images, 1)))
        return replace(
            self,
            batch=batch,
            steps=steps,
            shifts=self.shifts or min(max(seen_often, 1), _VERSIONS),
            learning_rate=self.learning_rate or rate,
            prompt_rate=self.prompt_rate or own.prompt_rate,
            focus=own.focus if self.focus is None else self.focus,
        )

    def as_before(self, stored: Mapping[str, Any]) -> FinetuneConfig:
        """With the stored settings of a training of the same base in the place of what is left
        open: neither more images nor other defaults are a reason to train again."""
        if stored.get("base") != self.base or stored.get("lora", 0) != self.lora:
            return self
        known = {"prompt_rate": 1.0, "focus": 0.0, "shifts": _VERSIONS, **stored}
        names = ("steps", "batch", "learning_rate", "prompt_rate", "shifts")
        before = {name: getattr(self, name) or known.get(name, 0) for name in names}
        return replace(self, **before, focus=known["focus"] if self.focus is None else self.focus)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left open."""
        numbers = (self.steps, self.batch, self.learning_rate, self.prompt_rate, self.shifts)
        return all(numbers) and self.focus is not None


@dataclass(frozen=True, config=_STRICT)
class ByBase:
    """What training takes where nothing is asked for, by the size of the base."""

    weights: int
    """Weights of the network from which on a base is of this kind."""
    side: int
    """Short side of the images as mined, in pixels, where the base does not say."""
    batch: int
    """Images in a step."""
    learning_rate: float
    """Of all weights."""
    lora_rate: float
    """Of adapters."""
    prompt_rate: float
    """Of the layers that read the prompt, as a multiple."""
    focus: float
    """Share of the rows whose timestep lies where images are scored."""
    passes: int
    """How often each image is seen (paper: 100), within the bounds of `steps`."""
    steps: tuple[int, int]
    """Fewest and most steps."""
    steps_each: int
    """Fewest steps for each label."""


_VERSIONS, _VERSION_PASSES = 4, 10
"""Most versions of an image that are encoded, and how often each is seen at the least."""

SMALL_BASE = ByBase(0, 64, 16, 3e-4, 1e-3, 10, 0.9, 40, (1000, 2000), 40)
LARGE_BASE = ByBase(100_000_000, 512, 16, 1e-5, 1e-4, 1, 0.0, 30, (1000, 20_000), 100)


def is_large(weights: int) -> bool:
    """Whether a base of so many weights is one of the large ones."""
    return weights >= LARGE_BASE.weights


RACED = 5
"""Images of a label for each patch that it keeps, from which on they are scored in a race."""


@dataclass(frozen=True, config=_STRICT)
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


@dataclass(frozen=True, config=_STRICT)
class MineConfig:
    """Choosing patches (section 3.3): best windows per image, best patches per label."""

    windows: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = (0.25,)
    """Sides of the square windows: fractions of the short side below 1, else pixels (paper: 64).
    Several are ranked in one list."""
    size_power: Annotated[float, Field(ge=0)] = 1.0
    """Of windows of several sizes, mean typicality * (size / smallest size)^size_power is
    compared: the mean over a large window never exceeds the best mean inside it."""
    per_image: Count = 5
    """Windows kept per image; they do not overlap."""
    per_label: Count = 1000
    """Patches kept per label for each kind."""
    per_group: Annotated[int, Field(ge=0)] = 0
    """Most patches of one group of images (font, car model, patient) in a label's list of each
    kind; 0: no limit. Images without a group have none."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the random windows (the paper's control, section 4.2)."""


@dataclass(frozen=True, config=_STRICT)
class ClusterConfig:
    """Elements: clusters of DIFT features (section 3.3)."""

    method: Literal["kmeans", "hdbscan"] = "kmeans"
    """`kmeans`: every patch belongs to an element; `hdbscan`: as many elements as there are dense
    groups, and patches that lie in none belong to none."""
    elements: Count = 32
    """Most clusters per label (kmeans); fewer when there are fewer than eight patches for each."""
    least: Annotated[int, Field(ge=2)] = 8
    """Fewest patches of an element (hdbscan)."""
    timestep: Timestep = 161
    """Timestep at which the features are read (DIFT)."""
    up_block: Annotated[int, Field(ge=0, le=8)] = 1
    """Up block of the UNet whose output is the feature; of a transformer the end of that quarter of
    its second half."""
    noises: Count = 8
    """Noises over which the features are averaged."""
    neighbours: Annotated[int, Field(ge=2)] = 15
    """Neighbours in UMAP, for the map."""
    min_dist: Share = 0.1
    """Least distance of two points on the map (UMAP)."""
    batch: Count = 128
    """Rows of the UNet in one call (images of one size times noises)."""
    shard: Count = 128
    """Images in one part file of features."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of k-means and UMAP."""


@dataclass(frozen=True, config=_STRICT)
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


@dataclass(frozen=True, config=_STRICT)
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


@dataclass(frozen=True, config=_STRICT)
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


@dataclass(frozen=True, config=_STRICT)
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


@dataclass(frozen=True, config=_STRICT)
class ServeConfig:
    """How the app is served, and to whom."""

    host: str = "127.0.0.1"
    """Address to listen on; one that others can reach needs `auth`."""
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    """Port to listen on."""
    auth: str = ""
    """File of those who may log in, written by `diffmine user`; empty: nobody has to."""
    proxy_user_header: str = ""
    """Header in which a reverse proxy on this machine names the user (`X-Remote-User`), who is
    taken at its word; empty: none."""
    address: str = ""
    """Address under which visitors reach it through a reverse proxy, as
    `https://atlas.example.org/diffmine`; empty: the one it listens on."""
    mcp: bool = False
    """Offer agents the questions that programs may ask as tools, at `/gradio_api/mcp/` (extra
    `mcp`)."""


@dataclass(frozen=True, config=_STRICT)
class BuildConfig:
    """All stages of one build, as in a TOML file: one table per stage.

    Raises:
        ValueError: A value is out of its range, or a field unknown.

    Example:
        >>> BuildConfig(mine=MineConfig(windows=(0.125, 0.25))).mine.per_image
        5
    """

    data: DataConfig = DataConfig()
    finetune: FinetuneConfig = FinetuneConfig()
    typicality: TypicalityConfig = TypicalityConfig()
    mine: MineConfig = MineConfig()
    cluster: ClusterConfig = ClusterConfig()
    translate: TranslateConfig = TranslateConfig()
    trends: TrendsConfig = TrendsConfig()

    def with_race(self) -> BuildConfig:
        """With the race of `typicality.adaptive` set up for the patches that mine will look for."""
        if not self.typicality.adaptive:
            return self
        side, windows = self.data.image_size, self.mine.windows
        smallest = min(windows, key=lambda window: window * side if window < 1 else window)
        raced = replace(self.typicality, top=self.mine.per_label, window=smallest)
        return replace(self, typicality=raced)


def restored(kind: type[Config], fields: Mapping[str, Any]) -> Config:
    """The configuration that was stored as `fields`. Fields that `kind` does not know, from a newer
    or an older version, are ignored; what cannot be read at all gives the defaults."""
    known = {name: fields[name] for name in as_dict(kind()) if name in fields}
    try:
        return kind(**known)
    except ValueError:
        return kind()


def name_of(kind: type[Any]) -> str:
    """The name under which an atlas keeps configurations of a kind: that of its TOML table."""
    return next(f.name for f in fields(BuildConfig) if isinstance(f.default, kind))


NEWER = ("labels", "measures", "lora", "snr", "held_out", "patience")
"""Fields that older atlases lack: when empty, they are left out of keys."""
PLAIN: dict[str, tuple[Any, ...]] = {
    "crops": ("same",),
    "optimizer": ("adamw",),
    "prompt_rate": (0.0, 1.0),
    "focus": (None, 0.0),
}
"""Fields that older atlases lack, and the values with which they are left out of keys."""
CHANGE_NO_RESULT = {
    "data": {"title", "kind", "view", "downloads", "pause", "again", "confounds"},
    "finetune": {"checkpoint", "known", "recompute", "accumulate", "samples"},
    "typicality": {"shard", "batch", "compile", "precision"},
    "cluster": {"shard", "batch"},
    "translate": {"preview"},
    "trends": {"shard"},
    "parallel": {"shard"},
    "sensitivity": {"shard"},
}
"""By stage the fields that say how fast, in what files or under what title something is done, and
not what comes out. With another value nothing is computed again."""


def as_key(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a configuration without those that older atlases do not know, if empty."""
    return {
        name: value
        for name, value in fields.items()
        if (value or name not in NEWER) and value not in PLAIN.get(name, ())
    }


def results(stage: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a stage's configuration that its results depend on."""
    left_out = CHANGE_NO_RESULT.get(stage, set())
    return {
        name: results(name, value) if isinstance(value, dict) else value
        for name, value in as_key(fields).items()
        if name not in left_out
    }


def as_dict(config: Any) -> dict[str, Any]:
    """The fields of a config as plain JSON values."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(config).items()}
