"""Training on a GPU by a CUDA graph does what the same steps one kernel at a time do."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from diffmine.model.tiny import RANDOM, make
from diffmine.model.training import captured

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def _losses(graph: bool) -> list[float]:
    unet = make(RANDOM, 0).unet.to("cuda").requires_grad_(True).train()
    optimizer = torch.optim.AdamW(unet.parameters(), 1e-3, fused=True)

    def fill(noisy: Tensor, t: Tensor, text: Tensor, noise: Tensor) -> Tensor:
        unet.zero_grad()
        loss = (unet(noisy, t, encoder_hidden_states=text).sample - noise).square().mean()
        loss.backward()
        return loss.detach()

    def batch(seed: int) -> tuple[Tensor, ...]:
        chance = torch.Generator().manual_seed(seed)
        noisy, noise = torch.randn((2, 4, 4, 16, 16), generator=chance).cuda()
        text = torch.randn((4, 77, 16), generator=chance).cuda()
        return noisy, torch.randint(1000, (4,), generator=chance).cuda(), text, noise

    step = captured(fill, batch(0), unet.parameters()) if graph else fill
    losses = []
    for seed in range(20):
        losses.append(float(step(*batch(seed))))
        optimizer.step()
    return losses


def test_a_graph_trains_as_single_kernels_do() -> None:
    """Twenty steps on twenty batches: the same losses."""
    assert _losses(graph=True) == pytest.approx(_losses(graph=False), rel=1e-3)
