"""The score maps of an image: which are offered, what is drawn, and on which scale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from diffmine.app.page import build
from diffmine.app.view import from_query
from diffmine.maths import scores as measures
from diffmine.maths.scores import Measure, measure_of
from tests.unit.app.make_atlas import make_atlas

STORED = ("sensitivity", "band 100-400", "band 400-700", "against 1910")
TITLES = [
    *("Typicality", "Sensitivity", "Timesteps 100-400", "Timesteps 400-700", "Against 1910"),
    "Before finetuning",
]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The desk of an app over an atlas with maps of all kinds, and of one nobody knows yet."""
    path = tmp_path_factory.mktemp("maps") / "shapes"
    make_atlas(path, scores=(*STORED, "roughness"))
    plain = make_atlas(path.with_name("plain"))
    blocks = build([path, plain.path])
    return next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))


def event(score: Any) -> gr.EventData:
    return gr.EventData(None, {"score": score})


def test_every_map_is_offered_and_each_is_another_picture(own: Any) -> None:
    inspector = own.inspector
    view = replace(own.first, patch="1900-top-0004")
    value = inspector.show(view)[inspector.viewer]
    assert value["score"] == "typicality"
    assert [each["title"] for each in value["scores"]] == TITLES
    pictures, sentences, scales = set(), set(), set()
    for offered in value["scores"]:
        updates = inspector.on_score(view, event(offered["score"]))
        drawn = updates[inspector.viewer]
        measure = measure_of(offered["score"])
        assert measure is not None
        assert updates[own.state].score == drawn["score"] == offered["score"]
        assert drawn["unit"] == offered["title"]
        assert drawn["sentence"] == measure.sentence(offered["score"])
        assert drawn["frame"] == value["frame"], "the rest of the inspector stays as it is"
        pictures.add(Path(drawn["heat"]["path"]).read_bytes())
        sentences.add(drawn["sentence"])
        scales.add(drawn["full"])
    assert len(pictures) == len(sentences) == 6
    assert len(scales) == 5, "two bands are of one kind and share their scale"


def test_a_map_that_is_not_there_is_refused(own: Any) -> None:
    view = replace(own.first, patch="1900-top-0004")
    for score in (None, "roughness", "band 0-1", 3, ["base"]):
        with pytest.raises(gr.Error):
            own.inspector.on_score(view, event(score))
    with pytest.raises(gr.Error):
        own.inspector.on_score(replace(view, patch=""), event("base"))


def test_the_choice_stays_where_it_can(own: Any) -> None:
    view = replace(own.first, score="sensitivity")
    viewer = own.inspector.viewer
    updates = own.on_pick(view, gr.EventData(None, {"id": "1920-top-0004"}))
    assert updates[viewer]["score"] == "sensitivity"
    assert updates[own.state].score == "sensitivity"
    elsewhere = own.header.on_atlas(updates[own.state], gr.EventData(None, {"key": "plain"}))
    assert elsewhere[viewer]["score"] == "typicality"
    back = own.header.on_atlas(elsewhere[own.state], gr.EventData(None, {"key": "shapes"}))
    assert back[viewer]["score"] == "sensitivity"


def test_a_link_says_which_map(own: Any) -> None:
    view = replace(own.first, score="band 400-700")
    query = dict(parse_qsl(view.query()))
    assert query["score"] == "band 400-700"
    assert from_query(own.shelves, query, own.shown) == view
    assert "score" not in own.first.query()
    assert from_query(own.shelves, {"score": "none"}, own.shown) == own.first


def test_a_score_has_a_scale_of_its_own(own: Any) -> None:
    shelf = own.shelf(own.first)
    one, many = shelf.heat_scale, shelf.scale_of("against 1910")
    assert many == pytest.approx(5 * one, rel=0.2), "the maps are five times as high"
    drawn = Image.open(shelf.heat_file("1900/00.png", "1900", "against 1910"))
    assert 200 < np.asarray(drawn)[..., 3].max() <= 235


def test_a_new_measure_is_offered_without_being_named_here(
    own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rough = Measure(
        "roughness",
        knows=lambda score: score == "roughness",
        title=lambda score: "Roughness",
        sentence=lambda score: "How rough each spot is.",
        recipes=lambda config, labels: [],
    )
    monkeypatch.setattr(measures, "MEASURES", [*measures.MEASURES, rough])
    inspector = own.inspector
    value = inspector.show(own.first)[inspector.viewer]
    assert value["scores"][-1] == {"score": "roughness", "title": "Roughness"}
    drawn = inspector.on_score(own.first, event("roughness"))[inspector.viewer]
    assert drawn["sentence"] == "How rough each spot is."
    assert drawn["heat"]["path"] != value["heat"]["path"]


def test_one_map_needs_no_choice(desk: Any, tmp_path: Path) -> None:
    """An atlas that holds typicality alone, as most do."""
    atlas = make_atlas(tmp_path / "one")
    for path in (atlas.path / "maps-base").glob("*"):
        path.unlink()
    blocks = build([atlas.path])
    one = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    value = one.inspector.show(one.first)[one.inspector.viewer]
    assert [each["score"] for each in value["scores"]] == ["typicality"]
