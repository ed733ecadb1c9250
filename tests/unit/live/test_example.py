"""The feature of a box by hand against the features that the stage cluster writes down."""

from pathlib import Path

import numpy as np
import pytest

from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.similar import read_as
from diffmine.config import ClusterConfig
from diffmine.errors import UsageError
from diffmine.live.example import example_feature
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from tests.helpers import draw_shapes, quick


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    folder = tmp_path_factory.mktemp("example")
    build(draw_shapes(folder / "data"), folder / "atlas", quick(make_random(folder / "base")))
    return open_atlas(folder / "atlas")


@pytest.fixture(scope="module")
def model(atlas: Atlas) -> Model:
    return load_model(Path(str(atlas.needed_model())))


def feature(atlas: Atlas, model: Model, patch_id: str, label: str | None) -> np.ndarray:
    patch = atlas.patch(patch_id)
    return example_feature(
        model,
        atlas.pictures.picture(patch.image_id),
        (float(patch.row), float(patch.col), float(patch.size), float(patch.size)),
        atlas.configured(ClusterConfig),
        patch.image_id,
        label,
    )


def test_the_box_of_a_patch_has_its_feature_and_so_gives_it_first(
    atlas: Atlas, model: Model
) -> None:
    for label in atlas.labels:
        for patch in atlas.patches(label):
            own = feature(atlas, model, patch.patch_id, read_as(atlas, patch.image_id))
            stored = atlas.neighbours.matrix[atlas.neighbours.names.row(patch.patch_id)]
            np.testing.assert_allclose(own, stored, atol=2e-3)  # stored as float16
            (first, cosine), *_ = atlas.neighbours.near(own, 3)
            assert cosine > 0.9999
            assert first == patch.patch_id


def test_a_box_that_leaves_the_picture_is_cut_and_an_empty_one_is_refused(
    atlas: Atlas, model: Model
) -> None:
    picture = atlas.pictures.picture(atlas.patches("disc")[0].image_id)
    config = atlas.configured(ClusterConfig)
    wide, high = picture.size
    inside = example_feature(model, picture, (4.0, 6.0, high - 4.0, wide - 6.0), config, "x")
    over = example_feature(model, picture, (4.0, 6.0, 2.0 * high, 2.0 * wide), config, "x")
    np.testing.assert_array_equal(inside, over)
    with pytest.raises(UsageError, match="draw it larger"):
        example_feature(model, picture, (float(high), 0.0, 8.0, 8.0), config, "x")


def test_features_of_another_model_are_no_match(atlas: Atlas) -> None:
    assert atlas.neighbours.near(np.ones(3, np.float32), 4) == []
