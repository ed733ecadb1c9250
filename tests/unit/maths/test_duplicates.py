"""Near-duplicates against every pair."""

import time

import numpy as np
from PIL import Image, ImageDraw

from diffmine.maths.duplicates import near_duplicates, picture_hash


def every_pair(names: list[str], hashes: list[int]) -> set[frozenset[str]]:
    """Chains of images at most three bits apart, by comparing all with all."""
    groups = [{name} for name in names]
    for i in range(len(names)):
        for j in range(i):
            if ((hashes[i] ^ hashes[j]) & (2**64 - 1)).bit_count() <= 3:
                one = next(g for g in groups if names[i] in g)
                other = next(g for g in groups if names[j] in g)
                if one is not other:
                    one |= other
                    groups.remove(other)
    return {frozenset(group) for group in groups if len(group) > 1}


def flipped(value: int, bits: list[int]) -> int:
    for bit in bits:
        value ^= 1 << bit
    return value - 2**64 if value >= 2**63 else value


def planted(seed: int, count: int) -> tuple[list[str], list[int]]:
    """Random hashes, some of them copied with up to five bits flipped."""
    chance = np.random.default_rng(seed)
    hashes: list[int] = []
    for _ in range(count):
        value = int(chance.integers(0, 2**63)) * 2 + int(chance.integers(0, 2))
        if hashes and chance.random() < 0.5:
            value = hashes[int(chance.integers(len(hashes)))] & (2**64 - 1)
        bits = chance.choice(64, int(chance.integers(0, 6)), replace=False).tolist()
        hashes.append(flipped(value, bits))
    return [f"{k:03d}" for k in chance.permutation(count)], hashes


def test_groups_are_those_of_all_pairs() -> None:
    for seed in range(20):
        names, hashes = planted(seed, 60)
        found = near_duplicates(names, np.array(hashes, np.int64))
        groups: dict[int, list[int]] = {}
        for row, group, _ in found:
            groups.setdefault(group, []).append(row)
        as_sets = {frozenset(names[row] for row in rows) for rows in groups.values()}
        assert as_sets == every_pair(names, hashes)
        firsts = []
        for rows in groups.values():
            own = [names[row] for row in rows]
            assert own == sorted(own)
            firsts.append(own[0])
        assert firsts == sorted(firsts)
        for row, group, distance in found:
            apart = (hashes[row] ^ hashes[groups[group][0]]) & (2**64 - 1)
            assert distance == apart.bit_count()


def test_many_alike_are_found_in_time() -> None:
    """A crowd that shares every band but one does not become a crowd of pairs."""
    count = 60_000
    hashes = np.concatenate([np.arange(count) << 40, np.zeros(500, np.int64)]).astype(np.int64)
    names = [f"{k:06d}" for k in range(len(hashes))]
    start = time.process_time()
    found = near_duplicates(names, hashes)
    assert time.process_time() - start < 20
    zero = [row for row, group, _ in found if group == found[0][1]]
    assert {0, *range(count, count + 500)} <= set(zero)


def test_a_picture_keeps_its_hash_when_it_is_scaled_or_packed() -> None:
    page = Image.new("RGB", (96, 96), "white")
    pen = ImageDraw.Draw(page)
    pen.ellipse((10, 20, 60, 70), fill="navy")
    pen.rectangle((50, 5, 90, 40), fill="orange")
    bits = picture_hash(page)
    assert -(2**63) <= bits < 2**63
    for other in (page.resize((64, 64)), page.convert("L"), page.quantize(16).convert("RGB")):
        assert ((picture_hash(other) ^ bits) & (2**64 - 1)).bit_count() <= 3
    mirrored = page.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert ((picture_hash(mirrored) ^ bits) & (2**64 - 1)).bit_count() > 8


def test_the_hash_is_written_by_its_definition() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (8, 9)).astype(np.uint8)
    bits = "".join(str(int(row[k + 1] > row[k])) for row in grey.astype(int) for k in range(8))
    assert picture_hash(Image.fromarray(grey)) & (2**64 - 1) == int(bits, 2)
