"""What is said of a training before it starts."""

from __future__ import annotations

from collections.abc import Mapping

from diffmine.config import BuildConfig, FinetuneConfig, is_large


def chosen(
    asked: BuildConfig, config: BuildConfig, weights: int, model: str | None = None
) -> list[str]:
    """What a large base, or the size of one, has decided in the place of somebody who did not say;
    nothing where it is what a small base has always got."""
    lines = []
    base = model if model is not None else config.finetune.base
    if not asked.data.image_size and (model is not None or is_large(weights)):
        lines.append(
            f"Images are mined at {config.data.image_size} pixels, for which {base} was made "
            "(--data.image-size)."
        )
    if model is None and is_large(weights) and asked.finetune != config.finetune:
        lines.append(f"{base} has {_weights(weights)} weights: {training(config.finetune)}.")
    return lines


def two_sizes(side: int, own: int, seconds: Mapping[int, float | None]) -> str:
    """Why images are mined at the one or the other of two sizes, for pictures of `own` pixels."""
    fine, coarse = max(seconds), min(seconds)
    takes = {
        pixels: "a time not known here" if known is None else f"about {_time(known)} here"
        for pixels, known in seconds.items()
    }
    text = (
        f"The pictures have about {own} pixels on their short side and are mined at {side}, for "
        f"which training takes {takes[side]}"
    )
    if side == fine:
        return f"{text}; --data.image-size {coarse} takes {takes[coarse]}."
    return f"{text}; --data.image-size {fine} shows finer detail and takes {takes[fine]}."


def training(config: FinetuneConfig) -> str:
    """A training in a few words: steps, images, rate, what is trained."""
    what = "attention alone" if config.layers == "attention" else "all weights"
    what = f"adapters of rank {config.lora} (LoRA)" if config.lora else what
    return (
        f"{config.steps:,} steps of {config.batch} images at a learning rate of "
        f"{config.learning_rate:g}, {what}"
    )


def _weights(number: int) -> str:
    return f"{number / 1e9:.2f} billion" if number >= 1e9 else f"{number / 1e6:.0f} million"


def does_not_fit(base: str, needed: int, free: int, others: list[tuple[str, int]]) -> str:
    """A training that memory does not suffice for, and flags with which it would."""
    cure = " or ".join(f"{flags} ({_gigabytes(bytes)})" for flags, bytes in others)
    cure = f"take {cure}" if cure else "take a smaller --data.image-size or a larger GPU"
    return (
        f"Training {base} needs about {_gigabytes(needed)} of memory and {_gigabytes(free)} can be "
        f"counted on; {cure}."
    )


def pace(seconds: float, config: FinetuneConfig) -> str:
    """How long a training will take, by a step that was tried."""
    return f"{seconds:.1f} s a step, about {_time(seconds * config.steps)} in all"


def table(
    base: str,
    weights: int,
    side: int,
    images: int,
    labels: int,
    config: FinetuneConfig,
    memory: str,
    time: str,
) -> list[str]:
    """What a training would be, a line each."""
    rows = {
        "base": f"{base}, {_weights(weights)} weights",
        "images": f"{images:,} of {labels} labels, {side} pixels",
        "training": training(config),
        "memory": memory,
        "time": time,
    }
    return [f"{name:<10}{text}" for name, text in rows.items()]


def memory(needed: int | None, free: int, parts: int | None) -> str:
    """What is needed, what there is, and in how many parts."""
    if needed is None:
        return "not known for this base"
    there = f"{_gigabytes(free)} can be counted on"
    if parts is None:
        return f"about {_gigabytes(needed)}, too much: {there}"
    cut = "" if parts == 1 else f" with the images of a step in {parts} parts"
    return f"about {_gigabytes(needed)}{cut}; {there}"


def duration(seconds: float | None, device: str) -> str:
    """A rough time."""
    return "not known for this base" if seconds is None else f"about {_time(seconds)} on {device}"


def _gigabytes(number: int) -> str:
    return f"{number / 1e9:.1f} GB"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"
