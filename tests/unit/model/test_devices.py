"""Which device a process takes, and how much memory it may count on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from diffmine.engine.processes import DEVICE, WORKER
from diffmine.model import devices
from diffmine.model.devices import best_device, free_memory


def test_a_worker_has_the_gpu_of_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", taken.append)
    assert str(best_device()) == "cuda"
    for number, name in (("0", "cuda:0"), ("1", "cuda:1"), ("2", "cuda:0")):
        monkeypatch.setenv(WORKER, number)
        assert str(best_device()) == name
    assert [device.index for device in taken] == [0, 1, 0]
    monkeypatch.setenv(DEVICE, "cpu")
    assert str(best_device()) == "cpu"


def test_a_container_may_have_less_memory_than_its_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_CONTAINER", tmp_path)
    cpu = torch.device("cpu")
    assert free_memory(cpu) > 1_000_000
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("900\n")
    assert free_memory(cpu) > 1_000_000
    (tmp_path / "memory.max").write_text("5900\n")
    assert free_memory(cpu) == 5000
