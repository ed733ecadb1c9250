"""Between images and latents, as most families do it: (posterior mean - shift) x scale."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float, Shaped
from torch import Tensor


def encoded(vae: Any, images: Shaped[Tensor, "b 3 h w"]) -> Float[Tensor, "b c hl wl"]:
    """The posterior mean of the whole image, never of tiles: those differ from it by up to 3.7
    standard deviations along their seams."""
    mean = vae.encode(images).latent_dist.mean.float()
    return (mean - _shift(vae)) * vae.config.scaling_factor


def decoded(vae: Any, latents: Float[Tensor, "b c hl wl"]) -> Shaped[Tensor, "b 3 h w"]:
    """Images of about -1 to 1."""
    scaled = latents / vae.config.scaling_factor + _shift(vae)
    return vae.decode(scaled.to(vae.dtype)).sample


def factor_of(vae: Any) -> int:
    """Pixels of an image for one that an autoencoder makes."""
    return int(2 ** (len(vae.config.block_out_channels) - 1))


class Latent:
    """What the parts of most families are to images, given their `unet` and `vae`."""

    unet: Any
    vae: Any

    @property
    def channels(self) -> int:
        """Channels of a latent."""
        return int(self.unet.config.in_channels)

    @property
    def factor(self) -> int:
        """Pixels of an image for one of its latent."""
        return factor_of(self.vae)

    def encode(self, images: Shaped[Tensor, "b 3 h w"]) -> Float[Tensor, "b c hl wl"]:
        """Posterior mean, shifted and scaled."""
        return encoded(self.vae, images)

    def decode(self, latents: Float[Tensor, "b c hl wl"]) -> Shaped[Tensor, "b 3 h w"]:
        """Images."""
        return decoded(self.vae, latents)


def _shift(vae: Any) -> float:
    return float(getattr(vae.config, "shift_factor", None) or 0)
