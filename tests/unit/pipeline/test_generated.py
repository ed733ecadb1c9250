"""From a model to an atlas of what it draws: every picture stays marked, on every face."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from diffmine import cli
from diffmine.app.page import build as build_app
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.export.record import facts
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from tests.helpers import LABELS, draw_shapes, quick


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated folder of a random model, and the atlas of it, built with that model."""
    root = tmp_path_factory.mktemp("generated")
    model = make_random(root / "model", LABELS)
    with pytest.raises(SystemExit) as end:
        cli.main(
            [
                *("generate", str(model), "--out", str(root / "drawn"), "--per-label", "3"),
                *("--steps", "2", "--guidance", "3"),
            ]
        )
    assert end.value.code == 0
    build(root / "drawn", root / "atlas", quick(model), model=str(model))
    return root


@pytest.fixture
def atlas(drawn: Path) -> Atlas:
    return open_atlas(drawn / "atlas")


def test_the_records_say_by_what_each_was_made(drawn: Path, atlas: Atlas) -> None:
    how = atlas.table("images", ["image_id", "generated"]).to_pylist()
    assert len(how) == 6
    for row in how:
        seed = int(row["image_id"].rsplit("-", 1)[1].removesuffix(".png"))
        said = f"by {drawn / 'model'}: guidance 3, 2 steps, seed {seed}"
        assert row["generated"] == said
    patch = atlas.patches(LABELS[0])[0]
    told = {name: text for name, text, _ in facts(patch, atlas.image(patch.image_id))}
    assert told["generated"].startswith("by ")


def test_the_first_limit_says_it_and_goes_with_the_pictures(drawn: Path, tmp_path: Path) -> None:
    first = json.loads((drawn / "atlas" / "atlas.json").read_text())["limits"]
    assert first[0].startswith("Generated pictures: all its images were made by a model")
    assert len(first) == 2
    config, model = quick(drawn / "model"), str(drawn / "model")
    real = draw_shapes(tmp_path / "real", 3)
    build(drawn / "drawn", tmp_path / "atlas", config, model=model)
    build(real, tmp_path / "atlas", config, model=model, replace_all=True)
    assert open_atlas(tmp_path / "atlas").manifest.limits == first[1:]


def test_the_page_marks_every_picture(drawn: Path) -> None:
    blocks = build_app([drawn / "atlas"])
    desk: Any = next(f.fn.__self__.desk for f in blocks.fns.values() if hasattr(f.fn, "__self__"))
    items = desk.go(desk.first, "typical")[desk.panels["typical"].wall]["items"]
    assert items
    assert all(item["made"] and "a generated picture" in item["alt"] for item in items)
    view = dataclasses.replace(desk.first, patch=items[0]["id"])
    value = desk.inspector.show(view)[desk.inspector.viewer]
    assert [name for name, text, _ in value["facts"] if text.startswith("by ")] == ["generated"]
    assert "Generated pictures" in desk.go(desk.first, "about")[desk.panels["about"].text]
