"""The stage on drawn maps, against the paper's procedure written plainly."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from diffmine.atlas.reader import Atlas
from diffmine.config import MineConfig
from diffmine.errors import AtlasError
from diffmine.maths.error import window_error
from diffmine.maths.ranking import patch_name
from diffmine.maths.windows import best_windows, overlap, window_means
from diffmine.stages.mine.run import run
from tests.unit.stages.mined import OLDER, atlas_of, map_row, some

Row = dict[str, Any]


def plain(
    images: list[Row], maps: list[Row], config: MineConfig, kind: str
) -> dict[str, list[Row]]:
    """Interpolate, average all windows, take the best, sort all: one size of window."""
    sign = 1 if kind == "top" else -1
    sizes = {row["image_id"]: (row["height"], row["width"]) for row in images}
    own = {row["image_id"]: row["label"] for row in images}
    groups = {row["image_id"]: row.get("group") for row in images}
    found: dict[str, list[Row]] = {}
    for row in maps:
        name = row["image_id"]
        if own[name] != row["label"]:
            continue
        shape = (2, row["height"], row["width"])
        both = torch.tensor(np.stack([row["mean"], row["standard_error"]])).view(shape)
        pixels = torch.nn.functional.interpolate(both[None].double(), sizes[name], mode="bilinear")
        mean, error = pixels[0].numpy()
        size = int(config.windows[0])
        means = np.round(window_means(mean, size), 12)
        for w in best_windows(means, size, config.per_image, sign):
            place = (w.row, w.col, w.size)
            found.setdefault(row["label"], []).append(
                {
                    "patch_id": patch_name(row["label"], kind, name, place),
                    "image_id": name,
                    "place": place,
                    "typicality": w.typicality,
                    "se": window_error(error, row["se"], w),
                    "group": groups[name],
                }
            )
    for label, rows in found.items():
        rows.sort(key=lambda r: (-sign * r["typicality"], r["patch_id"]))
        kept: list[Row] = []
        for row in rows:
            same = sum(other["group"] == row["group"] for other in kept)
            if not config.per_group or same < config.per_group:
                kept.append(row)
        found[label] = kept[: config.per_label]
    return found


def mined(
    tmp_path: Path, images: list[Row], maps: list[Row], config: MineConfig, **more: Any
) -> Atlas:
    atlas = atlas_of(tmp_path, images, maps, **more)
    with atlas.hold():
        run(atlas, config)
    return atlas


@pytest.mark.parametrize(
    "config",
    [
        MineConfig(windows=(16,), per_label=1000),
        MineConfig(windows=(16,), per_label=7),
        MineConfig(windows=(20,), per_image=2, per_label=9, per_group=2),
        MineConfig(windows=(8,), per_image=9, per_label=30, per_group=3),
    ],
)
def test_the_lists_are_those_of_the_plain_procedure(tmp_path: Path, config: MineConfig) -> None:
    """Lists much shorter than the candidates: what is cut on the way changes nothing."""
    images, maps = some()
    atlas = mined(tmp_path, images, maps, config)
    for kind in ("top", "least"):
        expected = plain(images, maps, config, kind)
        for label in "ab":
            found = atlas.patches(label, kind)
            assert [p.patch_id for p in found] == [row["patch_id"] for row in expected[label]]
            for patch, row in zip(found, expected[label], strict=True):
                assert (patch.row, patch.col, patch.size) == row["place"]
                assert patch.typicality == pytest.approx(row["typicality"], abs=1e-6)
                assert patch.se == pytest.approx(row["se"], rel=1e-4)


def test_random_patches_are_a_control(tmp_path: Path) -> None:
    images, maps = some()
    atlas = mined(tmp_path, images, maps, MineConfig(windows=(16,), per_label=25))
    for label in "ab":
        names = [p.patch_id for p in atlas.patches(label, "random")]
        assert names == sorted(names)
        assert len(names) == 25
        for patch in atlas.patches(label, "random"):
            assert patch.rank_low is patch.rank_high is None
            row = next(r for r in maps if (r["image_id"], r["label"]) == (patch.image_id, label))
            size = next(
                (r["height"], r["width"]) for r in images if r["image_id"] == patch.image_id
            )
            map = torch.tensor(row["mean"]).double().view(1, 1, row["height"], row["width"])
            pixels = torch.nn.functional.interpolate(map, size, mode="bilinear")[0, 0]
            inside = pixels[patch.row : patch.row + 16, patch.col : patch.col + 16]
            assert patch.typicality == pytest.approx(float(inside.mean()), abs=1e-6)


def test_sizes_share_one_list_and_do_not_overlap(tmp_path: Path) -> None:
    images, maps = some(1, 20)
    config = MineConfig(windows=(0.5, 8, 20), size_power=0.8, per_label=40)
    atlas = mined(tmp_path, images, maps, config)
    for label in "ab":
        for kind, sign in (("top", -1), ("least", 1), ("random", 0)):
            patches = atlas.patches(label, kind)
            assert len({p.size for p in patches}) == 3
            for k, one in enumerate(patches):
                for other in patches[:k]:
                    assert one.image_id != other.image_id or not overlap(
                        (one.row, one.col, one.size), (other.row, other.col, other.size)
                    )
            scores = [sign * p.typicality * (p.size / 8) ** 0.8 for p in patches]
            assert scores == pytest.approx(sorted(scores), rel=1e-6)


def test_one_size_knows_no_power(tmp_path: Path) -> None:
    images, maps = some(2, 10)
    one = mined(tmp_path / "a", images, maps, MineConfig(windows=(16,), size_power=0))
    other = mined(tmp_path / "b", images, maps, MineConfig(windows=(16,), size_power=3))
    assert one.table("patches") == other.table("patches")


def test_same_bytes_whatever_the_order_and_the_parts(tmp_path: Path) -> None:
    images, maps = some(3)
    config = MineConfig(windows=(16, 24), per_label=12, per_group=4)
    one = mined(tmp_path / "a", images, maps, config)
    order = np.random.default_rng(0).permutation(len(maps)).tolist()
    other = mined(tmp_path / "b", images, [maps[k] for k in order], config, part=7)
    for name in ("patches", "duplicates", "warnings"):
        a, b = (atlas.path / f"{name}.parquet" for atlas in (one, other))
        assert a.read_bytes() == b.read_bytes()


def test_ranks_reach_as_far_as_two_errors(tmp_path: Path) -> None:
    images, maps = some(4)
    atlas = mined(tmp_path, images, maps, MineConfig(windows=(16,), per_label=30))
    for label in "ab":
        for kind, sign in (("top", 1), ("least", -1)):
            patches = atlas.patches(label, kind)
            scores = [sign * p.typicality for p in patches]
            for p in patches:
                score = sign * p.typicality
                assert p.rank_low == 1 + sum(s > score + 2 * p.se for s in scores)
                assert p.rank_high == sum(s >= score - 2 * p.se for s in scores)
                assert p.rank_low <= p.rank <= p.rank_high
                assert p.noise == (abs(p.typicality) < 2 * p.se or p.rank_high == len(patches))


def test_the_end_of_a_list_that_left_nobody_out_is_no_noise(tmp_path: Path) -> None:
    images, maps = some(5, 4)
    for row in maps:
        row["standard_error"] = np.full_like(row["standard_error"], 1e-5)
    atlas = mined(tmp_path, images, maps, MineConfig(windows=(16,)))
    assert not any(p.noise for p in atlas.patches("a"))


def test_only_typicality_is_mined_and_the_decay_is_used(tmp_path: Path) -> None:
    images, maps = some(6, 8)
    decay = [1.0, 0.5, 0.25]
    for row in maps:
        row |= {"score": "typicality", "decay": decay}
    other = [{**row, "score": "other", "mean": np.abs(row["mean"]) + 1} for row in maps]
    atlas = mined(tmp_path, images, other + maps, MineConfig(windows=(16,)))
    for patch in atlas.patches("a"):
        assert patch.typicality < 0.5
        row = next(r for r in maps if (r["image_id"], r["label"]) == (patch.image_id, "a"))
        errors = torch.tensor(row["standard_error"]).double()
        errors = errors.view(1, 1, row["height"], row["width"])
        size = next((r["height"], r["width"]) for r in images if r["image_id"] == patch.image_id)
        pixels = torch.nn.functional.interpolate(errors, size, mode="bilinear")[0, 0]
        inside = pixels[patch.row : patch.row + 16, patch.col : patch.col + 16]
        # 16 of 64 pixels are 2 of 8 latent pixels: the second point of the curve.
        assert patch.se == pytest.approx(float((inside**2).mean() * 0.5) ** 0.5, rel=1e-5)


def test_maps_of_an_older_atlas_are_mined(tmp_path: Path) -> None:
    images, maps = some(6, 8)
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old = mined(tmp_path / "old", images, maps, MineConfig(windows=(16,)), schema=OLDER)
    new = mined(tmp_path / "new", images, maps, MineConfig(windows=(16,)))
    assert old.patches("a") == new.patches("a")


def test_maps_without_errors_are_one_sentence(tmp_path: Path) -> None:
    images, maps = some(7, 4)
    for row in maps:
        row["standard_error"] = []
    with pytest.raises(AtlasError, match=r"The map of 00\d.png has no standard errors"):
        mined(tmp_path, images, maps, MineConfig(windows=(16,)))


def test_a_window_larger_than_all_images_is_one_sentence(tmp_path: Path) -> None:
    images, maps = some(7, 4)
    with pytest.raises(AtlasError, match="no image as large as the window"):
        mined(tmp_path, images, maps, MineConfig(windows=(200,)))


def test_figures_and_progress(tmp_path: Path) -> None:
    images, maps = some(8, 12)
    images.append({**images[0], "image_id": "copy.png"})
    maps.append(map_row("copy.png", "a", np.zeros((8, 12))))
    atlas = atlas_of(tmp_path, images, maps, part=10)
    seen: list[tuple[int, int, str]] = []

    def progress(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        seen.append((done, total, unit or note))

    with atlas.hold():
        report = run(atlas, MineConfig(windows=(16,)), progress=progress)
        again = run(atlas, MineConfig(windows=(16,)))
    rest = (0, 0, "looking for the same pictures, and for confounds")
    assert seen == [*((number, 3, "parts") for number in (1, 2, 3)), rest]
    assert report.figures["patches"] == report.done == atlas.table("patches").num_rows
    assert report.figures["duplicates"] == 2
    assert atlas.table("duplicates").to_pylist() == [
        {"image_id": "000.png", "label": "a", "group": 0, "distance": 0},
        {"image_id": "copy.png", "label": "a", "group": 0, "distance": 0},
    ]
    share = np.mean(atlas.table("patches")["noise"].to_pylist())
    assert report.figures["noise"] == pytest.approx(share)
    flagged = sum(row["flagged"] for row in atlas.table("warnings").to_pylist())
    assert report.figures["warnings"] == flagged
    assert (again.done, again.kept) == (0, report.done)
