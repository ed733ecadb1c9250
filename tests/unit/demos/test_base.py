"""The recipe of the embedded bases: whose pictures are taken, and how a UNet is taken over."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from demos.base import autoencoder
from demos.base.autoencoder import Kind, train_autoencoder
from demos.base.photographs import crops, sources, write_credits
from demos.base.transfer import rotate, rotation
from diffmine.model.tiny import RANDOM, make

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2020 The Team
License: GPL-3+

Files: 20.04/free.jpg data/tile.png data/normals.png
Copyright: 2021 A. Painter
  2022 B. Painter
License: CC-BY-SA-4.0

Files: 20.04/sold.jpg
Copyright: 2021 C. Painter
License: CC-BY-NC-4.0
"""


def _unpacked(folder: Path) -> Path:
    for package in ("lomiri-wallpapers-16.04", "ukui-wallpapers", "supertuxkart-data"):
        doc = folder / package / "usr/share/doc" / package
        doc.mkdir(parents=True)
        (doc / "copyright").write_text(COPYRIGHT.replace("20.04/free.jpg", "nothing"))
    place = folder / "lomiri-wallpapers-20.04"
    (place / "usr/share/doc" / place.name).mkdir(parents=True)
    (place / "usr/share/doc" / place.name / "copyright").write_text(COPYRIGHT)
    spots = np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    photograph = np.asarray(Image.fromarray(spots).resize((1300, 1100)))
    for name, pixels in {
        "free.jpg": photograph,
        "sold.jpg": photograph,
        "code.jpg": photograph,
        "data/tile.png": photograph[:300, :280],
        "data/small.png": photograph[:100, :100],
        "data/normals.png": np.full((300, 300, 3), (128, 128, 250), np.uint8),
    }.items():
        path = place / "usr/share/backgrounds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return folder


def test_only_free_pictures_are_taken_and_credited(tmp_path: Path) -> None:
    taken = sources(_unpacked(tmp_path / "packages"))
    assert [each.path.name for each in taken] == ["tile.png", "free.jpg"]
    write_credits(tmp_path / "credits.csv", taken)
    with (tmp_path / "credits.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row == {
        "package": "lomiri-wallpapers-20.04",
        "licence": "CC-BY-SA-4.0",
        "authors": "2021 A. Painter; 2022 B. Painter",
        "pictures": "2",
    }
    assert crops(taken, 32, few=3, many=5).shape == (8, 32, 32, 3)


def test_a_unet_is_rotated_into_new_latents() -> None:
    unet = make(RANDOM, seed=0).parts.unet
    turn, _ = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(1)))
    latents = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(2))
    states = torch.randn(2, 77, 16, generator=torch.Generator().manual_seed(3))

    def old(z: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return unet(z, 300, states).sample

    turned = torch.einsum("dc,bchw->bdhw", turn, latents)
    expected = torch.einsum("dc,bdhw->bchw", turn, old(turned))
    rotate(unet, turn)
    torch.testing.assert_close(old(latents), expected, atol=1e-5, rtol=1e-4)


def test_the_rotation_between_two_autoencoders_is_recovered() -> None:
    old, new = (make(RANDOM, seed=0).parts.vae for _ in range(2))
    turn, _ = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(1)))
    with torch.no_grad():  # z_new = turn' z_old: the means come out of the last convolution
        weight, bias = new.quant_conv.weight, new.quant_conv.bias
        weight[:4] = torch.einsum("dc,dihw->cihw", turn, weight[:4].clone())
        bias[:4] = turn.T @ bias[:4].clone()
    images = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(2)) * 2 - 1
    torch.testing.assert_close(rotation(new, old, images), turn, atol=1e-3, rtol=0)


def test_training_of_the_autoencoder_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autoencoder, "SAVED", 1)
    pictures = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)

    def train(name: str, until: int = 9) -> torch.Tensor:
        vae = make(RANDOM, seed=0).parts.vae

        def say(line: str) -> None:
            if line.startswith(f"autoencoder {until}/"):
                raise KeyboardInterrupt

        state, cpu = tmp_path / f"{name}.pt", torch.device("cpu")
        train_autoencoder(vae, [Kind(pictures, 1.0)], cpu, 4, 2, state=state, say=say)
        return vae.decoder.conv_out.weight

    with pytest.raises(KeyboardInterrupt):
        train("stopped", until=2)
    torch.testing.assert_close(train("stopped"), train("whole"), rtol=0, atol=0)
