"""Search by example: the feature of a box in any picture, as patches have theirs (stage cluster).

    f(b) = mean of DIFT inside the box b, length 1;   patches in the order of cos(f(b), f(patch))

An image of the atlas is read as the stage read it, with the same prompt and noises: the box of a
patch has the feature of that patch. A picture from outside has no label, so it is read with the
prompt that names none (docs/decisions/0072-an-example-is-read-without-a-label.md).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from PIL import Image

from diffmine.config import ClusterConfig
from diffmine.errors import UsageError
from diffmine.model.dift import box_feature, features
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor

Box = tuple[float, float, float, float]
"""Row, column, height and width in pixels of the image as mined."""


def example_feature(
    model: Model,
    picture: Image.Image,
    box: Box,
    config: ClusterConfig,
    image_id: str,
    label: str | None = None,
) -> Float[np.ndarray, " d"]:
    """The feature of a box of a picture (as mined), float32 of length 1.

    `image_id` seeds the noises; `label` is the one whose prompt is used, None for the prompt
    without any. Raises UsageError for a box that has no pixel in the picture, ModelError when the
    model keeps no prompts.
    """
    high, wide = picture.height, picture.width
    row, col = max(box[0], 0.0), max(box[1], 0.0)
    height, width = min(box[0] + box[2], float(high)) - row, min(box[1] + box[3], float(wide)) - col
    if not (height >= 1 and width >= 1):
        raise UsageError("The box has no pixel in the picture; draw it larger.")
    latent = model.encode(to_tensor(picture))[0]  # c h w
    cells = features(
        model,
        latent,
        model.trained_prompts().of(label),
        image_id,
        timestep=config.timestep,
        up_block=config.up_block,
        noises=config.noises,
        seed=config.seed,
    )
    return box_feature(cells.cpu().numpy(), (row, col, height, width), (high, wide))
