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
    "build": "diffmine.build",
    "load_model": "diffmine.diffusion.model",
    "open_atlas": "diffmine.store.atlas",
    "open_dataset": "diffmine.data.dataset",
    "patch_scores": "diffmine.api",
    "similar": "diffmine.api",
    "translate": "diffmine.api",
    "typicality_map": "diffmine.api",
}

if TYPE_CHECKING:
    from diffmine.api import patch_scores, similar, translate, typicality_map
    from diffmine.build import build
    from diffmine.config import BuildConfig
    from diffmine.data.dataset import open_dataset
    from diffmine.diffusion.model import load_model
    from diffmine.store.atlas import open_atlas

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
