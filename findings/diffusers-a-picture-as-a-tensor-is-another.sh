#!/bin/sh
set -eu
# diffusers 0.42.1: the same picture, given to VaeImageProcessor as a PIL image, an array or a tensor, is
# three pictures: what is no PIL image is made smaller by leaving pixels out, and bytes are taken for 0 to 1.
#
# One would guess: preprocess(picture, height, width) gives the same numbers for all kinds that it takes,
# and resample="lanczos", its default, holds for all of them.
# What happens: PIL images are resized by Lanczos. Arrays and tensors go through torch's interpolate, whose
# default is the nearest pixel: of stripes two pixels wide, which are even grey at a third of the
# size, black and white stripes of another width come out. And an array or tensor of uint8 is not
# divided by 255: 200 becomes 399 in the place of .57, far outside of -1 to 1; nothing is said.
# Every image-to-image pipeline begins so. Who loads pictures by torchvision or OpenCV must resize
# and scale them first, or hand over PIL images.
#
# Installs pinned public packages in a temporary folder; fails if the behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check diffusers==0.42.1 torch==2.13.0 numpy==2.4.6 pillow==12.3.0
cat > "$folder/picture.py" <<'END'
import os
import warnings
from importlib.metadata import version

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

warnings.simplefilter("ignore")
processor = VaeImageProcessor(vae_scale_factor=8)
stripes = np.repeat((np.arange(504) // 2 % 2 * 255).astype(np.uint8)[None], 504, axis=0)
pixels = np.repeat(stripes[..., None], 3, axis=2)
kinds = {
    "PIL": Image.fromarray(pixels),
    "array": pixels[None].astype(np.float32) / 255,
    "tensor": torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255,
}
print("diffusers", version("diffusers"), "resample:", processor.config.resample)
spread = {}
for kind, picture in kinds.items():
    small = processor.preprocess(picture, height=168, width=168)
    spread[kind] = float(small.std())
    print(f"{kind}: {tuple(small.shape)}, values spread by {spread[kind]:.3f}")
grey = {
    "PIL": Image.new("RGB", (64, 64), (200, 200, 200)),
    "array": np.full((1, 64, 64, 3), 200, np.uint8),
    "tensor": torch.full((1, 3, 64, 64), 200, dtype=torch.uint8),
}
level = {kind: float(processor.preprocess(each).max()) for kind, each in grey.items()}
print("200 of 255 becomes", {kind: round(value, 3) for kind, value in level.items()})
assert processor.config.resample == "lanczos"
assert spread["PIL"] < 0.1 and spread["array"] > 0.9 and spread["tensor"] > 0.9
assert abs(level["PIL"] - (2 * 200 / 255 - 1)) < 1e-5
assert level["array"] == level["tensor"] == 399.0
END
"$folder/venv/bin/python" "$folder/picture.py"
echo "as described"
