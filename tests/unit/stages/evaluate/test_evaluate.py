"""The stage on planted boxes: what is known must come out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffmine.atlas.evaluation import Evaluation, read_evaluation
from diffmine.atlas.manifest import read_manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.schemas import BOXES, TRENDS
from diffmine.cli import main
from diffmine.config import EvaluateConfig
from diffmine.errors import AtlasError, DataError, UsageError
from diffmine.maths.measures import average_precision, mask_of
from diffmine.maths.overlap import hit_shares
from diffmine.pipeline.build import run_evaluation
from diffmine.stages.evaluate.cases import truth_of
from diffmine.stages.evaluate.patches import PatchList, Place, purity, see
from diffmine.stages.evaluate.priors import in_pixels
from diffmine.stages.evaluate.trends import judge_trends
from tests.unit.stages.evaluate.planted import ELEMENTS, planted

QUICK = EvaluateConfig(bootstrap=50)


def evaluated(atlas: Atlas, config: EvaluateConfig = QUICK) -> Evaluation:
    _, found = run_evaluation(atlas.path, config)
    atlas.manifest = read_manifest(atlas.path)
    assert atlas.finished("evaluation.json")
    return found


def row(rows: list[dict[str, Any]], **equal: Any) -> dict[str, Any]:
    (found,) = [each for each in rows if equal.items() <= each.items()]
    return found


def test_maps_that_know_the_boxes(tmp_path: Path) -> None:
    atlas, _ = planted(tmp_path)
    found = evaluated(atlas, EvaluateConfig(bootstrap=50, against="a"))
    for label in ("", "a", "b"):
        own = row(found.localisation, score="typicality", label=label)
        assert own["ap"] == own["pointing"] == own["near"] == own["iou"] == 1
        assert own["ap_low"] == own["ap_high"] == 1
        assert own["prevalence"] == pytest.approx(1 / 16)
        assert own["gain"] == pytest.approx(15 / 16)
    assert row(found.localisation, score="contrast", label="b")["ap"] == 1
    assert not [r for r in found.localisation if (r["score"], r["label"]) == ("contrast", "a")]
    centre = row(found.localisation, score="centre prior", label="a")
    assert 1 / 16 < centre["ap"] < 0.6
    assert row(found.localisation, score="boxes prior", label="")["n"] == 12
    curve = row(found.curves, score="typicality", label="a")
    assert curve["precision"] == [1.0] * 200


def test_maps_that_know_nothing(tmp_path: Path) -> None:
    atlas, _ = planted(tmp_path, noise=200.0, count=40)
    found = row(evaluated(atlas).localisation, score="typicality", label="")
    assert found["ap"] == pytest.approx(found["prevalence"], abs=0.02)
    assert found["ap_low"] < found["ap"] < found["ap_high"]


def test_a_mean_is_that_of_its_images(tmp_path: Path) -> None:
    atlas, boxes = planted(tmp_path, noise=1.0)
    found = evaluated(atlas)
    means = {}
    for label in "ab":
        own = [box for box in boxes if box["label"] == label]
        maps = {box["image_id"]: atlas.map(box["image_id"], label) for box in own}
        centre = np.mean([map[0].astype(float) for map in maps.values() if map], axis=0)
        plain, position = [], []
        for box in own:
            sides = [[box[name] for name in ("row", "col", "height", "width")]]
            mask = mask_of(np.array(sides, float), 64, 64)
            map = maps[box["image_id"]]
            assert map is not None
            plain.append(average_precision(in_pixels(map[0].astype(float), 64, 64), mask))
            position.append(average_precision(map[0].astype(float) - centre, mask))
        means[label] = float(np.mean(plain))
        assert row(found.localisation, score="typicality", label=label)["ap"] == pytest.approx(
            means[label], abs=1e-5
        )
        assert row(found.localisation, score="typicality, position", label=label)[
            "ap"
        ] == pytest.approx(float(np.mean(position)), abs=1e-5)
    over = row(found.localisation, score="typicality", label="")["ap"]
    assert over == pytest.approx(np.mean(list(means.values())), abs=1e-5)


def test_patches_on_their_boxes_and_the_control(tmp_path: Path) -> None:
    atlas, _ = planted(tmp_path)
    found = evaluated(atlas)
    for label, count in (("", 12), ("a", 6)):
        top = row(found.precision, method="typicality", label=label, kind="top", top=50)
        assert (top["precision"], top["n"]) == (1, count)
        least = row(found.precision, method="typicality", label=label, kind="least", top=50)
        assert least["precision"] < 0.5
    # Twelve patches: the best 200 of them would be the best 50 again.
    assert {each["top"] for each in found.precision} == {50}
    assert row(found.recall, label="a") == {
        "method": "typicality",
        "label": "a",
        "recall": 1,
        "found": ["round"],
        "missed": [],
    }


def test_what_a_hit_is() -> None:
    windows = np.array([[0.0, 0.0, 10.0, 10.0]])
    boxes = np.array([
        [0.0, 5.0, 10.0, 10.0],  # half of both
        [0.0, 5.1, 10.0, 10.0],
        [4.0, 4.0, 2.0, 2.0],  # a small thing inside
        [9.0, 0.0, 2.0, 2.0],  # half of a small thing
        [-50.0, -50.0, 200.0, 200.0],  # inside a large thing
        [20.0, 20.0, 5.0, 5.0],
        [4.0, -50.0, 2.0, 200.0],  # a strip through the window
        [9.0, -50.0, 4.0, 200.0],  # a quarter of the strip's height
    ])  # fmt: skip
    shares = hit_shares(windows, boxes)[0]
    assert shares == pytest.approx([0.5, 0.49, 1, 0.5, 1, 0, 1, 0.25])


def test_what_is_not_of_the_label_is_named(tmp_path: Path) -> None:
    atlas, boxes = planted(tmp_path, count=40)
    letters = [b | {"label": "", "element": "letter"} for b in boxes if b["label"] == "a"]
    atlas.write("boxes.parquet", boxes + letters, BOXES)
    found = evaluated(atlas)
    flagged = [(each["label"], each["element"]) for each in found.confounds if each["flagged"]]
    assert flagged == [("a", "letter")]
    named = row(found.confounds, label="a", element="letter")
    assert (named["share"], named["n"]) == (1, 20)
    assert named["expected"] < 0.5


def test_purity_counts_nothing_as_a_kind_of_its_own(tmp_path: Path) -> None:
    atlas, boxes = planted(tmp_path)
    truth = truth_of(atlas, QUICK)
    on = [b for b in boxes if b["label"] == "a"]
    places = [Place(b["image_id"], b["row"], b["col"], 16, 1.0, 0) for b in on[:4]]
    off = [((b["row"] + 32) % 48, b) for b in on]
    places += [Place(b["image_id"], r, b["col"], 16, 0.0, 0) for r, b in off[:2]]
    places += [Place(b["image_id"], r, b["col"], 16, 0.0, 1) for r, b in off[:3]]
    each = PatchList("typicality", "a", "top", places)
    rows = purity(each, see(each, truth, False))
    assert [(r["shows"], r["purity"], r["n"]) for r in rows] == [
        ("round", pytest.approx(4 / 6), 6),
        ("nothing", 1, 3),
    ]
    assert rows[0]["shares"] == pytest.approx({"round": 4 / 6, "nothing": 2 / 6})


def test_a_patch_shows_all_that_it_hits(tmp_path: Path) -> None:
    atlas, boxes = planted(tmp_path)
    on = [b for b in boxes if b["label"] == "a"][:3]
    ring = [b | {"label": "", "element": "ring"} for b in on[:2]]
    atlas.write("boxes.parquet", boxes + ring, BOXES)
    places = [Place(b["image_id"], b["row"], b["col"], 16, 1.0, 0) for b in on]
    each = PatchList("typicality", "a", "top", places)
    (found,) = purity(each, see(each, truth_of(atlas, QUICK), False))
    assert found["shares"] == pytest.approx({"round": 1, "ring": 2 / 3})


def test_only_images_that_somebody_looked_at(tmp_path: Path) -> None:
    atlas, boxes = planted(tmp_path)
    truth = truth_of(atlas, QUICK)
    truth.boxes.pop(boxes[0]["image_id"])
    each = PatchList("x", "a", "top", [Place(boxes[0]["image_id"], 0, 0, 16, 1.0)])
    assert not len(see(each, truth, False).hit)
    assert see(each, truth, True).hit.tolist() == [False]


def test_held_out_images_alone(tmp_path: Path) -> None:
    atlas, boxes = planted(tmp_path / "atlas")
    names = [box["image_id"] for box in boxes[:4]]
    (tmp_path / "held.txt").write_text("\n".join(names))
    found = evaluated(atlas, EvaluateConfig(bootstrap=9, only=str(tmp_path / "held.txt")))
    assert row(found.localisation, score="typicality", label="")["n"] == 4
    assert row(found.precision, label="a", kind="top", top=50)["n"] == 2
    assert found.config["only"] == "held.txt"
    (tmp_path / "none.txt").write_text("x\n")
    with pytest.raises(UsageError, match="names no image"):
        evaluated(atlas, EvaluateConfig(only=str(tmp_path / "none.txt")))


def test_boxes_by_another_name_and_pixels_of_files(tmp_path: Path) -> None:
    atlas, boxes = planted(tmp_path / "atlas", boxes=False)
    with pytest.raises(AtlasError, match="has no boxes; give --boxes FILE"):
        evaluated(atlas)
    lines = [
        f"{b['image_id']},{'disc' if b['label'] == 'a' else b['label']},"
        f"{2 * b['col']},{2 * b['row']},32,32"
        for b in boxes
    ]
    path = tmp_path / "boxes.csv"
    path.write_text("\n".join(["file_name,label,x,y,w,h", *lines, "00.png,a,x,1,1,1"]))
    found = evaluated(atlas, EvaluateConfig(boxes=str(path), bootstrap=9))
    assert found.boxes["unknown"] == {"disc": 6}
    assert found.boxes["reason"] == "line 14: its x is no number"
    assert found.boxes["cases"] == 6
    config = EvaluateConfig(rename=("disc=a",), bootstrap=9)
    assert row(evaluated(atlas, config).localisation, score="typicality", label="")["n"] == 12
    with pytest.raises(UsageError, match="has no label 'c'; it has a, b"):
        evaluated(atlas, EvaluateConfig(rename=("disc=c",)))
    path.write_text("file_name,label,x,y,w,h\n00.png,disc,1,1,9,9\n")
    with pytest.raises(UsageError, match="boxes have labels disc; say what they mean"):
        evaluated(atlas, EvaluateConfig(boxes=str(path)))


def test_trends_are_compared_with_the_truth(tmp_path: Path) -> None:
    atlas, _ = planted(tmp_path)
    atlas.manifest.labels = ["a", "b", "c"]
    shares = {"a": 0.1, "b": 0.3, "c": 0.6}
    rows = [
        {"kind": "element", "label": "a", "element": 4, "target": name, "share": share}
        for name, share in shares.items()
    ]
    atlas.write("trends.parquet", rows, TRENDS)
    clusters = [
        {"label": "a", "element": 4, "shares": {"ring": 1.0, ELEMENTS["a"]: 0.9}, "n": 10},
        {"label": "a", "element": 5, "shares": {ELEMENTS["a"]: 1.0}, "n": 90},
    ]
    truth = {"round": {"a": 0.2, "b": 0.3, "c": 0.9}, "absent": {"a": 1.0}}
    found, absent = judge_trends(atlas, truth, clusters, {"round", "absent"})
    assert (found["label"], found["element"], found["spearman"]) == ("a", 4, pytest.approx(1))
    assert found["rmse"] == pytest.approx(((0.01 + 0 + 0.09) / 3) ** 0.5, rel=1e-5)
    assert absent["spearman"] is absent["rmse"] is absent["label"] is None


def test_a_trend_that_no_box_names_is_the_first_axis_of_all_elements(tmp_path: Path) -> None:
    atlas, _ = planted(tmp_path)
    labels = atlas.manifest.labels = list("dbaec")  # in time: a, b, c, d, e
    bumps = np.random.default_rng(0).uniform(-1, 5, 12)
    shares = {
        ("a", k): {name: float(np.exp(-((at - "abcde".index(name)) ** 2))) for name in labels}
        for k, at in enumerate(bumps)
    }
    rows = [
        {"kind": "element", "label": label, "element": k, "target": name, "share": share}
        for (label, k), curve in shares.items()
        for name, share in curve.items()
    ]
    atlas.write("trends.parquet", rows, TRENDS)
    truth = {"height": {name: -1.0 - "abcde".index(name) for name in labels}}
    (found,) = judge_trends(atlas, truth, [], {"round"})
    assert found["spearman"] == pytest.approx(1)
    assert found["label"] is found["element"] is found["rmse"] is None
    assert found["kind"] == "axis"
    # Reciprocal averaging, the oldest way to the first axis: each element stands at the mean of
    # its labels, each label at the mean of its elements, until nothing moves.
    table = np.array([list(curve.values()) for curve in shares.values()])
    weight = table.sum(axis=0) / table.sum()
    at = np.arange(5.0)
    for _ in range(2000):
        at = (table / table.sum(axis=0)).T @ (table @ at / table.sum(axis=1))
        at -= weight @ at
        at /= np.sqrt(weight @ at**2)
    assert np.abs(np.corrcoef(at, found["found"])[0, 1]) == pytest.approx(1, abs=1e-6)
    assert abs(weight @ found["found"]) < 1e-9


def test_a_trends_file_without_a_value_is_one_sentence(tmp_path: Path) -> None:
    atlas, _ = planted(tmp_path / "atlas")
    (tmp_path / "t.csv").write_text("label,trend,value\na,round,much\n")
    with pytest.raises(DataError, match="cannot be read: could not convert"):
        evaluated(atlas, EvaluateConfig(trends=str(tmp_path / "t.csv")))
    (tmp_path / "t.csv").write_text("label,trend\n")
    with pytest.raises(DataError, match="has no column 'value'"):
        evaluated(atlas, EvaluateConfig(trends=str(tmp_path / "t.csv")))


def test_the_file_holds_no_number_that_json_lacks(tmp_path: Path) -> None:
    atlas, _ = planted(tmp_path)
    evaluated(atlas)
    text = (atlas.path / "evaluation.json").read_text()
    assert "NaN" not in text
    assert json.loads(text)["format"] == 1
    (atlas.path / "evaluation.json").write_text('{"format": 2}')
    with pytest.raises(AtlasError, match="of a format"):
        read_evaluation(atlas)


def test_the_command_prints_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planted(tmp_path / "atlas")
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(tmp_path / "atlas"), "--against", "a", "--bootstrap", "20"])
    assert not stop.value.code
    out = capsys.readouterr().out
    assert "12 boxes in 12 images" in out
    for words in ("AUC-PR", "boxes prior", "precision of top 50", "random ", "prevalence"):
        assert words in out
    assert "evaluate: 12 done" in out
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(tmp_path / "atlas"), "--rename", "nothing"])
    assert stop.value.code == 2
    assert "is not BOX LABEL=LABEL" in capsys.readouterr().err
