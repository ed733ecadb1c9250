#!/bin/sh
set -eu
# torch 2.13.0 on Linux with glibc: gradient checkpointing on a processor saves half of what it should.
#
# One would guess: with torch.utils.checkpoint only the input of each block and the pieces of one
# block are alive, so the process grows by about what those tensors hold (here 24 inputs of 4 MB and
# one block's 16 MB pieces: 176 MB).
# What happens: it grows to about twice that. A piece above 128 KB is mapped at first and given back
# when it is freed, but with the first such free glibc raises that threshold, up to 32 MB: all later
# pieces come from the heap. Kept inputs then lie between the freed pieces of each block, and the
# holes are neither given back nor large enough for the next. No figure of torch's shows it; it ends
# in the system's killing the process at a size that was reckoned to fit.
# With MALLOC_MMAP_THRESHOLD_=1048576 in the environment (or mallopt) the threshold stays where it is
# and the process grows by what is alive; it costs time, as fresh pages are cleared for every piece.
# Tensors of 32 MB and more are always given back, so large models on large pictures suffer less.
#
# Needs Linux with glibc. Installs pinned public packages in a temporary folder; fails if the
# behaviour changes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0
cat > "$folder/memory.py" <<'END'
import platform
import sys
from pathlib import Path

import torch
from torch.utils.checkpoint import checkpoint


class Block(torch.nn.Module):
    def __init__(self, wide):
        super().__init__()
        self.norm = torch.nn.LayerNorm(wide)
        self.up, self.down = torch.nn.Linear(wide, 4 * wide), torch.nn.Linear(4 * wide, wide)

    def forward(self, x):
        return x + self.down(torch.nn.functional.gelu(self.up(self.norm(x))))


def megabytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) // 1024


def step(blocks, rows):
    x = torch.randn(rows, 1024, 256)
    for block in blocks:
        x = checkpoint(block, x, use_reentrant=False)
    x.square().mean().backward()


torch.manual_seed(0)
step([Block(256)], 1)
blocks = torch.nn.ModuleList(Block(256) for _ in range(24))
for weight in blocks.parameters():
    weight.grad = torch.zeros_like(weight)
before = megabytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the most so far is what there is now
for _ in range(3):
    step(blocks, 4)
grown = megabytes("VmHWM") - before
print(torch.__version__, *platform.libc_ver(), sys.argv[1], "grown by", grown, "MB")
assert grown < 200 if sys.argv[1] == "fixed" else grown > 260
END
export OMP_NUM_THREADS=1
"$folder/venv/bin/python" "$folder/memory.py" "by itself"
MALLOC_MMAP_THRESHOLD_=1048576 "$folder/venv/bin/python" "$folder/memory.py" fixed
