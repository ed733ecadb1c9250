"""The tab Evaluate: there where something was evaluated."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from diffmine.app.page import build
from diffmine.app.view import from_query
from diffmine.atlas.schemas import BOXES
from diffmine.config import EvaluateConfig
from diffmine.stages.evaluate import run as evaluate
from tests.unit.app.events import shown
from tests.unit.app.make_atlas import make_atlas


def test_the_page_evaluate_is_there_where_something_was_evaluated(
    desk: Any, tmp_path: Path
) -> None:
    """Hidden otherwise, and said to be empty if a link leads there."""
    assert desk.shelf(desk.first).evaluation is None
    empty = desk.go(desk.first, "evaluate")
    assert "run diffmine evaluate" in empty[desk.panels["evaluate"].line]
    assert desk.header.show(desk.first)[desk.labels]["hidden"] == ["evaluate"]
    assert from_query(desk.shelves, {"tab": "evaluate"}, desk.shown).tab == "typical"
    atlas = make_atlas(tmp_path / "judged")
    boxes = [
        {"image_id": f"{label}/{at:02d}.png", "label": label, "element": "shape"}
        | {"row": 20.0, "col": 20.0, "height": 44.0, "width": 44.0}
        for label in ("1900", "1910")
        for at in range(6)
    ]
    atlas.write("boxes.parquet", boxes, BOXES)
    with atlas.hold():
        evaluate.run(atlas, EvaluateConfig(bootstrap=20, against="1930"))
    blocks = build([atlas.path])
    judged = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    panel = judged.panels["evaluate"]
    updates = judged.go(judged.first, "evaluate")
    assert judged.header.show(judged.first)[judged.labels]["hidden"] == []
    assert updates[panel.line] == "Judged by **12 boxes in 12 images**."
    area = shown(judged, updates, panel.area)
    names = [trace["name"] for trace in area["data"]]
    priors = ["centre prior", "boxes prior", "prevalence"]
    assert names == ["typicality", "contrast", "base", *priors]
    assert area["data"][0]["x"] == ["all labels", "1900", "1910"]
    assert len(shown(judged, updates, panel.curve)["data"][0]["y"]) == 200
    hits = [trace["name"] for trace in shown(judged, updates, panel.precision)["data"]]
    assert hits == ["most typical", "least typical", "random"]
    rows = shown(judged, updates, panel.table)["rows"]
    assert rows[0][0] == "typicality"
    assert rows[-1][0] == "boxes prior"
    for label in ("1920", "1930"):
        told = judged.go(replace(judged.first, label=label), "evaluate")[panel.table]
        assert told["caption"] == "Localisation: all labels"
    assert from_query(judged.shelves, {"tab": "evaluate"}, judged.shown).tab == "evaluate"
