"""HEIC: with its package it is a picture, without it one sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.data.readers import heif, is_picture, read_image
from diffmine.errors import ImageError

FTYP = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def test_a_picture_of_a_telephone(tmp_path: Path) -> None:
    pytest.importorskip("pillow_heif")
    from pillow_heif import from_pillow

    picture = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    from_pillow(picture).save(tmp_path / "a.heic", quality=95)
    assert is_picture(tmp_path / "a.heic")
    seen = np.asarray(read_image(tmp_path / "a.heic")).astype(int)
    assert seen.shape == (48, 64, 3)
    assert np.abs(seen - np.asarray(picture)).mean() < 3


def test_without_its_package_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heif.knows(FTYP)
    assert not heif.knows(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageError, match=r"^a\.heic is HEIC, .*pip install 'diffmine\[heic\]'\.$"):
        heif.read(tmp_path / "a.heic")
