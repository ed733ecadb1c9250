"""The maps of an atlas, image by image, as the scores that are judged.

typicality   T(x, label)                       contrast   T(x, label) - T(x, against)
position     a score minus its mean map over all images of the label
window       a score averaged over the window that mine uses, around each pixel
and centre   that and the centre prior, each minus its mean over its deviation in the image: what
             the score adds to knowing that findings lie near the middle; no box is used
base         the same under the model before finetuning
others       every other map that the atlas holds, by the name of its score (maths/scores)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from jaxtyping import Float
from scipy.ndimage import uniform_filter

from diffmine.maths.scores import BASE, CONTRAST, TYPICALITY, measure_of
from diffmine.maths.scores.contrast import name_of
from diffmine.stages.evaluate.priors import centre_prior, in_pixels

Key = tuple[str, str]
"""A label and a score of maps."""
Latents = dict[Key, Float[np.ndarray, "h w"]]
_BATCH = 64
FOLDERS = {measure.folder: measure.name for measure in (TYPICALITY, BASE)}
NAMES = {"maps": ("typicality", "contrast"), "maps-base": ("base", "base contrast")}


def read_maps(part: Path, wanted: Callable[[str, str, str], bool]) -> Iterator[tuple[str, Latents]]:
    """The wanted maps (by image, label and score) of a part, image by image, in latent pixels."""
    maps: dict[str, Latents] = {}
    with pq.ParquetFile(part) as file:
        heads = [n for n in ("image_id", "label", "score", "height", "width")
                 if n in file.schema_arrow.names]  # fmt: skip
        for batch in file.iter_batches(_BATCH, columns=[*heads, "mean"]):
            rows = batch.select(heads).to_pylist()
            for at, row in enumerate(rows):
                score = row.get("score") or "typicality"
                if wanted(row["image_id"], row["label"], score):
                    values = batch["mean"][at].values.to_numpy(zero_copy_only=False)
                    map = values.astype(np.float64).reshape(row["height"], row["width"])
                    maps.setdefault(row["image_id"], {})[row["label"], score] = map
    yield from maps.items()


def judged(score: str, folder: str, against: str) -> bool:
    """Whether maps of a score are read to be judged: contrasts only with the label asked for."""
    measure = measure_of(score)
    if measure is None or measure.folder != folder:
        return False
    return measure is not CONTRAST or score == name_of(against)


def scores_of(maps: Latents, label: str, against: str, folder: str) -> dict[str, np.ndarray]:
    """The scores of an image under a label, as far as its maps give them, in latent pixels."""
    score, (plain, contrast) = FOLDERS[folder], NAMES[folder]
    own = maps.get((label, score))
    if own is None:
        return {}
    scores = {plain: own}
    stored = maps.get((label, name_of(against)))
    if against and label != against:
        other = maps.get((against, score))
        if stored is not None and folder == "maps":
            scores[contrast] = stored
        elif other is not None:
            scores[contrast] = own - other
    return scores | {
        name: map
        for (under, name), map in maps.items()
        if under == label and map is not own and map is not stored
    }


@dataclass
class MeanMaps:
    """The mean map of each label and score over the images of the label.

    Kept at the shape of the first map; maps of other shapes are interpolated to it.
    """

    sums: dict[Key, Float[np.ndarray, "h w"]] = field(default_factory=dict)
    counts: dict[Key, int] = field(default_factory=dict)

    def add(self, label: str, score: str, map: Float[np.ndarray, "h w"]) -> None:
        """Take in the map of an image of the label."""
        key = (label, score)
        there = self.sums.get(key)
        if there is None:
            self.sums[key] = map.copy()
        else:
            there += map if map.shape == there.shape else in_pixels(map, *there.shape)
        self.counts[key] = self.counts.get(key, 0) + 1

    def mean(self, label: str, score: str, height: int, width: int) -> Float[np.ndarray, "H W"]:
        """The mean map in pixels of an image; zeros when no image was taken in."""
        key = (label, score)
        if key not in self.sums:
            return np.zeros((height, width))
        return in_pixels(self.sums[key] / self.counts[key], height, width)


def variants(
    scores: dict[str, np.ndarray],
    label: str,
    means: MeanMaps,
    pixels: tuple[int, int],
    window: int,
) -> Iterator[tuple[str, Float[np.ndarray, "H W"]]]:
    """Every score in pixels: plain, minus its mean map, averaged over a window, and that with the
    centre prior."""
    centre = _standard(centre_prior(*pixels))
    for name, latent in scores.items():
        plain = in_pixels(latent, *pixels)
        yield name, plain
        yield f"{name}, position", plain - means.mean(label, name, *pixels)
        windowed = uniform_filter(plain, window, mode="nearest")
        yield f"{name}, window", windowed
        yield f"{name}, window and centre", _standard(windowed) + centre


def _standard(map: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """Minus its mean, over its standard deviation; a flat map is zero."""
    deviation = map.std()
    return (map - map.mean()) / deviation if deviation else np.zeros_like(map)
