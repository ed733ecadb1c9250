"""Between pictures and tensors."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor


def to_tensor(picture: Image.Image) -> Float[Tensor, "1 3 h w"]:
    """An RGB picture as a batch of one in -1 to 1."""
    array = np.asarray(picture.convert("RGB"), np.float32) / 127.5 - 1  # h w 3
    return torch.from_numpy(array).permute(2, 0, 1)[None]  # 1 3 h w


def to_arrays(images: Float[Tensor, "b 3 h w"]) -> UInt8[np.ndarray, "b h w 3"]:
    """Images in -1 to 1 as 8-bit arrays."""
    scaled = ((images.float().cpu() + 1) * 127.5).round().clamp(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()  # b h w 3
