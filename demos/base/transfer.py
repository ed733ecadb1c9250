"""Take over a UNet that learned in the latents of another autoencoder.

Latents of two autoencoders of the same shape differ most by a rotation of their channels. With
Q the orthogonal matrix that brings the new ones nearest to the old (Schoenemann 1966),

    new UNet(z) = Q' old UNet(Q z),

which costs nothing: Q goes into the first convolution, its transpose into the last. White noise
stays white under a rotation, so that what the UNet knows of noise holds.
"""

from __future__ import annotations

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from jaxtyping import Float
from torch import Tensor


@torch.inference_mode()
def rotation(
    new: AutoencoderKL, old: AutoencoderKL, images: Float[Tensor, "b 3 h w"]
) -> Float[Tensor, "c c"]:
    """The orthogonal Q for which Q z_new is nearest to z_old; `images` are in -1 to 1."""
    latents = [
        (vae.encode(images).latent_dist.mean * vae.config.scaling_factor).transpose(0, 1).flatten(1)
        for vae in (old, new)
    ]
    left, _, right = torch.linalg.svd(latents[0] @ latents[1].T)
    return left @ right


@torch.no_grad()
def rotate(unet: UNet2DConditionModel, turn: Float[Tensor, "c c"]) -> None:
    """Let a UNet, in place, read and predict in the new latents."""
    first, last = unet.conv_in.weight, unet.conv_out
    first.copy_(torch.einsum("odhw,dc->ochw", first, turn))
    last.weight.copy_(torch.einsum("dc,dihw->cihw", turn, last.weight))
    last.bias.copy_(turn.T @ last.bias)
