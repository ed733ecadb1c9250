"""Which images show an element: against distances taken one by one, and as the stage wrote it."""

from pathlib import Path

import numpy as np
import pytest

from diffmine.atlas import schemas
from diffmine.atlas.editing import merge
from diffmine.atlas.sightings import Looker
from diffmine.atlas.writer import Workspace, open_workspace
from tests.unit.app.make_atlas import LABELS, make_atlas


@pytest.fixture
def atlas(tmp_path: Path) -> Workspace:
    make_atlas(tmp_path / "shapes")
    return open_workspace(tmp_path / "shapes")


def by_hand(atlas: Workspace, label: str, element: int) -> dict[int, tuple[float, str]]:
    """For each image that shows the element, its place in the table, the least distance and the
    patch that has it."""
    table = atlas.read_parts("features")
    feature = {}
    for name, values in zip(
        table["patch_id"].to_pylist(), table["feature"].to_pylist(), strict=True
    ):
        vector = np.array(values, np.float64)
        feature[name] = vector / np.linalg.norm(vector)
    patches = [patch for each in atlas.labels for patch in atlas.patches(each)]
    own = [p for p in patches if p.label == label and p.element == element]
    centre = np.mean([feature[p.patch_id] for p in own], axis=0)
    radius = np.quantile([np.linalg.norm(feature[p.patch_id] - centre) for p in own], 0.75)
    names = atlas.table("images")["image_id"].to_pylist()
    shown: dict[int, tuple[float, str]] = {}
    for patch in patches:
        distance = float(np.linalg.norm(feature[patch.patch_id] - centre))
        if distance <= radius + 1e-6:
            at = names.index(patch.image_id)
            shown[at] = min(shown.get(at, (9.0, "")), (distance, patch.patch_id))
    return shown


@pytest.mark.parametrize(("label", "element"), [("1910", 1), ("1930", 2)])
def test_images_are_those_with_a_patch_within_the_radius(
    atlas: Workspace, label: str, element: int
) -> None:
    result = Looker(atlas).of(label, element)
    expected = by_hand(atlas, label, element)
    assert not result.whole
    assert result.images.tolist() == sorted(expected)
    patches = atlas.patches_at(result.patches)
    assert [patch.patch_id for patch in patches] == [expected[at][1] for at in sorted(expected)]
    np.testing.assert_allclose(
        result.distances, [expected[at][0] for at in sorted(expected)], atol=1e-3
    )


def test_what_the_stage_wrote_counts_with_the_patch_that_is_there(atlas: Workspace) -> None:
    near = Looker(atlas).of("1910", 1)
    names = atlas.table("images")["image_id"].to_pylist()
    absent = next(at for at in range(len(names)) if at not in near.images)
    shown = [names[at] for at in (absent, near.images[0], near.images[2])]
    rows = [
        {"label": "1910", "element": 1, "target": name.split("/")[0], "image_id": name}
        for name in [*shown, shown[0]]  # under two labels
    ]
    atlas.write("shown.parquet", rows, schemas.SHOWN)
    looker = Looker(open_workspace(atlas.path))
    result = looker.of("1910", 1)
    assert result.whole
    assert result.images.tolist() == sorted([absent, near.images[0], near.images[2]])
    patch = dict(zip(result.images.tolist(), result.patches.tolist(), strict=True))
    assert patch == {
        absent: -1,
        int(near.images[0]): int(near.patches[0]),
        int(near.images[2]): int(near.patches[2]),
    }
    assert not looker.of("1910", 0).whole, "of another element it says nothing"


def test_a_merged_element_is_looked_for_among_the_patches_anew(atlas: Workspace) -> None:
    names = atlas.table("images")["image_id"].to_pylist()
    row = {"label": "1910", "element": 1, "target": LABELS[0], "image_id": names[0]}
    atlas.write("shown.parquet", [row], schemas.SHOWN)
    looker = Looker(atlas)
    assert looker.of("1910", 1).images.tolist() == [0]
    merge(atlas, "1910", 2, 1)
    merged = looker.of("1910", 1)
    assert not merged.whole
    assert merged.images.tolist() == sorted(by_hand(atlas, "1910", 1))


def test_without_features_nothing_is_shown(atlas: Workspace) -> None:
    for part in atlas.parts("features"):
        part.unlink()
    assert not len(Looker(atlas).of("1910", 1).images)
