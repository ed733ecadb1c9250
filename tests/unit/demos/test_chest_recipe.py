"""The recipe of the chest phantom: few films, for each takes some 30 ms."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_dilation

from demos.chest import recipe
from demos.chest.draw import draw
from demos.chest.findings import FINDINGS, NO_FINDING
from demos.chest.patient import draw_film, draw_patient
from demos.chest.plan import LABELS, MARKER_SHARE, plan, splits
from demos.chest.raster import SIZE, generator


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("chest")
    recipe.make(out, counts=(1, 2, 1), processes=1)
    return out


# 1. The plan


def test_each_label_has_as_many_films_and_splits_share_no_patient() -> None:
    plans = [plan(split, seed=0) for split in splits((40, 20, 10))]
    for pictures, count in zip(plans, (40, 20, 10), strict=True):
        assert Counter(p.label for p in pictures) == dict.fromkeys(LABELS, count)
        assert len({p.stem for p in pictures}) == len(pictures)
        labels = {(p.patient, p.label) for p in pictures}
        assert len(labels) == len({p.patient for p in pictures}), "one primary label each"
    train, atlas, test = ({p.patient for p in pictures} for pictures in plans)
    assert len(train | atlas | test) == len(train) + len(atlas) + len(test)


def test_other_findings_come_by_chance_and_none_with_no_finding() -> None:
    pictures = plan(splits((250, 1, 1))[0], seed=0)
    assert all(not p.findings for p in pictures if p.label == NO_FINDING)
    found = [p for p in pictures if p.label != NO_FINDING]
    assert all(next(iter(p.findings)) == p.label for p in found)
    assert np.mean([len(p.findings) - 1 for p in found]) == pytest.approx(6 * 0.15, abs=0.1)
    assert all(0 < strength <= 1 for p in found for strength in p.findings.values())


@pytest.mark.parametrize("confound", [True, False])
def test_the_letter_is_as_frequent_as_planned(confound: bool) -> None:
    pictures = plan(splits((250, 1, 1))[0], seed=0, confound=confound)
    with_it = [p.marker for p in pictures if "Pneumothorax" in p.findings]
    without = [p.marker for p in pictures if "Pneumothorax" not in p.findings]
    wanted = MARKER_SHARE[confound]
    assert np.mean(with_it) == pytest.approx(wanted[0], abs=0.06)
    assert np.mean(without) == pytest.approx(wanted[1], abs=0.06)


def test_the_confound_moves_nothing_but_the_letter() -> None:
    split = splits((30, 1, 1))[0]
    both = [
        [(p.name, p.findings) for p in plan(split, seed=0, confound=confound)]
        for confound in (True, False)
    ]
    assert both[0] == both[1]


# 2. Drawing


@pytest.mark.parametrize("finding", FINDINGS)
def test_a_finding_changes_the_film_within_its_mask(finding: str) -> None:
    for number in range(2):
        name = f"p{number}"
        without = draw(0, name, name, {}, marker=False)
        drawn = draw(0, name, name, {finding: 0.9}, marker=False)
        near = binary_dilation(drawn.masks[finding], iterations=4)
        change = np.abs(drawn.grey.astype(float) - without.grey)
        assert change[near].sum() > 0.75 * change.sum(), name
        assert change[near].mean() > 8 * change[~near].mean(), name
        assert change[drawn.masks[finding]].mean() > 2, name


@pytest.mark.parametrize(("finding", "low", "high"), [("Mass", 12, 23), ("Nodule", 4, 11)])
def test_round_findings_have_their_size(finding: str, low: int, high: int) -> None:
    for number in range(12):
        drawn = draw(0, f"p{number}", f"p{number}", {finding: 0.5}, marker=False)
        if finding in drawn.masks:
            _, _, w, h = recipe.box_of(drawn.masks[finding])
            assert low <= max(w, h) <= high


def test_a_heart_that_is_enlarged_is_wider_than_half_the_chest() -> None:
    for number in range(4):
        usual = draw(0, f"p{number}", "a", {}, marker=False)
        large = draw(0, f"p{number}", "a", {"Cardiomegaly": 0.1}, marker=False)
        assert large.heart_ratio > max(0.55, usual.heart_ratio + 0.05)


def test_the_letter_changes_nothing_outside_its_mask() -> None:
    without = draw(0, "p", "p", {}, marker=False)
    drawn = draw(0, "p", "p", {}, marker=True)
    near = binary_dilation(drawn.masks["marker"], iterations=1)
    assert (drawn.grey == without.grey)[~near].all()
    assert (drawn.grey != without.grey)[near].any()


def test_patients_and_films_vary() -> None:
    ages = {draw_patient(generator(number)).age for number in range(40)}
    views = Counter(draw_film(generator(number)).view for number in range(200))
    assert len(ages) > 15
    assert 0.25 < views["AP"] / 200 < 0.55


# 3. The files


def test_the_tables_name_what_is_there(made: Path) -> None:
    for split, count in (("train", 1), ("atlas", 2), ("test", 1)):
        rows = _table(made / split / "metadata.csv")
        assert tuple(rows[0]) == recipe.METADATA
        pngs = {str(p.relative_to(made / split)) for p in (made / split / "images").rglob("*.png")}
        assert {row["file_name"] for row in rows} == pngs
        assert Counter(row["label"] for row in rows) == dict.fromkeys(LABELS, count)
        assert all(row["group"] == row["patient"] for row in rows)
        with Image.open(made / split / rows[0]["file_name"]) as image:
            assert (image.mode, image.size) == ("L", (SIZE, SIZE))


def test_boxes_name_the_findings_and_what_tells_nothing(made: Path) -> None:
    labels = {row["file_name"]: row["labels"] for row in _table(made / "atlas" / "metadata.csv")}
    boxes = _table(made / "atlas" / "boxes.csv")
    assert tuple(boxes[0]) == recipe.BOXES
    assert all(
        box["label"] == (box["element"] if box["element"] in FINDINGS else "") for box in boxes
    )
    for name, found in labels.items():
        boxed = {box["label"] for box in boxes if box["file_name"] == name} - {""}
        assert boxed <= set(found.split("|"))


def test_a_box_covers_its_mask_and_train_has_no_masks(made: Path) -> None:
    assert not (made / "train" / "masks").exists()
    boxes = _table(made / "atlas" / "boxes.csv")
    masks = list((made / "atlas" / "masks").rglob("*.png"))
    assert len(masks) == len(boxes)
    for box in boxes:
        path = made / "atlas" / "masks" / box["element"] / Path(box["file_name"]).name
        with Image.open(path) as image:
            assert image.mode == "1"
            left, top, right, bottom = image.getbbox() or (0, 0, 0, 0)
        x, y, w, h = (int(box[key]) for key in "xywh")
        assert (x, y, x + w, y + h) == (left, top, right, bottom)


def test_the_same_seed_gives_the_same_bytes_in_any_number_of_processes(
    made: Path, tmp_path: Path
) -> None:
    split = splits((1, 2, 1))[1]
    recipe.write_split(tmp_path, split, plan(split, 0), seed=0, processes=2)
    assert _files(tmp_path / "atlas") == _files(made / "atlas")


def test_another_seed_draws_another_film() -> None:
    drawn = [draw(seed, "p", "p", {"Mass": 0.5}, marker=True).grey.tobytes() for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_split_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(recipe, "draw_to", fail)
    with pytest.raises(OSError, match="no room"):
        recipe.make(tmp_path, counts=(1, 1, 1), processes=1)
    assert list(tmp_path.iterdir()) == []


def test_a_split_that_exists_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "old.txt").touch()
    with pytest.raises(SystemExit, match="exists already: use --force to replace it"):
        recipe.main(["--out", str(tmp_path)])
    assert (tmp_path / "test" / "old.txt").exists()
    split = splits((1, 1, 1))[2]
    recipe.write_split(tmp_path, split, plan(split, 0)[:3], seed=0, processes=1)
    assert [path.name for path in tmp_path.iterdir()] == ["test"]
    assert not (tmp_path / "test" / "old.txt").exists()


@pytest.mark.parametrize("counts", ["1,2", "0,1,1", "a,b,c"])
def test_counts_that_are_no_three_numbers_are_refused(
    counts: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        recipe.main(["--out", "unused", "--counts", counts])
    assert "give three numbers above 0, such as 1000,100,50" in capsys.readouterr().err
