"""How much work a stage is: predictions of the UNet, images encoded, steps of training.

What does not call the model is next to nothing beside it and is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from diffmine.config import BuildConfig
from diffmine.data.records import Dataset

SAMPLED = 2 * 25
"""Predictions behind each picture that finetune draws at its end."""


@dataclass(frozen=True)
class Work:
    """`full` predictions, `partial` ones that end at the block of the features, `translated` ones
    with the layout injected; images `encoded`; `steps` of training with `trained` images in all."""

    full: int = 0
    partial: int = 0
    translated: int = 0
    encoded: int = 0
    steps: int = 0
    trained: int = 0

    @property
    def predictions(self) -> int:
        """Of any kind."""
        return self.full + self.partial + self.translated


@dataclass(frozen=True)
class Sizes:
    """How many images, labels, and images of each label in all (`pairs`: one of two labels counts
    twice); `patched` of the images hold a patch of a list."""

    images: int
    labels: int
    pairs: int
    patched: int

    @classmethod
    def of(cls, dataset: Dataset, config: BuildConfig, images: int) -> Sizes:
        """Of `images` images of a data set."""
        labels = len(dataset.labels)
        pairs = sum(max(len(record.labels), 1) for record in dataset)
        own = round(images * pairs / max(len(dataset), 1))
        return cls(images, labels, own, min(images, labels * config.mine.per_label))


def work_of(stage: str, config: BuildConfig, sizes: Sizes) -> Work:
    """The work of a stage, at most, or about that of a race; nothing for one that calls no
    model."""
    count = _WORK.get(stage)
    return count(config, sizes) if count else Work()


def translated_patches(config: BuildConfig, sizes: Sizes) -> int:
    """Patches that are translated, at most."""
    elements = min(config.translate.per_label, config.cluster.elements)
    return sizes.labels * elements * config.translate.per_element


def steps_of_translation(config: BuildConfig, labels: int) -> int:
    """Predictions of one translation into all labels."""
    return config.translate.steps * (2 + 2 * labels)


def curve_patches(config: BuildConfig, sizes: Sizes) -> int:
    """Patches that get a dating curve, at most."""
    return min(sizes.labels * config.trends.per_label, sizes.pairs * config.mine.per_image)


def parallel_sources(config: BuildConfig, sizes: Sizes) -> int:
    """Images of the parallel set, at most."""
    most = config.trends.images
    return min(sizes.images, sizes.labels * most) if most else sizes.images


def _finetune(config: BuildConfig, sizes: Sizes) -> Work:
    own = config.finetune
    return Work(
        full=own.samples * (1 + sizes.labels) * SAMPLED,
        encoded=sizes.images * own.shifts,
        steps=own.steps,
        trained=own.steps * own.batch,
    )


def _typicality(config: BuildConfig, sizes: Sizes) -> Work:
    own = config.typicality
    every = own.labels == "all"
    prompts = sizes.images * (1 + sizes.labels) if every else sizes.images + sizes.pairs
    prompts += sizes.images * bool(own.contrast)
    return Work(full=round(share_drawn(config, sizes) * own.count * prompts), encoded=sizes.images)


def share_drawn(config: BuildConfig, sizes: Sizes) -> float:
    """The share of its draws that scoring takes, about: 1 without a race. With one, the first
    round, the controls, and more of the images the more of them hold what is wanted; fitted by eye
    to what decision 0050 simulates."""
    own = config.typicality
    if not own.adaptive:
        return 1.0
    wanted = config.mine.per_label * sizes.labels / max(sizes.images, 1)
    begun = (2 if own.scheme == "common" else 8) / own.count
    return min(begun + 0.05 + 0.6 * min(2.5 * wanted, 1.0), 1.0)


def _cluster(config: BuildConfig, sizes: Sizes) -> Work:
    return Work(partial=sizes.patched * config.cluster.noises, encoded=sizes.patched)


def _translate(config: BuildConfig, sizes: Sizes) -> Work:
    patches, labels = translated_patches(config, sizes), sizes.labels
    scored = config.translate.draws * (labels + 2 + 3 * labels)
    rows = patches * steps_of_translation(config, labels)
    return Work(full=patches * scored, translated=rows, encoded=patches * (1 + labels))


def _trends(config: BuildConfig, sizes: Sizes) -> Work:
    curves = curve_patches(config, sizes)
    rows = curves * config.trends.draws * (1 + sizes.labels)
    return Work(rows, sizes.pairs * config.cluster.noises, encoded=sizes.pairs + curves)


def _parallel(config: BuildConfig, sizes: Sizes) -> Work:
    sources, labels = parallel_sources(config, sizes), sizes.labels
    return Work(
        full=sources * 2 * labels * config.trends.scored,
        partial=sources * 2 * labels * config.cluster.noises,
        translated=sources * steps_of_translation(config, labels),
        encoded=sources * (1 + labels),
    )


_WORK = {
    "finetune": _finetune,
    "typicality": _typicality,
    "cluster": _cluster,
    "translate": _translate,
    "trends": _trends,
    "parallel": _parallel,
}
