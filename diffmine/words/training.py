"""What is said of a training before it starts."""

from __future__ import annotations

from diffmine.config import LARGE_BASE, BuildConfig, FinetuneConfig


def chosen(
    asked: BuildConfig, config: BuildConfig, weights: int, model: str | None = None
) -> list[str]:
    """What a large base, or the size of one, has decided in the place of somebody who did not say;
    nothing where it is what a small base has always got."""
    lines = []
    base = model if model is not None else config.finetune.base
    if not asked.data.image_size and (model is not None or weights >= LARGE_BASE.weights):
        lines.append(
            f"Images are mined at {config.data.image_size} pixels, for which {base} was made "
            "(--data.image-size)."
        )
    if model is None and weights >= LARGE_BASE.weights and asked.finetune != config.finetune:
        lines.append(f"{base} has {_weights(weights)} weights: {training(config.finetune)}.")
    return lines


def training(config: FinetuneConfig) -> str:
    """A training in a few words: steps, images, rate, what is trained."""
    what = f"adapters of rank {config.lora} (LoRA)" if config.lora else "all weights"
    return (
        f"{config.steps:,} steps of {config.batch} images at a learning rate of "
        f"{config.learning_rate:g}, {what}"
    )


def _weights(number: int) -> str:
    return f"{number / 1e9:.2f} billion" if number >= 1e9 else f"{number / 1e6:.0f} million"
