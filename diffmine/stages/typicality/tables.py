"""From tallies to the rows of sums/ and maps/, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffmine.atlas.maps import read_known
from diffmine.atlas.reader import Atlas
from diffmine.errors import AtlasError
from diffmine.model.tally import Tally
from diffmine.stages.typicality.controls import Record

Labels = tuple[str, ...]
Named = tuple[tuple[str, Labels], ...]
"""Images by name, each with its labels."""
Names = Callable[[Labels], list[tuple[str, str]]]
"""Label and score of each map of an image, by the image's labels."""
DigestOf = Callable[[str], str | None]
"""The digest of an image's source, as images.parquet has it."""
Row = dict[str, Any]


def digests_of(atlas: Atlas) -> DigestOf:
    """What says the digests of an atlas's images."""
    return lambda image_id: atlas.image(image_id)["source_digest"]


def sums_name(number: int) -> str:
    """The file of sums of a shard, in the atlas."""
    return f"sums/part-{number:05d}.parquet"


def maps_name(number: int, folder: str = "maps") -> str:
    """The file of maps of a shard, in the atlas."""
    return f"{folder}/part-{number:05d}.parquet"


def read_sums(path: Path, together: int) -> tuple[int, dict[str, Tally]]:
    """The number of draws that a file of sums was brought to, and the tally of each image;
    `together` says how many draws count as one."""
    rows = read_known(path, None).to_pylist()
    by_image: dict[str, list[Row]] = {}
    for row in rows:
        by_image.setdefault(row["image_id"], []).append(row)
    tallies = {name: _tally_of(own, together) for name, own in by_image.items()}
    return max(row["goal"] for row in rows), tallies


def draws_in(path: Path) -> int:
    """The number of draws that a file of sums was brought to."""
    return int(max(read_known(path, ["goal"])["goal"].to_pylist()))


def _tally_of(rows: list[Row], together: int) -> Tally:
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


def records_in(path: Path) -> dict[str, Record]:
    """What a file of sums keeps of the controls of a race; none in an older one."""
    rows = read_known(path, ["image_id", "race"]).to_pylist()
    return {row["image_id"]: Record.of(row["race"]) for row in rows if row.get("race")}


def sums_rows(
    images: Named,
    tallies: Mapping[str, Tally],
    names: Names,
    digest_of: DigestOf,
    goal: int,
    records: Mapping[str, Record] = MappingProxyType({}),
) -> list[Row]:
    """The rows of a shard's sums; `goal` is the number of draws that those still in the race now
    have, `records` are of the controls of a race."""
    return [
        {
            **_head(image_id, name, tally, k),
            "image_digest": digest_of(image_id),
            "goal": goal,
            "mean": tally.mean[k].numpy().ravel(),
            "squares": tally.squares[k].numpy().ravel(),
            "blocks": tally.blocks[k].numpy(),
            "race": records[image_id].as_list() if image_id in records and not k else None,
        }
        for image_id, own in images
        for tally in [tallies[image_id]]
        for k, name in enumerate(names(own))
    ]


def maps_rows(
    images: Named,
    tallies: Mapping[str, Tally],
    names: Names,
    digest_of: DigestOf,
    lent: Mapping[str, Tally] = MappingProxyType({}),
) -> list[Row]:
    """The rows of a shard's maps; AtlasError when one is not finite. Images in `lent` have the
    errors of the tallies there."""
    return [
        row | {"image_digest": digest_of(image_id)}
        for image_id, own in images
        for row in _map_rows(image_id, tallies[image_id], names(own), lent.get(image_id))
    ]


def _map_rows(
    image_id: str, tally: Tally, names: list[tuple[str, str]], lent: Tally | None
) -> list[Row]:
    if not bool(torch.isfinite(tally.mean).all()):
        raise AtlasError(f"A map of {image_id} is not finite; is its model broken?")
    errors = lent or tally
    error_maps, decay, score_errors = errors.standard_error, errors.decay, errors.score_error
    scores = tally.score.tolist()
    return [
        {
            **_head(image_id, name, tally, k),
            "mean": tally.mean[k].numpy().astype(np.float16).ravel(),
            "standard_error": error_maps[k].numpy().astype(np.float16).ravel(),
            "decay": decay[k].numpy(),
            "typicality": scores[k],
            "se": float(score_errors[k]),
        }
        for k, name in enumerate(names)
    ]


def _head(image_id: str, name: tuple[str, str], tally: Tally, k: int) -> Row:
    return {
        "image_id": image_id,
        "label": name[0],
        "score": name[1],
        "height": tally.mean.shape[-2],
        "width": tally.mean.shape[-1],
        "draws": int(tally.draws[k]),
    }
