"""Blocks that were freed are used again, without asking the system."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys, torch
from diffmine.model.fast.memory import keep_freed
kept = "keep" in sys.argv and keep_freed()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def work():
    for _ in range(20):
        torch.zeros(16 << 20).add_(1)
work()
before = faults()
work()
print(kept, faults() - before)
"""


def faults(*given: str) -> tuple[bool, int]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *given], capture_output=True, text=True, check=True
    )
    kept, count = done.stdout.split()
    return kept == "True", int(count)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be asked")
def test_freed_memory_is_not_mapped_anew() -> None:
    _, before = faults()
    kept, after = faults("keep")
    if not kept:
        pytest.skip("another C library")
    assert after < before / 10
