"""The stages of a build, in their order: each is a folder here and a line in STAGES.

A stage's `run(atlas, config, *, engine, progress) -> Report` stands in its folder's run.py, and its
configuration in BuildConfig under the stage's name. Stages meet in the files of an atlas only.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

STAGES = ("finetune", "typicality", "mine", "cluster", "translate", "trends")


def stage_named(name: str) -> Any:
    """The module of a stage, imported when it is first asked for: most of them import torch."""
    return import_module(f"diffmine.stages.{name}.run")


__all__ = ["STAGES", "stage_named"]
