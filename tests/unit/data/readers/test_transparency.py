"""Transparency: laid on white in full size, but a clear edge leaves no frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.data.image import as_mined
from diffmine.data.readers import transparency
from diffmine.data.readers.pillow import read


def dark(side: int = 96) -> np.ndarray:
    """A dark picture in colours, solid, uint8 (side, side, 4)."""
    values = np.random.default_rng(0).integers(20, 60, (side, side, 4), np.uint8)
    values[..., 3] = 255
    return values


def mined(values: np.ndarray, path: Path, mode: str = "RGBA") -> np.ndarray:
    Image.fromarray(values).convert(mode).save(path)
    return np.asarray(as_mined(read(path), 48))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(("width", "alpha"), [(1, 128), (1, 0), (2, 0), (2, 90)])
@pytest.mark.parametrize("strip", [2**20, 96, 5 * 96])
def test_a_clear_edge_leaves_no_frame(
    tmp_path: Path, mode: str, width: int, alpha: int, strip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transparency, "_STRIP", strip)
    values = dark()
    values[:width, :, 3] = values[-width:, :, 3] = alpha
    values[:, :width, 3] = values[:, -width:, 3] = alpha
    values[values[..., 3] == 0, :3] = 255  # editors write white under what is clear
    assert mined(values, tmp_path / "a.png", mode).max() < 80


def test_clear_places_within_are_white_and_so_is_the_edge_then(tmp_path: Path) -> None:
    values = dark()
    values[:, 0, 3] = 0
    values[40:50, 40:50] = (255, 0, 0, 0)
    Image.fromarray(values).save(tmp_path / "a.png")
    shown = np.asarray(read(tmp_path / "a.png"))
    assert (shown[:, 0] == 255).all()
    assert (shown[42, 42] == 255).all()


def test_an_icon_with_a_margin_stays_on_white(tmp_path: Path) -> None:
    values = dark(32)
    values[:2, :, 3] = 0
    Image.fromarray(values).save(tmp_path / "a.png")
    assert (np.asarray(read(tmp_path / "a.png"))[:2] == 255).all()


def test_no_colour_under_what_is_clear_reaches_its_neighbours(tmp_path: Path) -> None:
    values = np.full((96, 96, 4), 255, np.uint8)
    values[:, :40] = (0, 255, 0, 0)
    assert (mined(values, tmp_path / "a.png") == 255).all()
