"""What a build would do, before it does it."""

from __future__ import annotations

from pathlib import Path

from diffmine.config import BuildConfig
from diffmine.data.sources import open_dataset


def plan(data: str | Path, config: BuildConfig, trained: bool) -> list[str]:
    """What a build would do, in lines: images, steps and predictions of the UNet."""
    dataset = open_dataset(data, config.data.label, config.data.group, config.data.labels).limited(
        config.data.limit
    )
    images, labels = len(dataset), len(dataset.labels)
    under = labels if config.typicality.labels == "all" else 1
    translated = labels * min(config.translate.per_label, config.cluster.elements)
    rows_each = config.translate.steps * (2 + 2 * labels)
    lines = [
        f"{images} images with {labels} labels: {', '.join(dataset.labels)}",
        f"finetune: {config.finetune.steps} steps of {config.finetune.batch} images",
        f"typicality: {images} x {config.typicality.count} draws x {under + 1} prompts = "
        f"{images * config.typicality.count * (under + 1):,} predictions",
        f"cluster: {images} x {config.cluster.noises} partial predictions",
        f"translate: up to {translated} patches x {rows_each} = "
        f"{translated * rows_each:,} predictions",
        f"trends: {images:,} x {config.cluster.noises} noises = "
        f"{images * config.cluster.noises:,} predictions",
    ]
    if config.trends.parallel:
        most = config.trends.images
        sources = min(images, labels * most) if most else images
        rows = rows_each + 2 * labels * (config.trends.scored + config.cluster.noises)
        lines.append(
            f"parallel set: up to {sources} images under {labels} labels x {rows} = "
            f"{sources * rows:,} predictions"
        )
    return lines[:1] + lines[2:] if trained else lines
