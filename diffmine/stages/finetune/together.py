"""Several processes that train one model: torchrun starts them, on one machine or on several.

The first one holds the atlas, takes the images in, encodes them and writes; the others wait for it,
take part in the training alone, and end with it. A step's images are shared out among them, so that
what comes out does not depend on how many they are, but for rounding.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState
from accelerate.utils import broadcast_object_list

from diffmine.config import FinetuneConfig
from diffmine.errors import EngineError, UsageError

ARITHMETIC = {"bf16": torch.bfloat16, "fp16": torch.float16, "no": torch.float32}
_PATIENT = timedelta(days=7)
"""How long a process waits for another: the first one may have many images to encode."""


def is_several() -> bool:
    """Whether this process is one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def say(job: dict[str, Any] | None) -> None:
    """Tell the other processes what is to be done; None: nothing."""
    if is_several():
        _joined()
        broadcast_object_list([job])


def hear() -> dict[str, Any] | None:
    """What the first process says, in another one."""
    _joined()
    jobs: list[dict[str, Any] | None] = [None]
    broadcast_object_list(jobs)
    return jobs[0]


def agreed(accelerator: Accelerator, value: Any) -> Any:
    """The first process's value, in all of them."""
    if accelerator.num_processes == 1:
        return value
    values = [value]
    broadcast_object_list(values)
    return values[0]


def accelerator_of(config: FinetuneConfig) -> Accelerator:
    """What brings the processes together, in the arithmetic that is asked for."""
    cpu = is_several() and _no_gpu()
    if is_several():
        _joined()
    # It keeps the arithmetic of the first training of a process, and refuses another.
    AcceleratorState._reset_state()
    return Accelerator(cpu=cpu, mixed_precision=precision_of(config))


def precision_of(config: FinetuneConfig) -> str:
    """The arithmetic of training on this machine: bf16, fp16 or no."""
    if config.precision != "auto":
        return config.precision
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return "bf16" if torch.cpu._is_avx512_bf16_supported() else "no"


def rows_of(config: FinetuneConfig, ranks: int) -> int:
    """How many of a step's images each of so many processes computes."""
    if config.batch % ranks:
        raise UsageError(
            f"--finetune.batch {config.batch} cannot be shared out among {ranks} processes; take a "
            f"multiple of {ranks}."
        )
    return config.batch // ranks


def part(accelerator: Accelerator) -> None:
    """Wait for the others, and go on alone."""
    accelerator.wait_for_everyone()
    if is_several():
        PartialState().destroy_process_group()


def _joined() -> None:
    """Meet the others. Without a GPU accelerate only does so when it is told that there is none:
    else each process takes itself for the only one, and says nothing."""
    state = PartialState(cpu=_no_gpu(), timeout=_PATIENT)
    if state.num_processes != int(os.environ["WORLD_SIZE"]):
        raise EngineError(
            f"This is one of {os.environ['WORLD_SIZE']} processes, and only {state.num_processes} "
            "met; start them with torchrun --nproc_per_node N -m diffmine."
        )


def _no_gpu() -> bool:
    return not torch.cuda.is_available()
