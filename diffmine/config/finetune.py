"""How a model is trained, and what suits a base of which size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from diffmine.config.kinds import STRICT, Count, Share

Trained = Literal["all", "attention", "adapters"]
"""What learns: all weights of a network, those of its attention, or adapters beside them."""


@dataclass(frozen=True, config=STRICT)
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
    """Optimiser steps; 0: by images and labels, 1,000 to 6,000 for a small base, else to 20,000."""
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
    layers: Literal["all", "attention"] = "all"
    """Layers that learn: all, as in the paper, or `attention` alone, where pixels look at each
    other and at the prompt, in seven tenths of the time; of drawings it learns less."""
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
    def trained(self) -> Trained:
        """What learns."""
        return "adapters" if self.lora else self.layers

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left open."""
        numbers = (self.steps, self.batch, self.learning_rate, self.prompt_rate, self.shifts)
        return all(numbers) and self.focus is not None


@dataclass(frozen=True, config=STRICT)
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


SMALL_BASE = ByBase(0, 64, 16, 3e-4, 1e-3, 10, 0.9, 40, (1000, 6000), 40)


LARGE_BASE = ByBase(100_000_000, 512, 16, 1e-5, 1e-4, 1, 0.0, 30, (1000, 20_000), 100)


def is_large(weights: int) -> bool:
    """Whether a base of so many weights is one of the large ones."""
    return weights >= LARGE_BASE.weights
