"""Merges and splits: applied on reading, taken back without a trace, known to the manifest."""

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))

from diffmine.atlas.editing import merge, redo, rename, split, undo
from diffmine.atlas.edits import NAME
from diffmine.atlas.reader import Atlas
from diffmine.atlas.slim import slim
from diffmine.atlas.writer import open_workspace
from diffmine.config import TrendsConfig, as_dict
from diffmine.errors import AtlasError, UsageError
from diffmine.pipeline.check import check
from tests.unit.app.make_atlas import make_atlas

TABLES = ("patches", "elements", "trends")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "shapes"
    make_atlas(folder)
    return folder


@pytest.fixture
def atlas(made: Path, tmp_path: Path) -> Atlas:
    shutil.copytree(made, tmp_path / "shapes")
    return open_workspace(tmp_path / "shapes")


def rows(atlas: Atlas, label: str = "1900") -> dict[int, dict[str, Any]]:
    every = atlas.table("elements").to_pylist()
    return {row["element"]: row for row in every if row["label"] == label}


def members(atlas: Atlas, element: int, label: str = "1900") -> set[str]:
    return {patch.patch_id for patch in atlas.element(label, element)}


def tables(atlas: Atlas) -> list[list[dict[str, Any]]]:
    return [atlas.table(name).to_pylist() for name in TABLES]


def test_a_merge_joins_the_patches_and_measures_anew(atlas: Atlas) -> None:
    before = members(atlas, 0) | members(atlas, 2)
    merge(atlas, "1900", 2, 0)
    for opened in (atlas, open_workspace(atlas.path)):
        assert members(opened, 0) == before
        found = rows(opened)
        assert set(found) == {0, 1}
        assert found[0]["size"] == 80
        patches = opened.element("1900", 0)
        values = [patch.typicality for patch in patches]
        assert found[0]["median"] == pytest.approx(float(np.median(values)))
        features = opened.neighbours
        matrix = features.matrix[features.names.rows([patch.patch_id for patch in patches])]
        far = np.linalg.norm(matrix - matrix.mean(axis=0), axis=1)
        assert [patch.distance for patch in patches] == pytest.approx(far.tolist(), abs=1e-5)
        assert found[0]["spread"] == pytest.approx(float(far.mean()), abs=1e-5)
        assert sorted(row["rank"] for row in found.values()) == [1, 2]
    assert set(rows(atlas, "1910")) == {0, 1, 2}
    assert rows(atlas, "1910")[2]["like_element"] == 0  # another label is left as it was built


def test_a_split_parts_what_was_merged(atlas: Atlas) -> None:
    first, third = members(atlas, 0), members(atlas, 2)
    merge(atlas, "1900", 2, 0)
    assert rows(atlas)[0]["mixed"] is False
    new = split(atlas, "1900", 0)
    assert new == 3
    assert {frozenset(members(atlas, 0)), frozenset(members(atlas, new))} == {
        frozenset(first),
        frozenset(third),
    }
    found = rows(atlas)
    assert found[0]["median"] >= found[new]["median"]
    assert set(found) == {0, 1, new}
    assert split(atlas, "1900", 1) == 4


def test_undo_gives_back_what_was_there(atlas: Atlas) -> None:
    states = [tables(atlas)]
    merge(atlas, "1900", 2, 0)
    states.append(tables(atlas))
    new = split(atlas, "1900", 0)
    states.append(tables(atlas))
    merge(atlas, "1930", 1, 0)
    states.append(tables(atlas))
    rename(atlas, "1900", new, "  one \n half ")
    assert open_workspace(atlas.path).names == {"1900/3": "one half"}
    last = tables(atlas)
    for kind in ("name", "merge", "split", "merge"):
        assert undo(atlas).kind == kind
        assert tables(open_workspace(atlas.path))[:2] == states.pop()[:2]
        assert atlas.names == {}
    with pytest.raises(UsageError, match="no edits"):
        undo(atlas)
    for kind in ("merge", "split", "merge", "name"):
        assert redo(open_workspace(atlas.path)).kind == kind
    assert open_workspace(atlas.path).names == {"1900/3": "one half"}
    assert tables(open_workspace(atlas.path))[:2] == last[:2]
    with pytest.raises(UsageError, match="no edits"):
        redo(atlas)
    undo(atlas)
    rename(atlas, "1900", 0, "other")
    with pytest.raises(UsageError, match="no edits"):  # another edit came between
        redo(atlas)


@pytest.mark.parametrize(("element", "into"), [(0, 0), (9, 0), (0, 9)])
def test_only_two_that_are_there_are_merged(atlas: Atlas, element: int, into: int) -> None:
    with pytest.raises(UsageError):
        merge(atlas, "1900", element, into)
    with pytest.raises(UsageError):
        merge(atlas, "1066", 0, 1)
    assert not (atlas.path / NAME).exists()


def test_what_is_too_small_is_not_split(atlas: Atlas) -> None:
    for part in atlas.parts("features"):
        part.unlink()
    with pytest.raises(UsageError, match="0 patches with features"):
        split(atlas, "1900", 0)
    merge(atlas, "1900", 2, 0)  # needs no features
    assert len(atlas.element("1900", 0)) == 80


def test_check_and_slim_know_the_edits(atlas: Atlas, tmp_path: Path, capsys: Any) -> None:
    merge(atlas, "1900", 2, 0)
    check(atlas.path)
    assert set(rows(slim(open_workspace(atlas.path), tmp_path / "slim"))) == {0, 1}
    path = atlas.path / NAME
    path.write_text(path.read_text() + " ")
    with pytest.raises(UsageError):
        check(atlas.path)
    assert f"broken: {NAME}" in capsys.readouterr().out


def test_trends_of_changed_elements_are_not_shown_until_they_are_computed(atlas: Atlas) -> None:
    def of(label: str, element: int) -> int:
        found = open_workspace(atlas.path).table("trends").to_pylist()
        kinds = [r for r in found if r["label"] == label and r["element"] == element]
        return sum(row["kind"] == "element" for row in kinds)

    config = TrendsConfig()
    assert atlas.begin("trends", config)
    trends = make_atlas(atlas.path.parent / "again").table("trends")
    atlas.write("trends.parquet", trends, trends.schema)
    atlas.end("trends")
    merge(atlas, "1900", 2, 0)
    assert (of("1900", 0), of("1900", 1), of("1910", 0)) == (0, 4, 4)
    undo(atlas)
    assert of("1900", 0) == 4
    assert not atlas.begin("trends", config)
    merge(atlas, "1900", 2, 0)
    assert atlas.begin("trends", config)  # so that a build computes them anew
    assert atlas.manifest.config["trends"] == as_dict(config)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 2}',
        '{"format": 1, "edits": [{"kind": "erase", "label": "a", "element": 0, "into": 1}]}',
        '{"format": 1, "touched": [], "edits": [{"kind": "merge", "label": 3, "element": "0"}]}',
        '{"format": 2, "touched": [], "edits": [], "sha256": "00"}',
        '{"format": 1, "touched": [], "edits": [{"kind": "split", "label": "a", "element": 0,'
        ' "into": 1}]}',
        "[" * 100_000,
    ],
)
def test_a_broken_file_is_one_sentence(atlas: Atlas, text: str) -> None:
    (atlas.path / NAME).write_text(text)
    with pytest.raises(AtlasError, match=r"edits\.json is broken .* remove it"):
        atlas.table("elements")
