"""The judges of a translated icon: pairs that people drew, eras, subjects, distances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from demos.icons.icons import Icon, read_icons
from demos.icons.judge import Eras, nearer, subjects_before
from demos.icons.paint import chance_of, paint
from demos.icons.pairs import by_subject, pairs
from demos.icons.themes import read_themes

THEMES = {theme.theme: theme for theme in read_themes()}


def drawn(style: str, at: int = 0) -> Image.Image:
    """A box with a lid at one of several heights: in flat colours, or with a rim and gradients."""
    icon = Image.new("RGBA", (96, 96), (0, 0, 0, 0))
    pen = ImageDraw.Draw(icon)
    top = 10 + 12 * at
    if style == "flat":
        pen.rectangle([8, top, 88, 88], "#3a7bd5")
        pen.rectangle([8, top, 88, top + 14], "#ffffff")
    else:
        for row in range(top, 89):
            shade = 90 + row
            pen.line([(8, row), (88, row)], (shade, shade, shade // 2, 255))
        pen.rectangle([8, top, 88, 88], None, "#201000", 4)
        pen.line([(8, top + 14), (88, top + 14)], "#201000", 3)
    return icon


def painted(style: str, at: int = 0) -> Image.Image:
    return paint(drawn(style, at), chance_of(0, "even"))


def test_a_translation_is_nearer_if_it_looks_more_like_what_was_really_drawn() -> None:
    source, real = painted("flat"), painted("rim")
    half = Image.blend(source, real, 0.5)
    assert nearer(source, half, real) == {"edges": True, "colours": True}
    assert nearer(source, source, real) == {"edges": False, "colours": False}
    assert not nearer(source, painted("flat", 4), real)["edges"]


def test_a_subject_is_known_among_the_icons_of_an_era() -> None:
    real = {f"{at}": painted("rim", at) for at in range(5)}
    assert subjects_before("2", real["2"], real) == 0
    assert subjects_before("2", real["4"], real) >= 1


def test_eras_are_told_by_how_they_are_drawn_wherever_it_lies(tmp_path: Path) -> None:
    for split, count in {"train": 40, "test": 15}.items():
        for era, style in {"2005": "rim", "2015": "flat"}.items():
            folder = tmp_path / split / era
            folder.mkdir(parents=True)
            for number in range(count):
                picture = paint(drawn(style, number % 5), chance_of(split, era, number))
                picture.save(folder / f"{number}.png")
    eras = Eras(tmp_path)
    assert eras.accuracy(tmp_path / "test") > 0.9
    assert eras.of(painted("flat", 1)) == "2015"


def test_a_pair_shows_one_subject_in_one_place_and_leaves_out_its_own_era(tmp_path: Path) -> None:
    styles = {"nuovext": "rim", "oxygen": "rim", "tango": "rim", "breeze": "flat", "yaru": "flat"}
    icons, places = [], {}
    for name, style in styles.items():
        places[name] = tmp_path / name
        places[name].mkdir()
        drawn(style).save(places[name] / "folder.png")
        icons.append(Icon(THEMES[name], "folder", "folder.png", ""))
    [pair] = pairs(icons, places, most=9, targets=3, seed=0)
    assert pair.icon.theme.theme == "nuovext"
    assert set(pair.real) == {"2005", "2015", "2020"}
    shown = [np.abs(np.asarray(p, float) - np.asarray(p, float)[0, 0]).max(2) > 60
             for p in (pair.source, *pair.real.values())]  # fmt: skip
    tops = {int(np.nonzero(where.any(axis=1))[0][0]) for where in shown}
    assert max(tops) - min(tops) <= 2
    assert not list(pairs(icons[:3], places, most=9, targets=3, seed=0))


def test_many_subjects_have_icons_of_several_eras() -> None:
    subjects = by_subject(read_icons())
    assert {"folder", "printer", "media-floppy"} <= {
        name for name, eras in subjects.items() if len(eras) == 5
    }
