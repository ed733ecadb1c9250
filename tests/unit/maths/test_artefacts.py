"""Planted artefacts are flagged, clean patches are not."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffmine.cli import main
from diffmine.config import MineConfig
from diffmine.stages.mine.run import run
from diffmine.words.warnings import BRACKETS
from tests.unit.stages.mined import atlas_of, image_row, map_row

COUNT = 60


def made(plant: str, seed: int) -> tuple[list[Any], list[Any]]:
    """Images of one label with something planted where the map is highest."""
    chance = np.random.default_rng(seed)
    images, maps = [], []
    for at in range(COUNT):
        pixels = chance.integers(0, 256, (64, 64, 3)).astype(np.uint8)
        mean = chance.normal(0, 0.001, (8, 8))
        row, col = (int(v) for v in chance.integers(1, 6, 2))
        if plant == "border":
            row = 0
        if plant == "position":
            row = col = 3
        mean[row : row + 2, col : col + 2] += 1
        if plant == "flat":
            pixels[8 * row - 4 : 8 * row + 20, 8 * col - 4 : 8 * col + 20] = 200
        error = np.full((8, 8), 1e-4)
        images.append(image_row(f"{at:02d}.png", "a", pixels, hash=at * 0x0101010101010101 % 2**62))
        maps.append(map_row(f"{at:02d}.png", "a", mean, error=error, se=1e-5))
    return images, maps


@pytest.mark.parametrize("plant", ["none", "border", "position", "flat"])
def test_what_is_planted_is_flagged(plant: str, tmp_path: Path) -> None:
    atlas = atlas_of(tmp_path, *made(plant, 1))
    with atlas.hold():
        run(atlas, MineConfig(windows=(16,), per_image=1, per_label=100))
    rows = {row["kind"]: row for row in atlas.table("warnings").to_pylist()}
    assert set(rows) == {"border", "flat", "position", "noise", "duplicate"}
    flagged = {kind for kind, row in rows.items() if row["flagged"]}
    # Patches at the border have fewer places to be in, which shows as well.
    assert flagged - ({"position"} if plant == "border" else set()) == {plant} - {"none"}
    assert [w.kind for w in atlas.warnings("a")] == sorted(flagged)
    assert atlas.warnings("b") == []
    assert len(atlas.warnings(every=True)) == 5
    for row in rows.values():
        assert row["n"] == COUNT
        assert 0 <= row["expected"] <= 1


def test_shares_are_counts(tmp_path: Path) -> None:
    images, maps = made("border", 2)
    for row in images[:30]:
        row["hash"], row["source_digest"] = 5, "one file"
    atlas = atlas_of(tmp_path, images, maps)
    with atlas.hold():
        run(atlas, MineConfig(windows=(16,), per_image=1, per_label=100))
    rows = {row["kind"]: row for row in atlas.table("warnings").to_pylist()}
    patches = atlas.patches("a")
    touch = [p.row in (0, 48) or p.col in (0, 48) for p in patches]
    assert rows["border"]["share"] == pytest.approx(np.mean(touch))
    assert rows["noise"]["share"] == pytest.approx(np.mean([p.noise for p in patches]))
    assert rows["duplicate"]["share"] == rows["flat"]["share"] + 0.5 == 0.5
    assert rows["duplicate"]["expected"] == pytest.approx(0.5, abs=0.1)
    assert {row["groups"] for row in rows.values()} == {31}  # near-duplicates are one
    places = [(p.row // 8, p.col // 8) for p in patches]
    most = max(places.count(place) for place in places)
    assert rows["position"]["share"] == pytest.approx(most / COUNT)


def test_info_prints_what_is_flagged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    atlas = atlas_of(tmp_path, *made("border", 3))
    with atlas.hold():
        run(atlas, MineConfig(windows=(16,), per_image=1, per_label=100))
    with pytest.raises(SystemExit) as stop:
        main(["info", str(atlas.path)])
    assert not stop.value.code
    out = capsys.readouterr().out
    line = r"^warning: a: \d+ % \(\d+ to \d+ %\) of these patches touch the border .*; best windows"
    assert re.search(line, out, re.MULTILINE)
    assert (
        "warning: a: all 60 windows chosen in its images are in this list: none was left out" in out
    )
    assert BRACKETS in out
    assert "flat grey" not in out
