"""Which files hold the weights of one part of a model, and what their headers say.

Only names, JSON and the headers of safetensors files are read here, never weights. A file that is a
pickle (.bin, .ckpt, .pt, .pth) is not opened at all: it can run code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from diffmine.errors import ModelError

PICKLES = frozenset({".bin", ".ckpt", ".pt", ".pth", ".pkl"})
SAFE = ".safetensors"
_NAME = re.compile(
    r"(?P<stem>diffusion_pytorch_model|model)"
    r"(?:\.(?P<before>[a-z]\w*))??(?P<shard>-\d+-of-\d+)?(?:\.(?P<after>[a-z]\w*))??"
    r"\.safetensors(?P<index>(?:\.(?P<within>\w+))?\.index(?:\.(?P<last>\w+))?\.json)?"
)
_VARIANTS = ("", "fp32", "fp16", "bf16")
"""Which of several versions of the same weights is taken: the first that is there, then others by
name; weights without their running mean (non_ema) last."""


@dataclass(frozen=True)
class Weights:
    """The weights of a part: its files, by the names under which the libraries look for them."""

    folder: Path
    files: Mapping[str, Path]

    @property
    def plain(self) -> bool:
        """Whether the files have those names where they are."""
        return all(path == self.folder / name for name, path in self.files.items())

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor by its name. Raises ModelError for a file that is cut short."""
        tensors = [path for path in self.files.values() if path.suffix == SAFE]
        return {name: shape for path in tensors for name, shape in header(path).items()}


def header(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of a safetensors file, by its name."""
    try:
        with safe_open(path, framework="np") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} is no whole safetensors file: {error}.") from error


def words_of(path: Path) -> dict[str, str]:
    """What the header of a safetensors file says beside its tensors."""
    try:
        with safe_open(path, framework="np") as file:
            return dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} is no whole safetensors file: {error}.") from error


def versions(names: Iterable[str]) -> dict[str, list[str]]:
    """The names of safetensors files, and of what lists several of them, by the version of the
    weights that they are ("" or, as fp16, a variant), the best first."""
    by: dict[str, list[str]] = {}
    for name in sorted(names):
        if match := _NAME.fullmatch(name):
            places = (match[place] for place in ("before", "after", "within", "last"))
            by.setdefault(next(filter(None, places), ""), []).append(name)
    return {variant: by[variant] for variant in sorted(by, key=_rank)}


def weights_of(folder: Path) -> Weights | None:
    """The weights in the folder of a part; None where there are none. Raises ModelError where they
    are only there as a pickle, and where a file of several is missing."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    for own in versions(names).values():
        whole = [name for name in own if name.endswith(SAFE) and not _match(name)["shard"]]
        if whole:
            return Weights(folder, {f"{_match(whole[0])['stem']}{SAFE}": folder / whole[0]})
        indices = [name for name in own if not name.endswith(SAFE)]
        if indices:
            return _sharded(folder, indices[0])
        raise ModelError(f"{folder} lacks the list of its weights beside {own[0]}.")
    refuse_pickles(folder, names)
    return None


def _match(name: str) -> re.Match[str]:
    match = _NAME.fullmatch(name)
    assert match is not None
    return match


def _rank(variant: str) -> tuple[bool, int, str]:
    place = _VARIANTS.index(variant) if variant in _VARIANTS else len(_VARIANTS)
    return "non_ema" in variant, place, variant


def _sharded(folder: Path, index: str) -> Weights:
    named = read_json(folder / index).get("weight_map")
    shards = sorted(set(named.values())) if isinstance(named, dict) else []
    if not shards or not all(map(_is_plain, shards)):
        raise ModelError(f"{folder / index} names no files of weights.")
    missing = [name for name in shards if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder} lacks {missing[0]}, one of the {len(shards)} files of its weights; "
            "copy or download it again."
        )
    plain = f"{index.partition('.')[0]}{SAFE}.index.json"
    return Weights(folder, {plain: folder / index, **{name: folder / name for name in shards}})


def _is_plain(name: Any) -> bool:
    return isinstance(name, str) and Path(name).name == name and "\\" not in name


def refuse_pickles(place: Path, names: Iterable[str]) -> None:
    """Raise ModelError where one of the names is that of a pickle."""
    pickles = [name for name in names if Path(name).suffix.lower() in PICKLES]
    if pickles:
        raise ModelError(
            f"{place / pickles[0]} is a pickle, which can run code when it is opened, and diffmine "
            "opens none; where you trust it load it with diffusers and save it again with "
            "save_pretrained(FOLDER, safe_serialization=True)."
        )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is no such file. Raises ModelError where it cannot
    be read."""
    if not path.is_file():
        return {}
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error}.") from error
    if not isinstance(fields, dict):
        raise ModelError(f"{path} is no JSON object.")
    return fields
