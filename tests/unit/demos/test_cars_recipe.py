"""The recipe of the cars data set: what it draws, and that its truth is true."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demos.cars import recipe, write
from demos.cars.bodies import BODIES, HEIGHTS
from demos.cars.canvas import HEIGHT, MIN_SIDE, WIDTH
from demos.cars.car import CABINS, EXCLUSIVE, draw_car, draw_elements, measured_ratio
from demos.cars.elements import DECADES, characteristic, characteristic_of, read_elements
from demos.cars.plan import Picture, plan, plan_pairs, splits
from demos.cars.scene import Scene, draw_scene, generator

COUNTS = (1, 2, 1)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cars")
    recipe.make(folder, counts=COUNTS, pairs=2, processes=1)
    return folder


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@cache
def _scenes(decade: str) -> list[Scene]:
    return [draw_scene(generator(0, "scene", f"{decade}_t{n:04d}")) for n in range(400)]


# 1. The table


def test_the_rule_of_a_characteristic_element() -> None:
    assert characteristic((0.3, 0.2, 0.2), 0)
    assert not characteristic((0.29, 0.2, 0.2), 0)
    assert not characteristic((0.0, 0.0, 0.0), 0)


def test_every_decade_has_elements_of_its_own_and_some_are_shared() -> None:
    assert all(len(characteristic_of(decade)) >= 3 for decade in DECADES)
    owners = Counter(name for decade in DECADES for name in characteristic_of(decade))
    assert sum(times > 1 for times in owners.values()) >= 4
    even = {element.name for element in read_elements() if not element.informative}
    assert even == {"antenna", "driver", "tree", "house", "sun"}
    assert not even & set(owners)


def test_elements_that_exclude_each_other_leave_room() -> None:
    by_name = {element.name: element for element in read_elements()}
    for group in EXCLUSIVE:
        for decade in DECADES:
            assert sum(by_name[name].at(decade) for name in group) <= 1 + 1e-9, (group, decade)


@pytest.mark.parametrize("decade", DECADES)
def test_frequencies_are_those_of_the_table(decade: str) -> None:
    number = 1500
    times = Counter[str]()
    for index in range(number):
        times.update(draw_elements(decade, generator("frequency", decade, index)))
    for element in read_elements():
        if element.informative:
            assert abs(times[element.name] / number - element.at(decade)) < 0.05, element.name


def test_the_readme_says_what_the_table_says() -> None:
    text = Path(recipe.__file__).with_name("README.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    told = {cells[0]: cells[2:] for cells in lines if len(cells) == 2 + len(DECADES)}
    for element in read_elements():
        for decade, cell in zip(DECADES, told[element.name], strict=True):
            assert float(cell.strip("*").replace("·", "0")) == element.at(decade)
            assert cell.startswith("**") == (element.name in characteristic_of(decade))


# 2. The trends


def test_height_over_length_falls() -> None:
    means = [
        np.mean([measured_ratio(draw_car(d, generator("trend", n))) for n in range(40)])
        for d in DECADES
    ]
    assert all(later < earlier for earlier, later in pairwise(means))
    assert all(abs(mean - HEIGHTS[d]) < 0.025 for mean, d in zip(means, DECADES, strict=True))
    assert set(BODIES) == set(HEIGHTS) == set(DECADES)


def test_chrome_strips_rise_and_fall() -> None:
    strip = next(e for e in read_elements() if e.name == "chrome_strip").frequency
    top = strip.index(max(strip))
    assert list(strip[: top + 1]) == sorted(strip[: top + 1])
    assert list(strip[top:]) == sorted(strip[top:], reverse=True)
    assert 0 < top < len(DECADES) - 1


# 3. What must not tell the decade


@pytest.mark.parametrize("decade", DECADES)
def test_nuisances_are_of_one_distribution(decade: str) -> None:
    scenes = _scenes(decade)
    assert abs(np.mean([scene.view == "front" for scene in scenes]) - 0.5) < 0.1
    assert abs(np.mean([scene.facing == "left" for scene in scenes]) - 0.5) < 0.1
    assert abs(np.mean([scene.camera.tilt for scene in scenes])) < 0.007
    assert abs(np.mean([scene.noise for scene in scenes]) - 2.25) < 0.25
    assert len({scene.paint for scene in scenes}) > 200
    for element in read_elements():
        if not element.informative:
            share = np.mean([element.name in scene.things for scene in scenes])
            assert abs(share - element.at(decade)) < 0.1, element.name


def test_pairs_share_all_but_the_car() -> None:
    pictures = [p for p in plan_pairs(3) if p.stem == "car001"]
    assert [p.decade for p in pictures] == list(DECADES)
    made = [write.make_picture(p, seed=0) for p in pictures]
    assert len({scene for _, scene, _, _ in made}) == 1
    stack = np.stack([np.asarray(image, dtype=int) for _, _, image, _ in made])
    same = (stack == stack[0]).all(axis=(0, 3))  # (96, 128)
    assert same[:16].all(), "the sky is the same, with its grain"
    assert same[-8:].all(), "and the ground"
    assert 0.3 < same.mean() < 0.9, "the cars are not"


# 4. Pictures and their boxes


def _pictures() -> list[Picture]:
    return plan(splits((1, 3, 1))[1])


def test_boxes_cover_their_masks_and_are_large_enough() -> None:
    for picture in _pictures()[::2]:
        car, scene, image, seen = write.make_picture(picture, seed=0)
        assert image.size == (WIDTH, HEIGHT)
        assert image.mode == "RGB"
        assert {part.element for part in seen} <= car.elements | scene.things
        for part in seen:
            x, y, w, h = part.box
            assert part.mask[y : y + h, x : x + w].sum() == part.mask.sum()
            inside = part.mask[y : y + h, x : x + w]
            assert all(edge.any() for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))
            assert max(w, h) >= MIN_SIDE


def test_the_cabin_of_the_decade_is_boxed_whole() -> None:
    for picture in _pictures():
        car, _, _, seen = write.make_picture(picture, seed=0)
        own = [part for part in seen if part.element in CABINS.values()]
        expected = [] if "box_roofline" in car.elements else [CABINS.get(picture.decade)]
        assert [part.element for part in own] == [each for each in expected if each]
        for part in own:
            x, _, w, _ = part.box
            glass = [each.box for each in seen if each.element == "split_windscreen"]
            assert all(x <= left and left + width <= x + w for left, _, width, _ in glass)


def test_an_element_that_the_car_has_is_seen_from_the_front() -> None:
    even = {e.name for e in read_elements() if not e.informative}
    for decade in DECADES:
        names = (f"{decade}_x{n}" for n in range(50))
        name = next(n for n in names if draw_scene(generator(0, "scene", n)).view == "front")
        car, _, _, seen = write.make_picture(Picture(decade, name, name, name, name, name), 0)
        assert car.elements <= {part.element for part in seen} - even, decade


def test_the_same_seed_draws_the_same_bytes_in_any_order() -> None:
    pictures = _pictures()[::7]

    def drawn(seed: int, order: int) -> dict[str, bytes]:
        return {p.name: write.make_picture(p, seed)[2].tobytes() for p in pictures[::order]}

    assert drawn(0, 1) == drawn(0, -1)
    assert all(a != b for a, b in zip(drawn(0, 1).values(), drawn(1, 1).values(), strict=True))


# 5. The files


def test_splits_and_their_tables(out: Path) -> None:
    assert sorted(p.name for p in out.iterdir()) == ["atlas", "pairs", "test", "train"]
    names: list[str] = []
    for split, count in zip(("train", "atlas", "test"), COUNTS, strict=True):
        rows = _rows(out / split / "metadata.csv")
        assert tuple(rows[0]) == write.METADATA
        assert Counter(row["label"] for row in rows) == dict.fromkeys(DECADES, count)
        files = {str(p.relative_to(out / split)) for p in (out / split / "images").rglob("*.png")}
        assert {row["file_name"] for row in rows} == files
        assert all(row["year"][:3] == row["label"][:3] for row in rows)
        names += files
    assert len(set(names)) == len(names) == len(DECADES) * sum(COUNTS)
    assert not (out / "train" / "masks").exists()


def test_boxes_name_the_label_only_where_the_element_is_characteristic(out: Path) -> None:
    rows = _rows(out / "atlas" / "boxes.csv")
    assert tuple(rows[0]) == write.BOXES
    for row in rows:
        decade = row["file_name"].split("/")[1]
        expected = decade if row["element"] in characteristic_of(decade) else ""
        assert row["label"] == expected
        mask = Image.open(out / "atlas/masks" / row["element"] / Path(row["file_name"]).name)
        assert mask.mode == "1"
        x, y, w, h = (int(row[key]) for key in "xywh")
        assert np.asarray(mask)[y : y + h, x : x + w].any()
        assert x >= 0
        assert y >= 0
        assert x + w <= WIDTH
        assert y + h <= HEIGHT


def test_trends_are_written_for_every_label(out: Path) -> None:
    rows = _rows(out / "atlas" / "trends.csv")
    assert tuple(rows[0]) == write.TRENDS
    for trend in ("height_over_length", "chrome_strip", "tail_fin"):
        assert [row["label"] for row in rows if row["trend"] == trend] == list(DECADES)
    heights = [float(row["value"]) for row in rows if row["trend"] == "height_over_length"]
    assert heights[0] > 0.48
    assert heights[-1] < 0.36


def test_pairs_have_every_car_under_every_decade(out: Path) -> None:
    rows = _rows(out / "pairs" / "metadata.csv")
    assert Counter(row["car"] for row in rows) == {"car000": 8, "car001": 8}
    for car in ("car000", "car001"):
        same = {(r["view"], r["facing"], r["tilt"], r["paint"]) for r in rows if r["car"] == car}
        assert len(same) == 1
    assert all((out / "pairs" / row["file_name"]).exists() for row in rows)


def test_a_folder_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    bad = Picture("1890s", "images/1890s/x.png", "x", "x", "x", "x")
    with pytest.raises(ValueError, match="not in tuple"):
        recipe.write_folder(tmp_path, "train", [bad], seed=0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "old.txt").touch()
    with pytest.raises(SystemExit, match="exists already: use --force to replace it"):
        recipe.main(["--out", str(tmp_path)])
    assert (tmp_path / "train" / "old.txt").exists()
    recipe.write_folder(tmp_path, "train", _pictures()[:1], seed=0)
    assert not (tmp_path / "train" / "old.txt").exists()


@pytest.mark.parametrize("counts", ["1,2", "0,1,1", "a,b,c"])
def test_counts_that_are_no_three_numbers_are_refused(
    counts: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        recipe.main(["--out", "unused", "--counts", counts])
    assert "give three numbers above 0, such as 1000,200,50" in capsys.readouterr().err
