"""One score: what the stages keep is what the app computes, however the atlas was drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diffmine.atlas.records import Translation
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.config import TranslateConfig, TrendsConfig
from diffmine.live.score import score_window
from diffmine.live.translate import last, stream
from diffmine.model.load import load_model
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from tests.helpers import draw_shapes, quick


@pytest.fixture(scope="module", params=["common", "stratified", "paper"])
def atlas(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An atlas with another seed, preset and range of timesteps than the defaults, made by two
    threads, which translate and score several patches side by side."""
    root: Path = tmp_path_factory.mktemp("one-score")
    data, base = draw_shapes(root / "data"), make_random(root / "base")
    config = quick(base)
    drawn = replace(config.typicality, seed=5, preset=request.param, t_range=(300, 900))
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        build(data, root / "atlas", replace(config, typicality=drawn))
    finally:
        torch.set_num_threads(threads)
    return open_workspace(root / "atlas")


def test_the_stored_dating_curve_is_the_live_one(atlas: Workspace) -> None:
    rows = [row for row in atlas.table("trends").to_pylist() if row["kind"] == "patch"]
    model = load_model(atlas.needed_model())
    how = atlas.scoring(atlas.configured(TrendsConfig).draws)
    for patch in map(atlas.patch, sorted({row["patch_id"] for row in rows})):
        stored = {r["target"]: (r["typicality"], r["se"]) for r in rows
                  if r["patch_id"] == patch.patch_id}  # fmt: skip
        window = (patch.row, patch.col, patch.size)
        picture = atlas.pictures.picture(patch.image_id)
        scores = score_window(model, picture, window, atlas.labels, how, patch.image_id)
        live = [(np.float32(each.typicality), np.float32(each.se)) for each in scores]
        assert live == [stored[label] for label in atlas.labels]


def test_the_stored_translation_is_the_live_one(atlas: Workspace) -> None:
    row = atlas.read_parts("translations").to_pylist()[0]
    stored, patch = Translation.from_row(row), atlas.patch(row["patch_id"])
    config = atlas.configured(TranslateConfig)
    steps = stream(
        load_model(atlas.needed_model()),
        atlas.pictures.picture(patch.image_id),
        (patch.row, patch.col, patch.size),
        atlas.labels,
        config,
        atlas.scoring(config.draws),
        patch.image_id,
        patch.label,
    )
    live = {each.target: each for each in last(steps).translations}[stored.target]
    assert live.to_row(patch).keys() == row.keys()
    for name, value in live.to_row(patch).items():
        same = np.float32(value) == row[name] if isinstance(value, float) else value == row[name]
        assert same, name
    assert np.array_equal(stored.picture, live.picture)


def test_other_draws_give_other_scores(atlas: Workspace) -> None:
    """So that the tests above could fail."""
    patch = atlas.patches(atlas.labels[0])[0]
    model, picture = load_model(atlas.needed_model()), atlas.pictures.picture(patch.image_id)
    window = (patch.row, patch.col, patch.size)
    own = atlas.scoring(8)
    for other in (replace(own, seed=0), replace(own, t_range=(100, 700))):
        both = [score_window(model, picture, window, atlas.labels, how, patch.image_id)
                for how in (own, other)]  # fmt: skip
        assert both[0] != both[1]
