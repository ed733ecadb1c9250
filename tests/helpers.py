"""Small data sets and builds that several tests need."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw

from diffmine.config import (
    BuildConfig,
    ClusterConfig,
    DataConfig,
    FinetuneConfig,
    MineConfig,
    TranslateConfig,
    TrendsConfig,
    TypicalityConfig,
)

LABELS = ("disc", "square")


def draw_shapes(folder: Path, per_label: int = 6, side: int = 32) -> Path:
    """A folder with one folder of pictures per label: discs and squares at random places."""
    for number in range(per_label * len(LABELS)):
        label = LABELS[number % 2]
        picture = Image.new("RGB", (side, side), "white")
        x, y = np.random.default_rng(number).integers(2, side // 2, 2).tolist()
        pen = ImageDraw.Draw(picture)
        draw = pen.ellipse if label == "disc" else pen.rectangle
        draw((x, y, x + side // 3, y + side // 3), fill="black")
        (folder / label).mkdir(parents=True, exist_ok=True)
        picture.save(folder / label / f"{number:03d}.png")
    return folder


def write_boxes(folder: Path) -> Path:
    """A boxes.csv beside such pictures: a box around each shape."""
    rows = ["file_name,label,x,y,w,h"]
    for path in sorted(folder.glob("*/*.png")):
        with Image.open(path) as picture:
            rows_of, columns_of = np.nonzero(np.asarray(picture.convert("L")) < 128)
        x, y = int(columns_of.min()), int(rows_of.min())
        size = f"{columns_of.max() - x + 1},{rows_of.max() - y + 1}"
        rows.append(f"{path.parent.name}/{path.name},{path.parent.name},{x},{y},{size}")
    (folder / "boxes.csv").write_text("\n".join(rows) + "\n")
    return folder


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Inside, torch computes by so many threads; what the tests begin with is one."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def quick(base: Path, parallel: bool = False) -> BuildConfig:
    """All stages with so few steps that a build takes seconds; quality is not its point. With
    `parallel` trends makes a parallel set of a few images too."""
    several: Any = {"parallel": True, "images": 2, "windows": 2, "scored": 2, "shard": 1}
    return BuildConfig(
        data=DataConfig(image_size=32, title="shapes"),
        finetune=FinetuneConfig(
            base=str(base),
            steps=6,
            batch=4,
            prompt_rate=1.0,
            focus=0.0,
            shifts=2,
            checkpoint=2,
            samples=0,  # half of the time of such a training
        ),
        typicality=TypicalityConfig(draws=4, shard=3),
        mine=MineConfig(per_image=1, per_label=6),
        cluster=ClusterConfig(elements=2, noises=1, shard=4),
        translate=TranslateConfig(steps=2, per_label=1, draws=4, preview=1),
        trends=TrendsConfig(per_label=2, draws=4, bootstrap=20, **(several if parallel else {})),
    )


SERVE = """
import sys
from diffmine.app.page import build, serve
serve(build(sys.argv[2:]), port=int(sys.argv[1]))
"""


FLAGS = (
    "--headless=new --no-sandbox --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --use-gl=angle --use-angle=swiftshader "
    "--enable-unsafe-swiftshader --disable-gpu-compositing --disable-gpu-rasterization"
)
"""How Chromium is started: it stays on this machine and draws WebGL without a graphics card. All
that is not WebGL is painted without one too: SwiftShader would take four fifths of a second of
processor for each page."""


@contextmanager
def served(*atlases: Path) -> Iterator[str]:
    """The address of the app over some atlases, or the embedded ones, in a process of its own:
    without the tests' type checks, as its visitors have it."""
    with serving(*atlases) as (address, _):
        yield address


@contextmanager
def serving(
    *atlases: Path | str,
    log: Path | None = None,
    code: str = SERVE,
    inner: bool = False,
    python: str = sys.executable,
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The same with its process; what that says on stderr goes to the end of `log`. `inner`: give
    the address on this machine, whichever a proxy gives it. `python` runs the code."""
    port = free_port()
    command = [python, "-c", code, str(port), *map(str, atlases)]
    with open(log, "a") if log else nullcontext() as told, started(command, stderr=told) as server:
        yield f"http://127.0.0.1:{port}/" if inner else server.address, server.process


@dataclass(frozen=True)
class Started:
    """An app in a process of its own, and where it says it is."""

    address: str
    process: subprocess.Popen[str]


@contextmanager
def started(command: Sequence[str], **how: Any) -> Iterator[Started]:
    """What a command serves, from its first line on; ended afterwards."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **how) as server:
        try:
            assert server.stdout
            said = server.stdout.readline()
            assert said.startswith("diffmine is at "), said
            yield Started(said.split()[3], server)
        finally:
            server.terminate()


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
