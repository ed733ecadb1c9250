"""What the authors of Stable Diffusion call the layers of a UNet that diffusers renamed.

Theirs are numbered from one end to the other, input_blocks, middle_block and output_blocks; block k
of them begins a level of `layers` residual blocks and one change of size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

_ENDS = {
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}
_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_PLACE = re.compile(
    r"(?:(?P<side>down|up)_blocks\.(?P<level>\d+)|mid_block)\."
    r"(?P<kind>resnets|attentions|downsamplers|upsamplers)\.(?P<number>\d+)\.(?P<rest>.+)"
)


def authors(name: str, layers: int, crossed: Collection[int]) -> str | None:
    """The authors' name of a layer of a UNet; None where they have none. `layers` are residual
    blocks of a level on the way down, `crossed` the up blocks that have attention."""
    if name in _ENDS:
        return _ENDS[name]
    match = _PLACE.fullmatch(name)
    if match is None:
        return None
    kind, number, rest = match["kind"], int(match["number"]), match["rest"]
    rest = _RESNET.get(rest, rest) if kind == "resnets" else rest
    if match["side"] is None:
        place = 2 * number if kind == "resnets" else 1
        return f"middle_block.{place}.{rest}"
    return _SIDES[match["side"]](int(match["level"]), kind, number, rest, layers, crossed)


def _down(
    level: int, kind: str, number: int, rest: str, layers: int, crossed: Collection[int]
) -> str:
    first = (layers + 1) * level + 1
    if kind == "downsamplers":
        return f"input_blocks.{first + layers}.0.op"
    return f"input_blocks.{first + number}.{int(kind == 'attentions')}.{rest}"


def _up(
    level: int, kind: str, number: int, rest: str, layers: int, crossed: Collection[int]
) -> str:
    first = (layers + 1) * level
    if kind == "upsamplers":
        return f"output_blocks.{first + layers}.{1 + (level in crossed)}.{rest}"
    return f"output_blocks.{first + number}.{int(kind == 'attentions')}.{rest}"


_SIDES: dict[str, Callable[[int, str, int, str, int, Collection[int]], str]] = {
    "down": _down,
    "up": _up,
}
