"""Elements that look alike: against centres measured one by one, before and after a merge."""

from pathlib import Path

import numpy as np
import pytest

from diffmine.atlas.alike import Alike
from diffmine.atlas.editing import merge
from diffmine.atlas.sightings import Looker
from diffmine.atlas.writer import Workspace, open_workspace
from tests.unit.app.make_atlas import make_atlas


@pytest.fixture
def atlas(tmp_path: Path) -> Workspace:
    make_atlas(tmp_path / "shapes")
    return open_workspace(tmp_path / "shapes")


def by_hand(atlas: Workspace, label: str, element: int) -> list[tuple[tuple[str, int], float]]:
    table = atlas.read_parts("features")
    feature = {row["patch_id"]: np.array(row["feature"], float) for row in table.to_pylist()}
    sums: dict[tuple[str, int], np.ndarray] = {}
    for name in atlas.labels:
        for patch in atlas.patches(name):
            if patch.element is not None:
                vector = feature[patch.patch_id]
                vector = vector / np.linalg.norm(vector)
                sums[name, patch.element] = sums.get((name, patch.element), 0) + vector
    own = sums[label, element]
    cosine = {
        place: float(own @ other / np.linalg.norm(own) / np.linalg.norm(other))
        for place, other in sums.items()
        if place != (label, element)
    }
    return sorted(cosine.items(), key=lambda pair: -pair[1])


def test_the_most_alike_come_first_of_all_labels(atlas: Workspace) -> None:
    alike = Alike(atlas, Looker(atlas))
    for place in (("1900", 0), ("1930", 2)):
        result, expected = alike.to(*place, 11), by_hand(atlas, *place)
        assert [one for one, _ in result] == [one for one, _ in expected]
        np.testing.assert_allclose([c for _, c in result], [c for _, c in expected], atol=1e-3)
    assert len(alike.to("1900", 0, 4)) == 4
    assert alike.to("1900", 9, 4) == []


def test_a_merge_moves_the_centre(atlas: Workspace) -> None:
    alike = Alike(atlas, Looker(atlas))
    before = alike.to("1900", 0, 11)
    merge(atlas, "1900", 2, 0)
    after = alike.to("1900", 0, 99)
    assert len(after) == len(before) - 1
    expected = by_hand(atlas, "1900", 0)
    np.testing.assert_allclose([c for _, c in after], [c for _, c in expected], atol=1e-3)


def test_patches_of_no_element_and_an_atlas_without_features_are_no_error(
    atlas: Workspace,
) -> None:
    for part in atlas.parts("features"):
        part.unlink()
    assert Alike(atlas, Looker(atlas)).to("1900", 0, 4) == []
