"""A folder in the layout that the libraries load, of parts that lie in several places.

It holds links, to folders where they are as the libraries look for them and else to each file under
the name that they look for (a variant such as fp16 under the plain one). It is there while a model
is loaded, and no copy of weights is made.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from diffmine.model.foreign import single
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.model.foreign.place import INDEX, Part

_SD1 = {
    "_class_name": "StableDiffusionPipeline",
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


_SDXL = _SD1 | {
    "_class_name": "StableDiffusionXLPipeline",
    "force_zeros_for_empty_prompt": True,
    "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
    "tokenizer_2": ["transformers", "CLIPTokenizer"],
}


@contextmanager
def assembled(checkpoint: Checkpoint) -> Iterator[Path]:
    """The folder of a model: its own where that is whole, else one of links until the end."""
    if checkpoint.folder is not None:
        yield checkpoint.folder
        return
    with tempfile.TemporaryDirectory(prefix="diffmine-model-") as temporary:
        folder = Path(temporary)
        for name, part in checkpoint.parts.items():
            _put(part, folder / name, checkpoint)
        index = index_of(checkpoint)
        (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
        yield folder


def index_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """The model_index.json of a model; that of Stable Diffusion XL, or of 1 and 2, where no part
    has one."""
    return dict(checkpoint.index) or dict(_SDXL if "text_encoder_2" in checkpoint.parts else _SD1)


def _put(part: Part, place: Path, checkpoint: Checkpoint) -> None:
    if part.file is not None:
        parts = {name: one.config for name, one in checkpoint.parts.items() if one.file is not None}
        _link(single.converted(part.file, parts) / part.name, place)
        return
    assert part.folder is not None
    if part.weights is None or part.weights.plain:
        _link(part.folder, place)
        return
    place.mkdir()
    for path in part.files():
        _link(path, place / path.name)
    for name, path in part.weights.files.items():
        if name != path.name:
            _link(path, place / name)


def _link(path: Path, place: Path) -> None:
    """A link, or a copy where the system makes none (Windows without the right to)."""
    if place.exists():
        return
    try:
        os.symlink(path.absolute(), place, target_is_directory=path.is_dir())
    except OSError:
        if path.is_dir():
            shutil.copytree(path, place)
        else:
            shutil.copyfile(path, place)
