"""diffmine: what is typical of a label, where is it in the picture, how does it change.

After Siglidis, Holynski, Efros, Aubry and Ginosar, "Diffusion Models as Data Mining Tools",
ECCV 2024. Importing diffmine imports no torch; each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from diffmine.version import __version__ as __version__

_HOME = {
    "BuildConfig": "diffmine.config",
    "build": "diffmine.pipeline.build",
    "load_model": "diffmine.model.load",
    "open_atlas": "diffmine.atlas.reader",
    "open_dataset": "diffmine.data.sources",
    "patch_scores": "diffmine.live.score",
    "similar": "diffmine.atlas.similar",
    "translate": "diffmine.live.translate",
    "typicality_map": "diffmine.live.score",
}

if TYPE_CHECKING:
    from diffmine.atlas.reader import open_atlas
    from diffmine.atlas.similar import similar
    from diffmine.config import BuildConfig
    from diffmine.data.sources import open_dataset
    from diffmine.live.score import patch_scores, typicality_map
    from diffmine.live.translate import translate
    from diffmine.model.load import load_model
    from diffmine.pipeline.build import build

__all__ = [
    "BuildConfig",
    "build",
    "load_model",
    "open_atlas",
    "open_dataset",
    "patch_scores",
    "similar",
    "translate",
    "typicality_map",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"diffmine has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(_HOME[name]), name)
