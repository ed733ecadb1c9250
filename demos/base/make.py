"""Make assets/models/base, the small model that `--base tiny` means.

    python -m demos.base.make [--type DIR --cars DIR --chest DIR]

Its autoencoder and UNet learn from the drawn letters, cars and films of the demos mixed with dead
leaves, all under one prompt that says nothing: no label is seen. The text encoder stays random.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from demos.base.autoencoder import train_autoencoder
from demos.base.dead_leaves import dead_leaves
from demos.embed import drawn
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig, FinetuneConfig
from diffmine.data.image import as_mined
from diffmine.data.readers import read_image
from diffmine.data.sources import open_dataset
from diffmine.model.devices import best_device, device_name
from diffmine.model.prompts import Prompts
from diffmine.model.save import save_model
from diffmine.model.tiny import SMALL, make
from diffmine.pipeline.build import collect
from diffmine.stages import finetune

SIDE = 64
KINDS = ("type", "cars", "chest")
CARD = """\
# diffmine base (small)

What `--base tiny` means: a latent diffusion model in the shape of Stable Diffusion, made small,
to be finetuned on one's own labelled pictures. By itself it knows no label.

| | |
|---|---|
| pictures | {images} of each kind: letters (demos/type), cars (demos/cars), chest films \
(demos/chest); half as many dead leaves; 64 x 64 pixels |
| autoencoder | 8 latent channels at a quarter of the size; {autoencoder_steps} steps of \
{autoencoder_batch} crops; L1 of pixels and edges + 0.1 MSE + 1e-4 KL |
| UNet | 11 M weights; {unet_steps} steps of {batch}, every row under the null prompt |
| text encoder | random and frozen, byte-level tokens: any label has a prompt of its own |
| made by | `python -m demos.base.make`, seed 0, on {device} |

It is a start for small, simple pictures on a laptop. Photographs lose their fine detail in its
autoencoder: for them use a Stable Diffusion model. Weights are under the MIT licence.
"""


def main() -> None:
    """Draw the pictures, train the autoencoder, then the UNet."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        folders = {kind: drawn(kind, getattr(options, kind)) / "train" for kind in KINDS}
        _draw(data, folders, options.images)
        start = Path(folder) / "start"
        _autoencoder(data, start, options.autoencoder_steps, options.autoencoder_batch)
        model = _unet(data, start, Path(folder) / "atlas", options.unet_steps, options.batch)
        shutil.rmtree(options.out, ignore_errors=True)
        shutil.copytree(model, options.out)
    write_card(Path(options.out), options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for kind in KINDS:
        parser.add_argument(f"--{kind}", help=f"pictures of demos.{kind}.recipe; else drawn now")
    parser.add_argument("--out", default="assets/models/base")
    parser.add_argument("--images", type=int, default=2500, help="of each kind")
    parser.add_argument("--autoencoder-steps", type=int, default=6000)
    parser.add_argument("--autoencoder-batch", type=int, default=64)
    parser.add_argument("--unet-steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=128)
    return parser.parse_args()


def _draw(data: Path, folders: dict[str, Path], count: int) -> None:
    """A folder with `count` drawings of each kind, as centred squares, and half as many leaves."""
    for kind, folder in folders.items():
        records = open_dataset(folder).records
        step = max(1, len(records) // count)
        (data / kind).mkdir(parents=True)
        for at, record in enumerate(records[::step][:count]):
            _square(as_mined(read_image(record.path), SIDE)).save(data / kind / f"{at:05d}.png")
    (data / "leaves").mkdir()
    with Pool() as pool:
        jobs = ((data / "leaves" / f"{seed:05d}.png", seed) for seed in range(count // 2))
        for done, _ in enumerate(pool.imap_unordered(_leaf, jobs, chunksize=32), start=1):
            if done % 500 == 0:
                print(f"{done}/{count // 2} dead leaves", file=sys.stderr)


def _square(picture: Image.Image) -> Image.Image:
    left, top = (picture.width - SIDE) // 2, (picture.height - SIDE) // 2
    return picture.crop((left, top, left + SIDE, top + SIDE))


def _leaf(job: tuple[Path, int]) -> None:
    path, seed = job
    dead_leaves(seed, SIDE).save(path)


def _autoencoder(data: Path, out: Path, steps: int, batch: int) -> None:
    model = make(SMALL, seed=0)
    pictures = np.stack(list(_arrays(data)))
    train_autoencoder(model.vae, pictures, best_device(), steps, batch, say=_say)
    model.vae.cpu()
    save_model(model, out, None, half=False)


def _arrays(data: Path) -> Iterator[np.ndarray]:
    for path in sorted(data.rglob("*.png")):
        yield np.asarray(as_mined(read_image(path), SIDE))


def _unet(data: Path, start: Path, folder: Path, steps: int, batch: int) -> Path:
    dataset = open_dataset(data)
    atlas = create_workspace(folder, Manifest(title="base", labels=list(dataset.labels)))
    collect(atlas, dataset, DataConfig(image_size=SIDE))
    config = FinetuneConfig(
        base=str(start), null_share=1.0, steps=steps, batch=batch, shifts=2, checkpoint=1000
    )
    finetune.run(atlas, config, progress=_progress)
    torch.cuda.empty_cache()
    prompts = Prompts(config.prompt, config.null_prompt, (), (SIDE, SIDE))
    (atlas.path / "model" / "diffmine.json").write_text(prompts.to_json(), encoding="utf-8")
    return atlas.path / "model"


def write_card(model: Path, options: argparse.Namespace) -> None:
    """Write README.md beside the model."""
    (model / "README.md").write_text(
        CARD.format(**vars(options), device=device_name(best_device())), encoding="utf-8"
    )


def _progress(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
    if done % 100 == 0 or done == total:
        _say(f"{stage} {done}/{total} {unit} {note}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
