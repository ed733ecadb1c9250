"""The families of models that are read: each is a file here and a line in FAMILIES."""

from __future__ import annotations

from diffmine.model.families.base import Family
from diffmine.model.families.flux2 import FLUX2
from diffmine.model.families.sd import STABLE_DIFFUSION
from diffmine.model.families.sd3 import SD3
from diffmine.model.families.sdxl import SDXL

FAMILIES: list[Family] = [STABLE_DIFFUSION, SDXL, SD3, FLUX2]
"""The first one that knows a pipeline's parts loads it."""
