"""Typicality: how much better the model denoises an image knowing its label (section 3.2).

    T(x | c) = E over noise e and time t of  [ L_t(x, e, null) - L_t(x, e, c) ]        (equation 3)

kept as a mean and a standard error for each latent pixel. The labels of an image share the loss
under the null prompt: L + 1 predictions a draw, not 2 L. Latents are posterior means, so a map
depends only on the model, the image's pixels and name, and the configuration.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from PIL import Image

from diffmine.config import TypicalityConfig
from diffmine.diffusion.draws import draws
from diffmine.diffusion.model import Model, load_model
from diffmine.diffusion.pixels import to_tensor
from diffmine.diffusion.score import Score, as_numpy, losses, standard_error, window_scores
from diffmine.diffusion.score import typicality as typicality
from diffmine.engine import Engine, Progress, Report, here, silent
from diffmine.errors import AtlasError
from diffmine.store.atlas import Atlas
from diffmine.store.schemas import MAPS

_ROW_GROUP = 16


def typicality_maps(
    model: Model,
    picture: Image.Image,
    labels: list[str],
    config: TypicalityConfig,
    image_id: str,
) -> dict[str, tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"], Score]]:
    """For each label the mean map, its standard error and the whole image's score.

    `picture` is the image as mined; `image_id` seeds the draws. Maps are float32 in latent
    pixels. Raises ModelError when the model keeps no prompts.
    """
    prompts = model.trained_prompts()
    latent = model.encode(to_tensor(picture))[0]  # c h w
    shape = (latent.shape[0], latent.shape[1], latent.shape[2])
    drawn = draws(image_id, config.draws, shape, config.t_range, config.seed, config.preset)
    found = losses(
        model, latent, drawn, [prompts.of(None), *map(prompts.of, labels)], config.batch
    )  # p n h w
    result = {}
    for label, loss in zip(labels, found[1:], strict=True):
        mean, error = typicality(found[0], loss)
        per_draw = (found[0] - loss).mean(dim=(1, 2))  # n
        score = Score(float(per_draw.mean()), float(standard_error(per_draw)))
        result[label] = (as_numpy(mean), as_numpy(error), score)
    return result


def window_curve(
    model: Model,
    picture: Image.Image,
    window: tuple[int, int, int],
    labels: list[str],
    config: TypicalityConfig,
    image_id: str,
) -> list[Score]:
    """The dating curve of a patch: its typicality under each label, in the order of `labels`.

    `window` is (row, col, size) in pixels of `picture`, the image as mined.
    """
    latent = model.encode(to_tensor(picture))[0]  # c h w
    shape = (latent.shape[0], latent.shape[1], latent.shape[2])
    drawn = draws(image_id, config.draws, shape, config.t_range, config.seed, config.preset)
    size = (picture.height, picture.width)
    return window_scores(model, latent, drawn, labels, window, size, config.batch)


def run(
    atlas: Atlas, config: TypicalityConfig, *, engine: Engine = here, progress: Progress = silent
) -> Report:
    """Score every image of the atlas; writes maps/part-*.parquet, one shard of images each."""
    report = Report("typicality")
    table = atlas.table("images", ["image_id", "label"])
    images = list(zip(table["image_id"].to_pylist(), table["label"].to_pylist(), strict=True))
    if not atlas.begin("typicality", config):
        report.kept = len(images)
        return report.close()
    shards = [images[k : k + config.shard] for k in range(0, len(images), config.shard)]
    names = [f"maps/part-{k:05d}.parquet" for k in range(len(shards))]
    todo = [(n, s) for n, s in zip(names, shards, strict=True) if not atlas.finished(n)]
    report.kept = len(images) - sum(len(shard) for _, shard in todo)
    model = load_model(atlas.needed_model()) if todo else None

    def score(work: tuple[str, list[tuple[str, str]]]) -> int:
        name, shard = work
        assert model is not None
        rows: list[dict[str, Any]] = []
        for image_id, label in shard:
            labels = atlas.labels if config.labels == "all" else [label]
            rows += _rows(model, atlas.pictures.picture(image_id), image_id, labels, config)
            report.done += 1
            progress("typicality", report.kept + report.done, len(images), "images")
        atlas.write(name, rows, MAPS, group=_ROW_GROUP)
        return len(shard)

    for _ in engine.map(score, todo):
        pass
    atlas.end("typicality")
    return report.close()


def _rows(
    model: Model,
    picture: Image.Image,
    image_id: str,
    labels: list[str],
    config: TypicalityConfig,
) -> list[dict[str, Any]]:
    rows = []
    maps = typicality_maps(model, picture, labels, config, image_id)
    for label, (mean, error, score) in maps.items():
        if not np.isfinite(mean).all():
            raise AtlasError(f"The map of {image_id} under {label} is not finite.")
        rows.append(
            {
                "image_id": image_id,
                "label": label,
                "height": mean.shape[0],
                "width": mean.shape[1],
                "mean": mean.astype(np.float16).ravel(),
                "standard_error": error.astype(np.float16).ravel(),
                "draws": config.draws,
                "typicality": score.typicality,
                "se": score.se,
            }
        )
    return rows


__all__ = ["run", "typicality", "typicality_maps", "window_curve"]
