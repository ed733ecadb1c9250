"""The parallel set, shard by shard: mined images under every label, with their maps and features.

Everything that needs the model happens here and depends on one image alone, so a shard that is done
stays done. Before and after are compared by the picture alone: the source's features are read under
each target's prompt, with the same noises, and all translations of an image share their draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image

from diffmine.atlas.pictures import generated_png
from diffmine.atlas.reader import Atlas
from diffmine.atlas.records import Patch
from diffmine.atlas.shards import Outcome, Shard, ShardFunction, run_shards
from diffmine.atlas.writer import Workspace
from diffmine.config import ClusterConfig, MineConfig, TranslateConfig, TrendsConfig
from diffmine.engine import Engine, Progress, Report, Tell
from diffmine.maths.score import Scoring
from diffmine.maths.windows import window_means, window_sizes
from diffmine.model.dift import batch_features, window_feature
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.sample import together, translated
from diffmine.model.score import Item, Sampling, advance, as_numpy, in_pixels, label_recipes
from diffmine.stages.parallel.sequences import co_typical_windows, looks, window_name

_ROWS = 128
MINED, BEST = "mined", "best"


@dataclass(frozen=True)
class Settings:
    """All that the files of the parallel set depend on, beside the patches and the model."""

    images: int
    windows: int
    scored: int
    shard: int
    mine: MineConfig
    cluster: ClusterConfig
    translate: TranslateConfig

    @classmethod
    def of(cls, atlas: Atlas, config: TrendsConfig) -> Settings:
        """As the stages before were run: translated as in translate, features as in cluster."""
        return cls(
            config.images,
            config.windows,
            config.scored,
            config.shard,
            atlas.configured(MineConfig),
            atlas.configured(ClusterConfig),
            atlas.configured(TranslateConfig),
        )


@dataclass(frozen=True)
class Source:
    """A mined image under the label it was mined for, and its top patches there."""

    image_id: str
    label: str
    patches: tuple[Patch, ...]


def sources(atlas: Atlas, most: int) -> list[Source]:
    """The images of the parallel set by name: for each label those with the best patches, `most` of
    them (0: all). An image mined under several labels stands under the first of them."""
    chosen: dict[str, Source] = {}
    for label in atlas.labels:
        own: dict[str, list[Patch]] = {}
        for patch in atlas.patches(label):
            own.setdefault(patch.image_id, []).append(patch)
        new = [name for name in own if name not in chosen][: most or None]
        chosen |= {name: Source(name, label, tuple(own[name])) for name in new}
    return [chosen[name] for name in sorted(chosen)]


@dataclass
class ParallelShard(ShardFunction):
    """Translates images into every label, scores and reads them."""

    settings: Settings

    def __call__(self, shard: Shard[list[Source]], tell: Tell) -> Outcome:
        """The pictures and the windows of the shard's images."""
        pictures: list[dict[str, Any]] = []
        windows: list[dict[str, Any]] = []
        known = [(source, self.atlas.pictures.picture(source.image_id)) for source in shard.work]
        under_all = _under_every_label(self.atlas, self.model, known, self.settings)
        for done, under in enumerate(under_all, start=1):
            pictures += under.pictures()
            windows += under.windows(self.settings)
            tell(done)
        first, second = shard.files
        return Outcome({first: pictures, second: windows})

    @cached_property
    def model(self) -> Model:
        """The atlas's model."""
        return load_model(self.atlas.needed_model())


def translate_all(
    atlas: Workspace, config: TrendsConfig, engine: Engine, progress: Progress, report: Report
) -> None:
    """Write the parts of parallel/ and parallel-windows/ that are not there; counts images in
    `report`."""
    settings = Settings.of(atlas, config)
    settings = atlas.begin("parallel", settings) or settings
    images = sources(atlas, settings.images)
    shards = []
    for number, at in enumerate(range(0, len(images), settings.shard)):
        work = images[at : at + settings.shard]
        shards.append(Shard(names(number), len(work), work))
    run_shards(
        atlas,
        shards,
        ParallelShard(atlas.path, settings),
        engine=engine,
        progress=progress,
        report=report,
        unit="images",
    )
    if "parallel:begun" in atlas.manifest.keys:
        atlas.end("parallel")


def names(number: int) -> tuple[str, str]:
    """The two files of a shard."""
    return f"parallel/part-{number:05d}.parquet", f"parallel-windows/part-{number:05d}.parquet"


@dataclass(frozen=True)
class Under:
    """One image under every label: translations (8-bit), their typicality maps in latent pixels
    and the features of the source and of the translations under each target's prompt."""

    source: Source
    labels: list[str]
    translations: np.ndarray
    maps: Float[np.ndarray, "labels h w"]
    before: Float[np.ndarray, "labels d hf wf"]
    after: Float[np.ndarray, "labels d hf wf"]

    @classmethod
    def seen(
        cls,
        model: Model,
        source: Source,
        labels: list[str],
        picture: Image.Image,
        translations: np.ndarray,
        settings: Settings,
        how: Scoring,
    ) -> Under:
        """Score the translations of an image and read the features."""
        name = source.image_id
        pictures = torch.cat([to_tensor(Image.fromarray(pixels)) for pixels in translations])
        latents = list(model.encode(pictures))  # each c h w
        own = model.encode(to_tensor(picture))[0]
        maps = _maps(model, latents, labels, name, how)
        before = _features(model, [own] * len(labels), labels, name, settings.cluster)
        after = _features(model, latents, labels, name, settings.cluster)
        return cls(source, labels, translations, maps, before, after)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.translations.shape[1], self.translations.shape[2]

    def pictures(self) -> Iterator[dict[str, Any]]:
        """Rows of parallel/."""
        for target, picture, map in zip(self.labels, self.translations, self.maps, strict=True):
            yield {
                "image_id": self.source.image_id,
                "label": self.source.label,
                "target": target,
                "image": {"bytes": generated_png(picture), "path": None},
                "height": map.shape[0],
                "width": map.shape[1],
                "mean": map.astype(np.float16).ravel(),
                "typicality": float(map.mean()),
            }

    def windows(self, settings: Settings) -> Iterator[dict[str, Any]]:
        """Rows of parallel-windows/: the co-typical windows and those of the mined patches, under
        every label."""
        pixels = as_numpy(in_pixels(torch.from_numpy(self.maps), *self.size))  # labels H W
        side = window_sizes(settings.mine, *self.size)[0]
        for window in co_typical_windows(pixels, side, settings.windows):
            name = window_name(self.source.image_id, window.row, window.col, side)
            yield from self._window(BEST, name, (window.row, window.col, side), pixels)
        for patch in self.source.patches:
            yield from self._window(
                MINED, patch.patch_id, (patch.row, patch.col, patch.size), pixels
            )

    def _window(
        self,
        kind: str,
        name: str,
        window: tuple[int, int, int],
        pixels: Float[np.ndarray, "labels H W"],
    ) -> Iterator[dict[str, Any]]:
        row, col, side = window
        for at, target in enumerate(self.labels):
            cut = np.s_[row : row + side, col : col + side]
            feature = window_feature(self.after[at], window, self.size).astype(np.float16)
            source = window_feature(self.before[at], window, self.size).astype(np.float16)
            yield {
                "image_id": self.source.image_id,
                "label": self.source.label,
                "target": target,
                "kind": kind,
                "window": name,
                "row": row,
                "col": col,
                "size": side,
                "typicality": float(window_means(pixels[at][cut], side)[0, 0]),
                **looks(self.translations[at][cut]),
                "before": source if kind == MINED else None,
                "after": feature,
            }


def _under_every_label(
    atlas: Atlas, model: Model, known: list[tuple[Source, Image.Image]], settings: Settings
) -> Iterator[Under]:
    """The images of a shard in their order, translated together where they are of one size."""
    labels, how = atlas.labels, atlas.scoring(settings.scored)
    for size, same in groupby(known, key=lambda pair: pair[1].size):
        left = list(same)
        count = together(model, len(labels), size)
        for batch in (left[at : at + count] for at in range(0, len(left), count)):
            pictures = [picture for _, picture in batch]
            names = [source.image_id for source, _ in batch]
            own = [source.label for source, _ in batch]
            every = translated(model, pictures, labels, settings.translate, names, own)
            for (source, picture), translations in zip(batch, every, strict=True):
                yield Under.seen(model, source, labels, picture, translations, settings, how)


def _maps(
    model: Model, latents: list[torch.Tensor], labels: list[str], image_id: str, how: Scoring
) -> Float[np.ndarray, "labels h w"]:
    """T(translation into c | c) of every label c, with the same draws for all."""
    prompts = model.trained_prompts()
    sampling = Sampling.like(how)
    measures = label_recipes(1)
    items = [
        Item(image_id, latent, (prompts.of(None), prompts.of(label)), measures,
             sampling.tally(1, latent.shape))
        for latent, label in zip(latents, labels, strict=True)
    ]  # fmt: skip
    advance(model, items, how.draws, sampling, _ROWS)
    return np.stack([as_numpy(item.tally.mean[0]) for item in items])


def _features(
    model: Model,
    latents: list[torch.Tensor],
    labels: list[str],
    image_id: str,
    config: ClusterConfig,
) -> Float[np.ndarray, "labels d hf wf"]:
    prompts = model.trained_prompts()
    features = batch_features(
        model,
        torch.stack(latents),
        [prompts.of(label) for label in labels],
        [image_id] * len(labels),
        timestep=config.timestep,
        up_block=config.up_block,
        noises=config.noises,
        batch=config.batch,
        seed=config.seed,
    )
    return as_numpy(features)
