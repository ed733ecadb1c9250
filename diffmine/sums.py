"""The sums and maps of a shard of images: from tallies to tables and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from diffmine.diffusion.tally import Tally
from diffmine.errors import AtlasError
from diffmine.store.atlas import Atlas
from diffmine.store.schemas import MAPS, SUMS

Labels = tuple[str, ...]
Names = Callable[[Labels], list[tuple[str, str]]]
_ROW_GROUP = 64


@dataclass(frozen=True)
class Shard:
    """Images (image_id, their labels) that are computed and written together."""

    number: int
    images: list[tuple[str, Labels]]

    @property
    def sums(self) -> str:
        """Its file of sums, in the atlas."""
        return f"sums/part-{self.number:05d}.parquet"

    @property
    def maps(self) -> str:
        """Its file of maps, in the atlas."""
        return f"maps/part-{self.number:05d}.parquet"


def labelled_pictures(atlas: Atlas, count: int) -> list[tuple[Image.Image, str]]:
    """Up to `count` pictures with their labels, spread over the atlas."""
    rows = atlas.table("images", ["image_id", "label"]).to_pylist()
    step = max(1, -(-len(rows) // count))
    return [(atlas.pictures.picture(row["image_id"]), row["label"]) for row in rows[::step]]


def read_sums(atlas: Atlas, shard: Shard, most: int, together: int) -> tuple[int, dict[str, Tally]]:
    """The number of draws that a shard's sums were brought to, and the tally of each image.

    (0, {}) when there are none, or when they hold more than `most` draws: none can be taken back.
    `together` says how many draws count as one.
    """
    if not atlas.finished(shard.sums):
        return 0, {}
    rows = atlas.read_part(shard.sums).to_pylist()
    goal = max(row["goal"] for row in rows)
    if goal > most:
        return 0, {}
    by_image: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_image.setdefault(row["image_id"], []).append(row)
    return goal, {name: _tally_of(found, together) for name, found in by_image.items()}


def _tally_of(rows: list[dict[str, Any]], together: int) -> Tally:
    """The tally that the rows of an image were written from."""
    shape = (rows[0]["height"], rows[0]["width"])

    def stacked(name: str) -> Tensor:
        return torch.from_numpy(np.array([row[name] for row in rows], np.float32))

    return Tally(
        torch.tensor([row["draws"] / together for row in rows]),
        stacked("mean").unflatten(1, shape),
        stacked("squares").unflatten(1, shape),
        stacked("blocks"),
        together,
    )


def write_sums(
    atlas: Atlas, shard: Shard, tallies: dict[str, Tally], names: Names, goal: int
) -> None:
    """Write the tallies of a shard; `names` gives label and score of each map by an image's labels,
    `goal` is the number of draws that those still in the race now have."""
    rows = [
        {
            **_head(image_id, name, tally, k),
            "goal": goal,
            "mean": tally.mean[k].numpy().ravel(),
            "squares": tally.squares[k].numpy().ravel(),
            "blocks": tally.blocks[k].numpy(),
        }
        for image_id, own in shard.images
        for tally in [tallies[image_id]]
        for k, name in enumerate(names(own))
    ]
    atlas.write(shard.sums, rows, SUMS)


def write_maps(atlas: Atlas, shard: Shard, tallies: dict[str, Tally], names: Names) -> None:
    """Write the maps of a shard; AtlasError when one is not finite."""
    rows = [
        row
        for image_id, own in shard.images
        for row in _map_rows(image_id, tallies[image_id], names(own))
    ]
    atlas.write(shard.maps, rows, MAPS, group=_ROW_GROUP)


def _map_rows(image_id: str, tally: Tally, names: list[tuple[str, str]]) -> list[dict[str, Any]]:
    if not bool(torch.isfinite(tally.mean).all()):
        raise AtlasError(f"A map of {image_id} is not finite; is its model broken?")
    errors, decay = tally.standard_error, tally.decay
    scores, score_errors = tally.score.tolist(), tally.score_error.tolist()
    return [
        {
            **_head(image_id, name, tally, k),
            "mean": tally.mean[k].numpy().astype(np.float16).ravel(),
            "standard_error": errors[k].numpy().astype(np.float16).ravel(),
            "decay": decay[k].numpy(),
            "typicality": scores[k],
            "se": score_errors[k],
        }
        for k, name in enumerate(names)
    ]


def _head(image_id: str, name: tuple[str, str], tally: Tally, k: int) -> dict[str, Any]:
    return {
        "image_id": image_id,
        "label": name[0],
        "score": name[1],
        "height": tally.mean.shape[-2],
        "width": tally.mean.shape[-1],
        "draws": int(tally.draws[k]),
    }
