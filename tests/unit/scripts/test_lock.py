"""The locks pin what was tested, every file by its digest, and name no server."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.lock import HEADS, TORCH, split
from scripts.pin import needed

ROOT = Path(__file__).parents[3]
PACKAGE = re.compile(r"(?m)^([a-z0-9-]+==.*?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")


def locked(name: str) -> dict[str, Requirement]:
    text = (ROOT / name).read_text()
    assert text.startswith(HEADS[name])
    packages = [Requirement(line) for line, _ in PACKAGE.findall(text)]
    rest = PACKAGE.sub("", text.removeprefix(HEADS[name]))
    assert not rest.strip(), rest[:200]  # every line is a package with its digests, or one of these
    assert "://" not in text
    return {canonicalize_name(package.name): package for package in packages}


def test_the_locks_hold_all_that_is_needed_at_the_tested_versions() -> None:
    run, torch = locked("requirements.lock"), locked("torch.lock")
    assert "torch" in torch
    assert not set(run) & set(torch)
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    for name, package in (run | torch).items():
        if name in pins:
            assert str(package.specifier) == f"=={pins[name]}", name
    for name in needed(extras=False):  # a build of torch for another CUDA needs other packages
        assert TORCH.match(f"{name}==") or name in run | torch, name


def test_what_only_torch_needs_stands_apart() -> None:
    lock = "".join(
        f"{name}==1 \\\n    --hash=sha256:{'0' * 64}\n"
        for name in ("nvidia-cublas", "numpy", "torch", "torchless", "triton")
    )
    parts = split(lock)
    names = {name: re.findall(r"(?m)^(\S+)==", text) for name, text in parts.items()}
    assert names == {
        "requirements.lock": ["numpy", "torchless"],
        "torch.lock": ["nvidia-cublas", "torch", "triton"],
    }
