"""Elements on synthetic features, and the stage on the random model."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from diffmine.atlas import schemas
from diffmine.atlas.editing import rename
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import open_workspace
from diffmine.config import ClusterConfig
from diffmine.maths.elements import alike
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, run_stage
from diffmine.stages.cluster.run import grouped, label_elements
from tests.helpers import LABELS, draw_shapes, quick

KMEANS = ClusterConfig(elements=4)
HDBSCAN = ClusterConfig(method="hdbscan")


def blobs(counts: list[int], noise: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Rows of length 1 around some axes, and which axis each lies at."""
    which = np.repeat(np.arange(len(counts)), counts)
    found = np.eye(8)[which] + np.random.default_rng(0).normal(0, noise, (len(which), 8))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32), which


def test_elements_are_the_groups_in_the_order_of_their_medians() -> None:
    matrix, which = blobs([20, 9, 30])
    typicality = np.array([0.1, 0.5, 0.3])[which] + np.linspace(0, 0.01, len(which))
    found = label_elements(matrix, typicality, replace(KMEANS, elements=3))
    place = np.array([2, 0, 1])
    assert np.array_equal(found.element, place[which])
    for row in found.elements:
        own = which == place.argsort()[row["element"]]
        centre = sum(matrix[own]) / own.sum()
        distances = [float(np.sqrt(((each - centre) ** 2).sum())) for each in matrix[own]]
        assert row["size"] == own.sum()
        assert row["median"] == pytest.approx(np.median(typicality[own]))
        assert row["spread"] == pytest.approx(np.mean(distances), rel=1e-5)
        np.testing.assert_allclose(found.distance[own], distances, rtol=1e-5)
        assert not row["mixed"]
        assert row["like_element"] is None


@pytest.mark.parametrize("config", [KMEANS, HDBSCAN], ids=["kmeans", "hdbscan"])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 9, 30])
def test_few_and_equal_patches(config: ClusterConfig, count: int) -> None:
    chance = np.random.default_rng(0)
    for matrix in (np.ones((count, 3)), chance.normal(size=(count, 3))):
        found = label_elements(matrix.astype(np.float32), np.zeros(count), config)
        assert found.element.shape == found.distance.shape == (count,)
        inside = found.element >= 0
        assert sum(row["size"] for row in found.elements) == inside.sum()
        assert np.isfinite(found.distance[inside]).all()
        assert np.isnan(found.distance[~inside]).all()
        assert all(np.isfinite([row["median"], row["spread"]]).all() for row in found.elements)
        if config.method == "kmeans":
            assert inside.all()


def test_hdbscan_finds_dense_groups_and_leaves_the_rest_alone() -> None:
    matrix, which = blobs([25, 25])
    far = -np.eye(8, dtype=np.float32)[2:6]
    group = grouped(np.concatenate([matrix, far]), HDBSCAN)
    assert set(group[50:].tolist()) == {-1}
    inside = group[:50] >= 0
    assert inside.mean() > 0.8
    assert {(a, b) for a, b in zip(group[:50][inside], which[inside], strict=True)} in (
        {(0, 0), (1, 1)},
        {(0, 1), (1, 0)},
    )


def test_an_element_is_mixed_when_the_next_is_nearer_than_its_own_patches() -> None:
    """A wide cloud and a narrow one inside its radius: each patch of the wide one is nearer to
    the narrow than to its like."""
    chance = np.random.default_rng(0)
    wide = chance.normal(0, 0.1, (40, 100))
    narrow = chance.normal(0, 0.001, (40, 100)) + 0.8 * np.eye(100)[0]
    matrix = np.concatenate([wide, narrow]).astype(np.float32)
    typicality = np.repeat([0.2, 0.1], 40)
    found = label_elements(matrix, typicality, replace(KMEANS, elements=2))
    assert np.array_equal(found.element, np.repeat([0, 1], 40))
    assert [row["mixed"] for row in found.elements] == [True, False]


def test_alike_are_centres_nearer_than_the_patches() -> None:
    """Three on a line: 0 and 1 overlap, 2 is near to 1 by the spread of 1 alone."""
    centres = np.array([[1, 0], [1, 0.1], [1, 0.45]], np.float32)
    spread = np.array([0.2, 0.5, 0.3], np.float32)
    (first, one), (second, two), (third, three) = alike(centres, spread)
    assert (first, second) == (1, 0)
    assert one == two == pytest.approx(1 / np.sqrt(1.01), rel=1e-5)
    assert (third, three) == (None, None)
    # With more spread 2 may be the same as 1, whose nearest stays 0.
    wide = alike(centres, np.array([0.2, 0.5, 0.4], np.float32))
    assert [other for other, _ in wide] == [1, 0, 1]
    assert alike(np.zeros((0, 2), np.float32), np.zeros(0, np.float32)) == []


def test_one_group_cut_by_chance_is_proposed_for_merging() -> None:
    """Halves of one cloud, drawn without looking, have nearly the same centre; two clouds don't."""
    matrix, _ = blobs([80], noise=0.2)
    other, _ = blobs([1, 80], noise=0.2)
    parts = [matrix[::2], matrix[1::2], other[1:]]
    centres = np.stack([part.mean(axis=0) for part in parts])
    spread = np.array(
        [
            np.linalg.norm(part - centre, axis=1).mean()
            for part, centre in zip(parts, centres, strict=True)
        ],
        np.float32,
    )
    assert [like for like, _ in alike(centres, spread)] == [1, 0, None]


# The stage


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of two sizes, so that calls of the model are shared by some only."""
    folder = draw_shapes(tmp_path_factory.mktemp("data"), 8)
    for path in sorted(folder.rglob("*.png"))[::3]:
        with Image.open(path) as picture:
            picture.resize((48, 32)).save(path)
    return folder


@pytest.fixture(scope="module")
def built(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = quick(base)
    mine = replace(config.mine, per_image=3, per_label=24)
    out = tmp_path_factory.mktemp("built") / "atlas"
    build(data, out, replace(config, mine=mine))
    return out


@pytest.fixture
def atlas(built: Path, tmp_path: Path) -> Atlas:
    return open_workspace(shutil.copytree(built, tmp_path / "atlas"))


def again(atlas: Atlas, base: Path, config: ClusterConfig) -> dict[str, float]:
    """Cluster an atlas anew; the figures of the report."""
    with atlas.hold():
        atlas.drop("cluster")
        report = run_stage(atlas, "cluster", replace(quick(base), cluster=config))
    return report.figures


@pytest.mark.parametrize(
    "config",
    [
        ClusterConfig(elements=3, noises=1, shard=4, seed=0),
        ClusterConfig(elements=3, noises=1, shard=4, seed=5),
        ClusterConfig(elements=2, noises=1, shard=4),
        ClusterConfig(method="hdbscan", least=3, noises=1, shard=4),
    ],
    ids=["same", "seed", "number", "hdbscan"],
)
def test_names_go_with_their_patches_or_are_set_aside(
    atlas: Atlas, base: Path, config: ClusterConfig
) -> None:
    again(atlas, base, ClusterConfig(elements=3, noises=1, shard=4))
    before = {}
    for row in atlas.table("elements").to_pylist():
        name = f"{row['label']} {row['element']}"
        rename(atlas, row["label"], row["element"], name)
        patches = atlas.element(row["label"], row["element"])
        before[name] = {(patch.image_id, patch.row, patch.col) for patch in patches}
    figures = again(atlas, base, config)
    waiting = [edit.text for edit in atlas.edits.waiting]
    assert sorted([*atlas.names.values(), *waiting]) == sorted(before)
    assert figures.get("set aside", 0) == len(waiting)
    assert figures.get("names and edits that went along", 0) == len(atlas.names)
    # Dense groups need not share half of their patches with any of the three.
    assert atlas.names or config.method == "hdbscan"
    now = {}
    for row in atlas.table("elements").to_pylist():
        patches = atlas.element(row["label"], row["element"])
        place = f"{row['label']}/{row['element']}"
        now[place] = {(patch.image_id, patch.row, patch.col) for patch in patches}
    for name, own in before.items():
        label = name.partition(" ")[0]
        shares = {
            place: len(own & other) / len(own | other)
            for place, other in now.items()
            if place.startswith(f"{label}/")
        }
        best = max(shares, key=lambda place: shares[place], default="")  # a label may have none
        share = shares.get(best, 0.0)
        assert (atlas.names.get(best) == name) == (share > 0.5)
        assert (name in waiting) == (share <= 0.5)


def columns(atlas: Atlas) -> dict[str, tuple[object, ...]]:
    names = ("element", "distance", "map_x", "map_y", "own_x", "own_y")
    return {
        row["patch_id"]: tuple(row[name] for name in names)
        for row in atlas.table("patches").to_pylist()
        if row["kind"] == "top"
    }


def test_neither_batch_nor_listing_order_changes_an_atlas(atlas: Atlas, base: Path) -> None:
    config = ClusterConfig(elements=3, noises=3, shard=5)
    again(atlas, base, config)
    found = columns(atlas)
    elements = atlas.table("elements").to_pylist()
    assert all(value is not None for values in found.values() for value in values)
    for k in range(len(atlas.parts("features"))):
        assert atlas.finished(f"features/part-{k:05d}.parquet")
    again(atlas, base, replace(config, batch=64))
    assert columns(atlas) == found
    table = atlas.table("patches")
    order = np.random.default_rng(0).permutation(len(table))
    rows = sorted(table.take(pa.array(order)).to_pylist(), key=lambda r: (r["label"], r["kind"]))
    atlas.write("patches.parquet", rows, schemas.PATCHES)
    assert [patch.rank for patch in atlas.patches("disc")] != list(range(1, 25))
    again(atlas, base, config)
    assert columns(atlas) == found
    assert atlas.table("elements").to_pylist() == elements


def test_the_whole_way_with_hdbscan(atlas: Atlas, base: Path) -> None:
    config = replace(
        quick(base), cluster=ClusterConfig(method="hdbscan", least=3, noises=1, shard=4)
    )
    with atlas.hold():
        reports = {
            stage: run_stage(atlas, stage, config) for stage in ("cluster", "translate", "trends")
        }
    top = [patch for label in LABELS for patch in atlas.patches(label)]
    alone = [patch for patch in top if patch.element is None]
    assert 0 < len(alone) < len(top)
    assert all(patch.distance is None and patch.own_x is not None for patch in alone)
    rows = atlas.table("elements").to_pylist()
    figures = reports["cluster"].figures
    assert figures["elements"] == len(rows)
    assert figures["in none"] == len(alone) / len(top)
    assert figures["mixed"] == sum(row["mixed"] for row in rows) / len(rows)
    assert figures["alike"] == sum(row["like_label"] is not None for row in rows)
    for row in rows:
        members = atlas.element(row["label"], row["element"])
        assert len(members) == row["size"] >= 3
    kinds = {row["kind"] for row in atlas.table("trends").to_pylist()}
    assert "element" in kinds


def test_an_older_atlas_is_read(atlas: Atlas) -> None:
    """Tables without the columns that came later: nulls in their place."""
    for name, later in (
        ("patches", ["own_x", "own_y"]),
        ("elements", ["like_label", "like_element", "likeness"]),
    ):
        path = atlas.path / f"{name}.parquet"
        pq.write_table(pq.read_table(path).drop_columns(later), path)
    older = open_workspace(atlas.path)
    assert older.patches("disc")[0].own_x is None
    assert older.table("elements").schema.equals(schemas.ELEMENTS)
    assert {row["like_element"] for row in older.table("elements").to_pylist()} == {None}
