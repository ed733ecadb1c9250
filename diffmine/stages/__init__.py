"""The stages of a build: each is a folder here and a line in the list of diffmine/atlas/stages.py.

A stage's `run(atlas, config, *, engine, progress) -> Report` stands in its folder's run.py, and its
configuration in BuildConfig under the stage's name. Stages meet in the files of an atlas only.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from diffmine.atlas.stages import STAGES as KNOWN

STAGES = tuple(stage.name for stage in KNOWN if stage.in_build)
"""In their order."""


def stage_named(name: str) -> Any:
    """The module of a stage, imported when it is first asked for: most of them import torch."""
    return import_module(f"diffmine.stages.{name}.run")


__all__ = ["STAGES", "stage_named"]
