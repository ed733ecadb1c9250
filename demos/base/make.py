"""Make assets/models/base, the small model that `--base tiny` means.

    python -m demos.base.make [--work DIR] [--old MODEL]

Its autoencoder learns from photographs and textures that Debian ships under free licences, from the
drawn letters, cars and films of the demos and from dead leaves; then its UNet, all under one prompt
that says nothing: no label is seen. The text encoder stays random. Both begin from those of `--old`
(transfer.py). Each step goes on where it stopped.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image

from demos.base.autoencoder import train_autoencoder
from demos.base.pictures import DRAWN, Gallery
from demos.base.transfer import rotate, rotation
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.writer import create_workspace, open_workspace
from diffmine.config import DataConfig, FinetuneConfig
from diffmine.data.sources import open_dataset
from diffmine.model.devices import best_device, device_name
from diffmine.model.load import load_model
from diffmine.model.prompts import Prompts
from diffmine.model.save import save_model
from diffmine.stages.collect.run import run as collect
from diffmine.stages.finetune.run import run as finetune

SIDE = 64
PICTURES = 2000
"""The most pictures of a kind that the UNet learns from, and twice as many photographs."""
STEPS, BATCH = 380, 64
CARD = """\
# diffmine base (small)

What `--base tiny` means: a latent diffusion model in the shape of Stable Diffusion, made small,
to be finetuned on one's own labelled pictures of about 64 pixels. By itself it knows no label.

| | |
|---|---|
| pictures | {photographs} crops of photographs, wallpapers and painted textures in the public \
domain or under CC0, CC BY or CC BY-SA, as Debian ships them (credits.csv: whose); \
drawn letters, cars and chest films (demos/type, cars, chest); dead leaves |
| autoencoder | 8 latent channels at a quarter of the size; {autoencoder_steps} steps of \
{autoencoder_batch} crops of 48 pixels, from the weights of the base before this one; L1 of \
pixels and edges + MSE + 1e-4 KL |
| UNet | 11 M weights; {steps} steps of {batch} at 64 pixels, every row under the null prompt, \
from the weights of the base before this one |
| text encoder | random and frozen, byte-level tokens: any label has a prompt of its own |
| made by | `python -m demos.base.make`, seed 0, on {device} |

It is a start for small pictures on a laptop: fine detail of photographs is still lost, and it has
seen few faces and no text of a page. For large photographs use a Stable Diffusion model. The
weights are under the MIT licence; none of the pictures is in them.
"""


def main() -> None:
    """Gather the pictures, train the autoencoder, then the UNet."""
    options = _options()
    gallery = Gallery(options.work)
    model = _unet(gallery, _autoencoder(gallery, options), options.old)
    shutil.rmtree(options.out, ignore_errors=True)
    shutil.copytree(model, options.out)
    shutil.copy(gallery.work / "credits.csv", options.out)
    write_card(options.out, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, default=Path("build/base"), help="working files")
    parser.add_argument("--out", type=Path, default=Path("assets/models/base"))
    parser.add_argument("--old", type=Path, default=Path("assets/models/base"))
    parser.add_argument("--autoencoder-steps", type=int, default=4000)
    parser.add_argument("--autoencoder-batch", type=int, default=16)
    return parser.parse_args()


def _autoencoder(gallery: Gallery, options: argparse.Namespace) -> AutoencoderKL:
    folder = gallery.work / "vae"
    if not folder.exists():
        vae = AutoencoderKL.from_pretrained(options.old / "vae", torch_dtype=torch.float32)
        train_autoencoder(
            vae,
            gallery.kinds(),
            best_device(),
            options.autoencoder_steps,
            options.autoencoder_batch,
            state=gallery.work / "vae.pt",
            say=_say,
        )
        vae.cpu().to(memory_format=torch.contiguous_format).save_pretrained(folder)
    return AutoencoderKL.from_pretrained(folder)


def _unet(gallery: Gallery, vae: AutoencoderKL, before: Path) -> Path:
    """Train a UNet in the latents of `vae` from that of the model `before`."""
    work = gallery.work / "base"
    data, start, own = work / "pictures", work / "start", FinetuneConfig()
    prompts = Prompts(own.prompt, own.null_prompt, (), (SIDE, SIDE))
    if not data.exists():
        _write(gallery, data)
    if not start.exists():
        model = load_model(before, device="cpu", dtype=torch.float32)
        images = torch.from_numpy(np.ascontiguousarray(gallery.photographs(64)[::120]))
        turn = rotation(vae, model.parts.vae, images.permute(0, 3, 1, 2).float() / 127.5 - 1)
        rotate(model.parts.unet, turn)
        model.parts.vae = vae
        save_model(model, start, prompts, half=False)
    if not (work / "atlas").exists():
        dataset = open_dataset(data)
        atlas = create_workspace(work / "atlas", Manifest(title="", labels=list(dataset.labels)))
        collect(atlas, dataset, DataConfig(image_size=SIDE))
    config = FinetuneConfig(
        base=str(start),
        null_share=1.0,
        steps=STEPS,
        batch=BATCH,
        learning_rate=2e-4,
        prompt_rate=1.0,
        focus=0.0,
        shifts=1,
    )
    finetune(open_workspace(work / "atlas"), config, progress=_progress)
    (work / "atlas" / "model" / "diffmine.json").write_text(prompts.to_json(), encoding="utf-8")
    return work / "atlas" / "model"


def _write(gallery: Gallery, data: Path) -> None:
    """The pictures of a UNet as files: it is trained by the stage that trains all models."""
    kinds = {"photographs": gallery.photographs(SIDE), "leaves": gallery.leaves(SIDE)}
    kinds |= {name: gallery.drawings(name, SIDE) for name in DRAWN}
    for kind, whole in kinds.items():
        most = PICTURES * (2 if kind == "photographs" else 1)
        chosen = np.random.default_rng(0).permutation(len(whole))[:most]
        pictures = whole[np.sort(chosen)]
        (data.with_suffix(".part") / kind).mkdir(parents=True, exist_ok=True)
        for at, picture in enumerate(pictures):
            path = data.with_suffix(".part") / kind / f"{at:05d}.png"
            Image.fromarray(picture).save(path, compress_level=1)
    data.with_suffix(".part").rename(data)


def write_card(model: Path, options: argparse.Namespace) -> None:
    """Write README.md beside the model."""
    device = device_name(best_device())
    figures = {"photographs": 2 * PICTURES, "steps": STEPS, "batch": BATCH, "device": device}
    (model / "README.md").write_text(CARD.format(**vars(options), **figures), encoding="utf-8")


def _progress(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
    if done % 50 == 0 or done == total:
        _say(f"{stage} {done}/{total} {unit} {note}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
