"""The recipe of the icons: whose art is taken, what chance alone decides, and what is measured."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from demos.icons.facts import curves, measured
from demos.icons.icons import read_icons
from demos.icons.nuisance import accuracy
from demos.icons.paint import CANVAS, LONGEST, MARGIN, Chance, chance_of, paint
from demos.icons.pairs import by_subject
from demos.icons.pick import icons_of, is_drawn, picked
from demos.icons.plan import plan, splits
from demos.icons.render import render
from demos.icons.themes import ERAS, Theme, is_free, read_themes

COPYRIGHT = """\
This package was put together by hand.

Files: *
Copyright: 2007 A. Painter
License: LGPL-3+

Files: share/icons/sold/*
Copyright: 2007 B. Painter
License: GPL-3+
"""
THEME = Theme(
    "one", "one-icons", "1", "0" * 64, "usr/share/icons", "2007", 2007, "train", "LGPL-3+", "", ""
)
EVEN = Chance(48, 0.5, 0.5, (200.0,) * 3, (200.0,) * 3)


def disc(side: int, colour: str = "#c03020", rim: str = "#400000") -> Image.Image:
    """An icon with a rim on a canvas with a margin, RGBA."""
    icon = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    edge = side // 6
    pen = ImageDraw.Draw(icon)
    pen.ellipse([edge, edge, side - edge, side - edge], colour, rim, max(1, side // 24))
    pen.rectangle([side // 2, side // 3, side // 2 + side // 8, side // 2], "#f0e040")
    return icon


def sweep(side: int = 96) -> Image.Image:
    """A square that grows lighter from left to right, RGBA."""
    across = np.broadcast_to(np.linspace(40, 220, side), (side, side))
    pixels = np.dstack([across, across, across, np.full((side, side), 255.0)])
    return Image.fromarray(pixels.astype(np.uint8))


def flat(side: int = 96, angle: float = 0.0) -> Image.Image:
    """Two flat colours that meet in a line, RGBA."""
    icon = Image.new("RGBA", (2 * side, 2 * side), "#3050a0")
    ImageDraw.Draw(icon).rectangle([0, 0, side, 2 * side], "#e0e0e0")
    cut = icon.rotate(angle).crop((side // 2, side // 2, side * 3 // 2, side * 3 // 2))
    return cut


def shown_sides(picture: Image.Image, ground: float) -> tuple[int, int, int, int]:
    apart = np.abs(np.asarray(picture, float) - ground).max(axis=2) > 40
    rows, columns = np.nonzero(apart)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_what_is_trained_on_is_free_and_of_five_eras() -> None:
    themes = read_themes()
    assert tuple(dict.fromkeys(theme.era for theme in themes)) == ERAS
    assert all(is_free(theme.licence) for theme in themes if theme.split == "train")
    assert all(theme.evidence and theme.credit and len(theme.sha256) == 64 for theme in themes)
    for era in ERAS:
        assert {theme.split for theme in themes if theme.era == era} == {"train", "test"}


@pytest.mark.parametrize(
    ("licence", "free"),
    [
        ("public-domain", True), ("CC-BY-SA-4.0", True), ("LGPL-2.1+", True), ("MIT", True),
        ("GPL-3 or CC-BY-SA-4.0", True), ("LGPL-3+ or CC-BY-SA", True), ("GPL-3+", False),
        ("GPL-2 or GPL-3", False), ("CC-BY-NC-SA-4.0", False), ("CC-BY-ND-4.0", False), ("", False),
    ],
)  # fmt: skip
def test_a_licence_is_free_if_one_of_its_offers_is(licence: str, free: bool) -> None:
    assert is_free(licence) == free


def test_the_list_holds_enough_free_icons_of_each_era_each_once() -> None:
    icons = read_icons()
    train = [icon for icon in icons if icon.theme.split == "train"]
    assert all(is_free(icon.licence) for icon in train)
    counts = Counter(icon.theme.era for icon in train)
    assert counts["1990s"] >= 100
    assert all(counts[era] >= 150 for era in ERAS[1:])
    assert len({icon.key for icon in icons}) == len(icons)
    assert sum(len(eras) == len(ERAS) for eras in by_subject(icons).values()) >= 30


def test_the_atlas_shows_only_trained_themes_and_tests_only_others() -> None:
    train, atlas, test = (plan(split, read_icons()) for split in splits((300, 150, 60)))
    assert {picture.icon.theme.split for picture in atlas} == {"train"}
    assert not {p.icon.theme.theme for p in test} & {p.icon.theme.theme for p in train}
    assert len({picture.icon.key for picture in atlas}) == len(atlas)
    assert Counter(p.icon.theme.era for p in train) == dict.fromkeys(ERAS, 300)
    assert {p.icon.theme.theme for p in atlas if p.icon.theme.era == "2005"} == {"tango", "mate"}


def package(folder: Path) -> Path:
    place = folder / "one-icons"
    doc = place / "usr/share/doc/one-icons"
    doc.mkdir(parents=True)
    (doc / "copyright").write_text(COPYRIGHT)
    square = '<rect width="40" height="30" x="4" y="4" fill="{}"/>'
    drawn = "".join(
        f'<rect width="9" height="30" x="{4 + 9 * at}" y="4" fill="{colour}"/>'
        for at, colour in enumerate(("red", "orange", "green", "blue", "gray"))
    )
    for name, content in {
        "48x48/places/folder.svg": drawn,
        "scalable/places/folder.svg": drawn.replace("gray", "black"),
        "scalable/places/symbol.svg": square.format("black"),
        "scalable/places/text.svg": drawn + '<text x="4" y="20">A</text>',
        "scalable/places/later.svg": drawn.replace("red", "var(--accent)"),
        "scalable/emblems/emblem-new.svg": drawn.replace("red", "pink"),
        "scalable/apps/somebrowser.svg": drawn.replace("red", "navy"),
        "sold/places/house.svg": drawn.replace("red", "teal"),
        "24x24/places/tiny.svg": drawn.replace("red", "lime"),
    }.items():
        path = place / "usr/share/icons" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="54" height="48">'
        path.write_text(f"{svg}{content}</svg>")
    (place / "usr/share/icons/scalable/places/inode-directory.svg").symlink_to("folder.svg")
    return place


def test_each_drawing_is_taken_once_in_its_largest_size_if_it_is_free_and_drawn_alike_everywhere(
    tmp_path: Path,
) -> None:
    place = package(tmp_path)
    [icon] = icons_of([THEME], {"one": place})["one"]
    assert icon.file == "usr/share/icons/scalable/places/folder.svg"
    assert (icon.subject, icon.licence) == ("folder", "LGPL-3+")


def test_nothing_held_out_looks_like_what_is_trained_on(tmp_path: Path) -> None:
    place = package(tmp_path)
    places = {"one": place, "two": place}
    themes = [replace(THEME, theme="two", split="test"), THEME]
    chosen = picked(themes, icons_of(themes, places), places)
    assert [(icon.theme.theme, icon.subject) for icon in chosen] == [
        ("one", "folder"),
        ("two", "house"),  # held out, it may be under any licence
    ]


def test_vectors_are_drawn_large_and_a_broken_one_is_left_out(tmp_path: Path) -> None:
    place = package(tmp_path) / "usr/share/icons/scalable/places"
    assert render(place / "folder.svg").size == (384, 342)
    (place / "broken.svg").write_text("<svg")
    assert not is_drawn(place / "broken.svg")


@pytest.mark.parametrize("side", [40, 96, 384])
def test_an_icon_is_as_large_as_chance_says_whatever_its_file_holds(side: int) -> None:
    left, top, right, bottom = shown_sides(paint(disc(side), EVEN), 200)
    assert abs((right - left) - EVEN.longest) <= 2
    assert abs((bottom - top) - EVEN.longest) <= 2
    assert abs((left + right) / 2 - CANVAS / 2) <= 1
    assert min(left, top, CANVAS - right, CANVAS - bottom) >= MARGIN


def sharpness(picture: Image.Image) -> float:
    grey = np.asarray(picture.convert("L"), float)
    return float(np.hypot(*np.gradient(grey)).max())


def test_a_fine_icon_is_no_sharper_than_one_that_was_drawn_small() -> None:
    small = disc(384).resize((72, 72), Image.Resampling.BICUBIC)  # 48 pixels of it are shown
    fine, coarse = sharpness(paint(disc(384), EVEN)), sharpness(paint(small, EVEN))
    assert abs(fine / coarse - 1) < 0.1


@pytest.mark.parametrize("name", ["folder", "printer", "mouse", "disk"])
def test_a_copy_to_look_at_shows_the_same_in_the_same_place(name: str) -> None:
    chance = chance_of(0, name)
    small = np.asarray(paint(disc(384), chance), float)
    large = np.asarray(paint(disc(384), chance, 4), float)
    assert large.shape == (256, 256, 3)

    def apart(down: int, right: int) -> float:
        moved = np.roll(large, (down, right), (0, 1))
        return float(np.abs(moved.reshape(CANVAS, 4, CANVAS, 4, 3).mean((1, 3)) - small).mean())

    places = [(down, right) for down in (-2, -1, 0, 1, 2) for right in (-2, -1, 0, 1, 2)]
    assert min(places, key=lambda place: apart(*place)) == (0, 0)
    assert apart(0, 0) < 5


def test_chance_keeps_to_its_range_and_to_the_name() -> None:
    chances = [chance_of(0, number) for number in range(200)]
    assert chances == [chance_of(0, number) for number in range(200)]
    assert {chance.longest for chance in chances} == set(range(LONGEST[0], LONGEST[1] + 1))


def dataset(folder: Path, tied: bool) -> Path:
    """Two eras of utterly different icons; `tied`: the ground of one is darker."""
    styles = {"1990s": disc(96), "2020": flat()}
    for split, count in {"train": 60, "test": 30}.items():
        for era, icon in styles.items():
            place = folder / split / era
            place.mkdir(parents=True)
            for number in range(count):
                chance = chance_of(split, era, number)
                if tied and era == "2020":
                    chance = replace(chance, above=(60.0,) * 3, below=(60.0,) * 3)
                paint(icon, chance).save(place / f"{number}.png")
    return folder


def test_size_margins_and_ground_do_not_tell_the_era(tmp_path: Path) -> None:
    assert 0.3 < accuracy(dataset(tmp_path / "free", tied=False)) < 0.7
    assert accuracy(dataset(tmp_path / "tied", tied=True)) > 0.95


def test_facts_tell_gradients_outlines_slants_and_colours_apart() -> None:
    even, soft, slanted, rimmed = map(measured, (flat(), sweep(), flat(angle=30), disc(96)))
    assert soft["gradients"] > 0.4 > even["gradients"]
    assert slanted["slant"] > 0.8
    assert even["slant"] < 0.1
    assert rimmed["outline"] > 20 > abs(soft["outline"])
    assert even["colours"] < 2.5 < soft["colours"]
    assert even["edges"] > soft["edges"]


def test_a_light_that_stands_out_is_a_highlight() -> None:
    glossy = disc(96)
    ImageDraw.Draw(glossy).ellipse([30, 30, 50, 42], "#ffffff")
    assert measured(glossy)["highlights"] > measured(disc(96))["highlights"] + 0.03
    assert set(measured(Image.new("RGBA", (20, 20))).values()) == {0.0}


def test_curves_are_means_of_each_label() -> None:
    facts = measured(flat())
    rows = [
        ("1990s", facts),
        ("2020", facts | {"colours": 3.0}),
        ("2020", facts | {"colours": 5.0}),
    ]
    table = {(label, fact): value for label, fact, value in curves(rows)}
    assert table["2020", "colours"] == "4.0000"
    assert len(table) == 12


def test_the_evidence_of_each_year_names_it() -> None:
    years: dict[str, set[str]] = defaultdict(set)
    with Path("demos/icons/themes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["year"] not in row["evidence"]:
                years[row["theme"]].add(row["year"])
    assert years == {"mate": {"2005"}}
