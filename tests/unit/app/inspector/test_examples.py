"""Search by example in the app: a box drawn by hand gives the patches most like it."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from diffmine.app.inspector import texts
from diffmine.app.page import build, embedded
from tests.unit.app.events import event


@pytest.fixture(scope="module")
def icons() -> Any:
    """The desk of an app over the embedded icons, with their own model."""
    blocks = build([next(path for path in embedded() if path.name == "icons")])
    return blocks.diffmine_desk


@pytest.mark.parametrize("rank", [1, 30])
def test_the_same_box_as_a_patch_gives_that_patch_first(icons: Any, rank: int) -> None:
    inspector, atlas = icons.inspector, icons.shelf(icons.first).atlas
    patch = atlas.patches(atlas.labels[1])[rank - 1]
    box = [patch.row, patch.col, patch.size, patch.size]
    answer = inspector.answered(icons.first, event(of=f"image:{patch.image_id}", box=box))
    assert answer.patches[0] == patch.patch_id
    assert len(answer.patches) == 24
    updates = inspector.examples.on_answer(icons.first, answer)
    assert updates[inspector.wall]["items"][0]["id"] == patch.patch_id
    like = updates[inspector.viewer]["like"]
    assert like["wall"]["items"][0]["id"] == patch.patch_id
    assert patch.image_id in like["line"]


def test_an_answer_for_another_atlas_is_dropped(icons: Any) -> None:
    inspector, atlas = icons.inspector, icons.shelf(icons.first).atlas
    patch = atlas.patches(atlas.labels[0])[0]
    box = [patch.row, patch.col, patch.size, patch.size]
    answer = inspector.answered(icons.first, event(of=f"image:{patch.image_id}", box=box))
    updates = inspector.examples.on_answer(icons.first, replace(answer, atlas="other"))
    assert list(updates) == [inspector.viewer]


@pytest.mark.parametrize(
    ("of", "box"),
    [
        ("image:no such image", [0, 0, 8, 8]),
        ("translation:1990s", [0, 0, 8, 8]),
        ("", None),
        ("own image", [0, 0, 0, 8]),
        ("own image", [0, 0, 9999, 8]),
        ("own image", [0, -1, 8, 8]),
        ("own image", [0, float("nan"), 8, 8]),
        ("own image", "a box"),
        ("own image", [[1, 2], [3]]),
    ],
)
def test_what_no_box_would_say_is_refused(icons: Any, of: str, box: Any) -> None:
    atlas = icons.shelf(icons.first).atlas
    of = f"image:{atlas.patches(atlas.labels[0])[0].image_id}" if of == "own image" else of
    with pytest.raises(gr.Error, match="Reload the page"):
        icons.inspector.answered(icons.first, event(of=of, box=box))


def test_an_atlas_without_a_model_offers_no_box(desk: Any) -> None:
    inspector, patch = desk.inspector, desk.shelf(desk.first).known(desk.first.patch)
    assert inspector.viewed(desk.first)["examples"] is False
    answer = inspector.answered(desk.first, event(of=f"image:{patch.image_id}", box=[0, 0, 24, 24]))
    assert answer.reason == texts.NO_EXAMPLES
