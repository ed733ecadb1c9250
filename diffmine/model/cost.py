"""What training costs, in bytes and operations, before anything is loaded.

The steps are run on tensors without content (torch's FakeTensorMode), operation by operation as
they will be, and what would be alive is added up. So the sum knows of gradient checkpointing,
adapters and half precision without a formula for any of them. Kernels' own buffers are not in it,
but for those that every training on a processor has, as measured (decision 0045).
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter
from torch.utils.flop_counter import FlopCounterMode

from diffmine.config.finetune import Trained
from diffmine.model.bases import Base, network_of
from diffmine.model.training import prepare

_TOKENS = 77
_FEW = 3
_SINGLE = 4
_BUFFERS = {"cpu": 80_000_000}
"""Bytes that kernels hold besides tensors, by the kind of device; of a GPU they are not known."""
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "no": None}


@dataclass(frozen=True)
class How:
    """What of a training decides its memory: height and width of the crops in latent pixels, the
    arithmetic (bf16, fp16 or no), what is trained and the rank of adapters, whether activations are
    computed twice, whether a mean is kept, bytes of a weight's two moments together, and the
    kind of device."""

    crop: tuple[int, int]
    precision: str = "no"
    trained: Trained = "all"
    lora: int = 0
    recompute: bool = False
    mean: bool = True
    moments: int = 2 * _SINGLE
    device: str = "cpu"


@dataclass(frozen=True)
class Cost:
    """Bytes at the least, as when all gradients are there and activations are not; else `fixed`
    ones and `per_image` for each image that is computed together with others. `gradients` are there
    as well where the images of a step are computed in parts."""

    least: int
    fixed: int
    per_image: int
    gradients: int

    def bytes(self, together: int, parts: int = 1) -> int:
        """At the most, with so many images together."""
        most = self.fixed + self.per_image * together
        return max(self.least, most + self.gradients * (parts > 1))


@lru_cache(maxsize=64)
def cost_of(base: Base, how: How) -> Cost | None:
    """What a step costs. None for a network that wants more than latents, levels and prompts."""
    try:
        few, many = (_run(base, how, rows) for rows in (_FEW, 2 * _FEW))
    except _REFUSED:
        return None
    per_image = (many.most - few.most) // _FEW
    gradients, buffers = few.trained * _SINGLE, _BUFFERS.get(how.device, 0)
    least = few.weights + gradients + few.lasting + buffers
    return Cost(least, few.most - _FEW * per_image + buffers, per_image, gradients)


@lru_cache(maxsize=16)
def operations_of(base: Base, how: How) -> float | None:
    """Floating-point operations (2 x multiply-adds) of an image in a step, forwards and backwards;
    None as above."""
    try:
        with FlopCounterMode(display=False) as counter:
            _run(base, how, 1)
    except _REFUSED:
        return None
    return float(counter.get_total_flops())


_REFUSED = (RuntimeError, TypeError, AttributeError, ValueError, NotImplementedError)


@dataclass(frozen=True)
class _Run:
    """What was alive at the most in a step; bytes of all weights; numbers that are trained; bytes
    of what is kept of them from step to step."""

    most: int
    weights: int
    trained: int
    lasting: int


def _run(base: Base, how: How, rows: int) -> _Run:
    with torch.device("meta"):
        network = network_of(base)
        if how.lora:
            from diffmine.model.lora import add_adapters

            add_adapters(network, how.lora)
    with FakeTensorMode(allow_non_fake_inputs=True), torch.device(how.device):
        _appear(network)
        prepare(network, how.recompute, how.trained)
        weights = list(network.parameters())
        trained = sum(weight.numel() for weight in weights if weight.requires_grad)
        call = _inputs(network, how.crop, rows)
        target = torch.empty(call["sample"].shape)
        with _Alive() as alive:
            alive.see(weights)
            before = alive.now
            _step(network, call, target, how)
    mean = how.mean * _SINGLE * (how.device == "cpu" or how.trained != "all")
    lasting = trained * (how.moments + mean)
    return _Run(alive.most + lasting, before, trained, lasting)


def _step(network: Any, call: dict[str, Any], target: Tensor, how: How) -> None:
    dtype = DTYPES[how.precision]
    with torch.autocast(how.device, dtype or torch.bfloat16, enabled=dtype is not None):
        answer = network(**call).sample
        loss = torch.nn.functional.mse_loss(answer.float(), target)
    del answer
    loss.backward()


def _appear(network: Any) -> None:
    """Give a network of the device `meta` weights where tensors are made now. Module.to does not
    take tensors of another kind for its weights."""
    for module in network.modules():
        for name, weight in module._parameters.items():
            if weight is not None:
                new = torch.empty(weight.shape, dtype=weight.dtype)
                module._parameters[name] = torch.nn.Parameter(new, weight.requires_grad)
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = torch.empty(buffer.shape, dtype=buffer.dtype)


def _inputs(network: Any, crop: tuple[int, int], rows: int) -> dict[str, Any]:
    config = network.config
    call: dict[str, Any] = {
        "sample": torch.empty(rows, config.in_channels, *crop),
        "timestep": torch.zeros(rows, dtype=torch.long),
        "encoder_hidden_states": torch.empty(rows, _TOKENS, config.cross_attention_dim),
    }
    if config.addition_embed_type == "text_time":
        wide = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        more = {"text_embeds": torch.empty(rows, wide), "time_ids": torch.empty(rows, 6)}
        call["added_cond_kwargs"] = more
    return call


class _Alive(TorchDispatchMode):
    """Adds up the bytes of all storages that are alive, and the most there ever were."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now = self.most = 0
        self._known: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()

    def see(self, tensors: Any) -> None:
        """Count the storages of tensors that are new."""
        for tensor in tree_iter(tensors):
            if not isinstance(tensor, Tensor):
                continue
            storage = tensor.untyped_storage()
            if storage in self._known:
                continue
            size = storage.nbytes()
            self._known[storage] = size
            self.now += size
            self.most = max(self.most, self.now)
            weakref.finalize(storage, self._gone, size)

    def _gone(self, size: int) -> None:
        self.now -= size

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        self.see(out)
        return out
