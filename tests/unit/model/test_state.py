"""Checkpoints, and the mean of the weights that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from diffmine.model.state import State, mean_of


def made(mean: bool = True, every: int = 1) -> State:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    network[0].bias.requires_grad_(False)
    trained = [weight for weight in network.parameters() if weight.requires_grad]
    state = State(0, network, {}, torch.optim.AdamW(trained, 0.1), every=every)
    state.mean = mean_of(state.trained) if mean else {}
    return state


def step(state: State) -> None:
    torch.manual_seed(state.step)
    state.optimizer.zero_grad()
    state.unet(torch.randn(5, 3)).square().mean().backward()
    state.optimizer.step()
    state.step += 1
    state.update_mean(0.9)


@pytest.mark.parametrize("mean", [True, False])
def test_a_checkpoint_goes_on_as_if_nothing_had_happened(tmp_path: Path, mean: bool) -> None:
    one, other = made(mean), made(mean)
    for _ in range(3):
        step(one)
    one.losses, one.held = [0.5, 0.25], [(2, 0.125, 0.5)]
    one.save(tmp_path / "state.safetensors")
    step(other)  # somewhere else
    assert other.load(tmp_path / "state.safetensors", steps=10)
    assert (other.step, other.losses, other.held) == (3, one.losses, one.held)
    for state in (one, other):
        step(state)
    pairs = zip(one.unet.parameters(), other.unet.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert all(torch.equal(one.mean[name], other.mean[name]) for name in one.mean)
    assert not other.load(tmp_path / "state.safetensors", steps=2), "it is behind the last step"


def test_a_mean_in_the_hosts_memory_moves_every_few_steps_as_far() -> None:
    state, plain = made(every=5), made()
    before = {name: value.clone() for name, value in state.mean.items()}
    for _ in range(4):
        step(state)
    assert all(torch.equal(state.mean[name], before[name]) for name in before)
    step(state)
    share = min(0.9, 6 / 15) ** 5
    for name, weight in state.trained.items():
        expected = share * before[name] + (1 - share) * weight.detach()
        torch.testing.assert_close(state.mean[name], expected)
    assert plain.every == 1


def test_weights_that_are_kept_are_there_for_a_while_or_for_good(tmp_path: Path) -> None:
    state = made()
    for _ in range(4):
        step(state)
    own = {name: w.detach().clone() for name, w in state.trained.items()}
    mean = {name: value.clone() for name, value in state.mean.items()}
    with state.kept():
        assert all(torch.equal(w, mean[name]) for name, w in state.trained.items())
    assert all(torch.equal(w, own[name]) for name, w in state.trained.items())
    assert all(torch.equal(state.mean[name], mean[name]) for name in mean)
    state.save_kept(tmp_path / "best.safetensors")
    step(state)
    state.keep(tmp_path / "best.safetensors")
    assert all(torch.equal(w, mean[name]) for name, w in state.trained.items())
