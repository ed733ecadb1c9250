"""What speaks against a label's patches: confounds first, and the patches that each is about."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from diffmine.app.page import embedded
from diffmine.atlas import schemas
from diffmine.atlas.evaluation import read_evaluation
from diffmine.atlas.reader import Atlas, open_atlas
from diffmine.atlas.writer import open_workspace
from diffmine.live.signs import ARTEFACT, CONFOUND, TORN, Sign, patches_of, signs
from tests.unit.app.make_atlas import make_atlas


@pytest.fixture(scope="module")
def chest() -> Atlas:
    return open_atlas(next(path for path in embedded() if path.name == "chest"))


def test_the_letter_of_the_recipe_is_named_first_and_shown(chest: Atlas) -> None:
    evaluation = read_evaluation(chest)
    assert evaluation
    first = signs(chest, "Pneumothorax", evaluation)[0]
    assert (first.kind, first.name) == (CONFOUND, "marker")
    of_label = [row for row in evaluation.confounds if row["label"] == "Pneumothorax"]
    row = next(row for row in of_label if row["element"] == "marker")
    shown = patches_of(chest, "Pneumothorax", first, evaluation)
    assert len(shown) == round(row["share"] * row["n"]) > 30
    assert [patch.rank for patch in shown] == sorted(patch.rank for patch in shown)


def test_as_many_patches_are_shown_as_evaluate_counted(chest: Atlas) -> None:
    evaluation = read_evaluation(chest)
    assert evaluation
    for row in evaluation.confounds:
        if row["method"] == "typicality":
            sign = Sign(CONFOUND, row["element"], "")
            shown = patches_of(chest, row["label"], sign, evaluation)
            assert len(shown) == round(row["share"] * row["n"]), (row["label"], row["element"])


@pytest.mark.parametrize("name", ["chest", "type"])
def test_as_many_patches_are_shown_as_a_warning_counted(name: str) -> None:
    atlas = open_atlas(next(path for path in embedded() if path.name == name))
    warnings = atlas.warnings(every=True)
    assert warnings
    for warning in warnings:
        shown = patches_of(atlas, warning.label, Sign(ARTEFACT, warning.kind, ""), None)
        assert len(shown) == round(warning.share * warning.n), (warning.label, warning.kind)


def test_patients_in_both_halves_are_said_and_shown(tmp_path: Path) -> None:
    make_atlas(tmp_path / "atlas", kind="finding")
    atlas = open_workspace(tmp_path / "atlas")
    assert not [sign for sign in signs(atlas, "1910", None) if sign.kind == TORN]
    images = pq.read_table(atlas.path / "images.parquet").to_pylist()
    for at, row in enumerate(images):
        row["split"] = "test" if row["group"] == "g1" and at % 2 else "train"
    with atlas.hold():
        atlas.write("images.parquet", images, schemas.IMAGES)
    atlas = open_workspace(tmp_path / "atlas")
    (sign,) = [sign for sign in signs(atlas, "1910", None) if sign.kind == TORN]
    assert sign.text.startswith(
        "1 of 3 patients have films in more than one part of the data set (test, train)"
    )
    shown = patches_of(atlas, "1910", sign, None)
    groups = {atlas.image(patch.image_id)["group"] for patch in shown}
    assert groups == {"g1"}
    assert 0 < len(shown) < atlas.count("1910")
