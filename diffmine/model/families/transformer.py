"""What families have in common whose network is a transformer that predicts a flow."""

from __future__ import annotations

from collections.abc import Sequence

from diffusers import FlowMatchEulerDiscreteScheduler
from torch import nn

from diffmine.errors import ModelError

_UP_BLOCKS = 4


def flow_of(where: str) -> FlowMatchEulerDiscreteScheduler:
    """The scheduler of a folder or Hub repository, which is passed on with the model. Raises
    ModelError where it is that of another kind of model."""
    config = FlowMatchEulerDiscreteScheduler.load_config(where, subfolder="scheduler")
    if "Flow" not in str(config.get("_class_name", "")):
        raise ModelError(
            f"The model {where} has a transformer beside {config.get('_class_name')}; diffmine "
            "reads one that predicts a flow."
        )
    return FlowMatchEulerDiscreteScheduler.from_config(config)


def block_of(blocks: Sequence[nn.Module], number: int) -> nn.Module | None:
    """The block of a transformer that stands for an up block of a UNet with four of them: its
    second half in four parts, of which it is the last block of part `number`. None: no such part.
    """
    if number >= _UP_BLOCKS:
        return None
    half = len(blocks) / 2
    return blocks[min(round(half + half * (number + 1) / _UP_BLOCKS), len(blocks)) - 1]
