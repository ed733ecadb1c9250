"""The films of the full screen: their numbers, what lies on them, what stands beside them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from diffmine.app.page import build
from diffmine.data.readers.film import unpacked
from diffmine.folders import VARIABLE
from diffmine.words import films as words
from diffmine.words import originals
from tests.unit.app.make_films import BRIGHT, HIGH, SIDE, WIDE, make_films, numbers


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over drawn films that lie where they were collected."""
    folder = tmp_path_factory.mktemp("films")
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(folder / "user")
    try:
        blocks = build([make_films(folder).path])
        yield next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def asked(own: Any, patch: str, beside: Any = "") -> list[dict[str, Any]]:
    inspector = own.inspector
    event = gr.EventData(None, {"beside": beside})
    value = inspector.on_film(replace(own.first, patch=patch), event)[inspector.viewer]
    plain = inspector.show(replace(own.first, patch=patch))[inspector.viewer]
    assert value["frame"] == plain["frame"], "the rest of the inspector stays as it is"
    assert value["rev"] != plain["rev"]
    return value["films"]


def words_of(film: dict[str, Any]) -> np.ndarray:
    content = Path(film["numbers"]["path"]).read_bytes()
    return unpacked(content, film["height"], film["width"])


def test_a_film_has_the_numbers_of_its_file(own: Any) -> None:
    film = asked(own, "m0-top")[0]
    assert (film["width"], film["height"], film["from"]) == (WIDE, HIGH, "from its file, 12 bits")
    assert (words_of(film) == numbers(0)).all()
    assert not film["inverse"]
    assert asked(own, "m1-top")[0]["inverse"]
    names = [window["name"] for window in film["windows"]]
    assert names[:3] == ["window 1 of the file", "window 2 of the file", "all values"]
    assert not set(names) & set(words.SECTIONS), "a projection has no Hounsfield units"
    assert film["spacing"] == [0.5, 0.5]
    assert film["measured"] == "at the detector"
    assert words.NOTES["imager"] in film["notes"]


def test_what_lies_on_a_film_lies_where_it_is_in_the_file(own: Any) -> None:
    film = asked(own, "m0-top")[0]
    part, mined = film["part"], film["mined"]
    assert mined == {"width": 80, "height": SIDE}
    (box,) = film["boxes"]
    row, col = BRIGHT
    for thing in (box, film["window"]):
        left = (part["left"] + thing["col"] / mined["width"] * part["width"]) * WIDE
        top = (part["top"] + thing["row"] / mined["height"] * part["height"]) * HIGH
        assert (left, top) == pytest.approx((col, row), abs=1)
    assert (box["name"], film["boxesAre"]) == ("Mass", "experts' boxes")


def test_view_and_sides_are_said(own: Any) -> None:
    film = asked(own, "m0-top")[0]
    assert film["side"] == "PA"
    assert film["edges"] == {"left": "R", "right": "L", "top": "H", "bottom": "F"}


def test_the_films_of_a_patient_stand_beside_it_by_date(own: Any) -> None:
    (film,) = asked(own, "m0-top")
    assert [other["id"] for other in film["others"]] == ["image:m1.dcm", "image:m2.dcm"]
    assert film["others"][0]["title"] == "1999 (earlier) · Mass · m1.dcm"
    first, second = asked(own, "m0-top", "image:m1.dcm")
    assert first["id"] == "image:m0.dcm"
    assert second["id"] == "image:m1.dcm"
    assert (words_of(second) == numbers(1, inverse=True)).all()
    assert second["window"] is None
    assert Path(second["heat"]["path"]).is_file()


def test_a_stranger_s_film_is_not_put_beside_it(own: Any) -> None:
    for beside in ("image:n0.dcm", "image:../data/m1.dcm", "translation:Mass", "image:"):
        assert len(asked(own, "m0-top", beside)) == 1
    for beside in (None, 3, ["image:m1.dcm"]):
        with pytest.raises(gr.Error):
            asked(own, "m0-top", beside)


def test_a_film_that_has_changed_is_shown_as_mined_and_says_why(own: Any) -> None:
    shelf = own.shelf(own.first)
    path = shelf.atlas.path.parent / "data" / "n2.dcm"
    path.write_bytes(path.read_bytes() + b"\0\0")
    film = asked(own, "n2-top")[0]
    assert originals.CHANGED in film["notes"]
    assert words_of(film).max() < 256


def test_a_copy_and_its_translation_are_films_of_8_bits(desk: Any) -> None:
    view = replace(desk.first, patch="1900-top-0001")
    inspector = desk.inspector
    event = gr.EventData(None, {"beside": "translation:1910"})
    first, second = inspector.on_film(view, event)[inspector.viewer]["films"]
    assert first["from"] == second["from"] == words.AS_MINED
    assert "numbers" not in first, "it has colours"
    assert second["generated"]
    assert second["title"] == "Translated into 1910"
    assert [other["id"] for other in first["others"]][-1] == "translation:1930"
    assert first["side"] == "", "nobody asks from which side a shape was taken"
