"""Near-duplicates among pictures that look alike, against every pair."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from diffmine.maths.duplicates import picture_hash
from diffmine.maths.likeness import ALIKE, NEAR, alike_sets, confirmed, is_plain
from diffmine.maths.near_pairs import pairs_near


def scene(seed: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Soft shapes with contrast, as photographs have."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 9, 3), np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def thumb(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L").resize((16, 16), Image.Resampling.BOX)).ravel()


def sets(pictures: list[Image.Image], same: list[list[int]] | None = None) -> list[list[int]]:
    hashes = np.array([picture_hash(picture) for picture in pictures], np.int64)
    thumbs = np.stack([thumb(picture) for picture in pictures])
    return alike_sets(hashes, thumbs, same or [])


@pytest.mark.parametrize("many", [1, 1000])
def test_pairs_are_those_of_comparing_all_with_all(
    monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    from diffmine.maths import near_pairs

    monkeypatch.setattr(near_pairs, "_MANY", many)
    for name, size in (("_ROWS", 7), ("_COLUMNS", 11), ("_TOGETHER", 5)):
        monkeypatch.setattr(near_pairs, name, size)
    chance = np.random.default_rng(0)
    hashes = chance.integers(-(2**63), 2**63, 90)
    for k in range(1, 90, 2):  # a copy of its neighbour with up to 12 bits turned
        flips = chance.choice(63, int(chance.integers(0, 12)), replace=False)
        hashes[k] = hashes[k - 1] ^ int(sum(1 << int(bit) for bit in flips))
    blocks = pairs_near(hashes, NEAR)
    pairs = [(a, b) for one, other in blocks for a, b in zip(one, other, strict=True)]
    expected = {
        (a, b)
        for b in range(90)
        for a in range(b)
        if ((int(hashes[a]) ^ int(hashes[b])) & (2**64 - 1)).bit_count() <= NEAR
    }
    assert sorted(pairs) == sorted(expected), "each once"
    assert 10 < len(pairs) < 60


def test_equal_hashes_are_looked_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from diffmine.maths import near_pairs

    monkeypatch.setattr(near_pairs, "_MANY", 1)
    pairs = [
        pair for block in pairs_near(np.zeros(6, np.int64), 8) for pair in zip(*block, strict=True)
    ]
    assert sorted(pairs) == [(a, b) for a in range(6) for b in range(a + 1, 6)]


def test_copies_are_one_set_and_other_pictures_none() -> None:
    whole = scene(1, (192, 128))
    packed = io.BytesIO()
    whole.save(packed, "JPEG", quality=25)
    copies = [
        whole,
        whole.resize((96, 64), Image.Resampling.BICUBIC),
        Image.open(packed).convert("RGB"),
        ImageEnhance.Brightness(whole).enhance(1.15),
    ]
    others = [scene(seed) for seed in range(2, 30)]
    assert sets([*copies, *others]) == [[0, 1, 2, 3]]


def test_pictures_of_one_kind_are_not_joined() -> None:
    """Films share their rough shape, so that hashes are near: thumbnails tell them apart."""
    y, x = np.mgrid[0:128, 0:128]
    body = 200 * np.exp(-(((x - 64) / 30) ** 2)) * (0.4 + 0.6 * y / 128)
    films = []
    for seed in range(12):
        own = np.random.default_rng(seed).normal(0, 60, (8, 8)).astype(np.float32)
        rough = np.asarray(Image.fromarray(own).resize((128, 128), Image.Resampling.BICUBIC))
        films.append(Image.fromarray((body + rough).clip(0, 255).astype(np.uint8)))
    hashes = np.array([picture_hash(film.convert("RGB")) for film in films], np.int64)
    thumbs = np.stack([thumb(film) for film in films]).astype(float)
    alike = np.corrcoef(thumbs)[np.triu_indices(12, 1)] >= ALIKE
    assert not alike.any()
    assert alike_sets(np.zeros_like(hashes), thumbs.astype(np.uint8)) == []


def test_plain_pictures_are_like_no_other_unless_they_are_the_same_file() -> None:
    plain = [Image.new("RGB", (40, 30), tone) for tone in ("black", "black", "white", "grey")]
    assert is_plain(np.stack([thumb(picture) for picture in plain])).all()
    assert sets(plain) == []
    assert sets(plain, same=[[0, 1]]) == [[0, 1]]


def test_copies_of_one_file_bring_their_near_ones() -> None:
    whole = scene(3, (192, 128))
    small = whole.resize((96, 64), Image.Resampling.BICUBIC)
    assert sets([scene(4), whole, small, whole, scene(5)], same=[[1, 3]]) == [[1, 2, 3]]


def test_nothing_is_in_no_set() -> None:
    assert alike_sets(np.zeros(0, np.int64), np.zeros((0, 256), np.uint8)) == []


def test_groups_of_near_hashes_are_of_pictures_that_are_alike() -> None:
    chance = np.random.default_rng(3)
    thumbs = chance.integers(0, 256, (6, 256)).astype(np.uint8)
    thumbs[1] = np.clip(thumbs[0] * 0.8, 0, 255)  # lighter
    thumbs[4:] = 7  # nothing to see
    far, other = 0x5555555555555555, 0x3333333333333333
    hashes = np.array([0, 1, 3, far, other, other], np.int64)  # 0, 1, 2 near; 4 and 5 too
    names = ["c", "b", "a", "d", "e", "f"]
    asked: list[int] = []

    def thumb_of(row: int) -> np.ndarray:
        asked.append(row)
        return thumbs[row]

    assert confirmed(names, hashes, thumb_of) == [(1, 0, 0), (0, 0, 1)]
    assert sorted(asked) == [0, 1, 2, 4, 5]
    same = confirmed(names, hashes, thumb_of, [[4, 5]])
    assert same == [(1, 0, 0), (0, 0, 1), (4, 1, 0), (5, 1, 0)]
    assert confirmed(names[:1], hashes[:1], thumb_of) == []
