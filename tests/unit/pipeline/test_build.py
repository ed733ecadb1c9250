"""The whole way on the random model: from pictures to an atlas that can be read."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from diffmine.atlas.editing import rename
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.similar import similar
from diffmine.atlas.slim import slim
from diffmine.atlas.writer import create_workspace, open_workspace
from diffmine.config import (
    DataConfig,
    FinetuneConfig,
    TranslateConfig,
    TrendsConfig,
    TypicalityConfig,
)
from diffmine.data.image import as_mined
from diffmine.data.sources import open_dataset
from diffmine.errors import AtlasError, DataError, UsageError
from diffmine.live.score import patch_scores, typicality_map
from diffmine.live.translate import translate
from diffmine.maths.duplicates import picture_hash
from diffmine.model.load import load_model
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build, collect
from diffmine.pipeline.plan import plan
from diffmine.pipeline.single import train_model, translate_one
from tests.helpers import LABELS, draw_shapes, quick


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_shapes(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def atlas(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    out = tmp_path_factory.mktemp("out") / "atlas"
    build(data, out, quick(base))
    return open_workspace(out)


def test_images_are_kept_as_they_are_mined(atlas: Atlas, data: Path) -> None:
    names = atlas.table("images")["image_id"].to_pylist()
    assert len(names) == 12 == len(set(names))
    assert atlas.labels == list(LABELS)
    hashes = atlas.table("images")["hash"].to_pylist()
    assert hashes == [picture_hash(atlas.pictures.picture(name)) for name in names]
    for name in names:
        with Image.open(data / name) as original:
            mined = as_mined(original.convert("RGB"), 32)
        assert np.array_equal(np.asarray(atlas.pictures.picture(name)), np.asarray(mined))


def test_patches_are_windows_of_the_maps(atlas: Atlas) -> None:
    for label in LABELS:
        for kind in ("top", "least", "random"):
            patches = atlas.patches(label, kind)
            assert [p.rank for p in patches] == list(range(1, len(patches) + 1))
            assert {p.label for p in patches} == {label}
        top = atlas.patches(label)
        assert [p.typicality for p in top] == sorted((p.typicality for p in top), reverse=True)
        least = atlas.patches(label, "least")
        assert least[0].typicality <= top[-1].typicality
        for patch in top:
            assert 0 <= patch.row <= 32 - patch.size
            assert atlas.image(patch.image_id)["label"] == label
            assert patch.se > 0
            assert atlas.patch(patch.patch_id) == patch


def test_elements_hold_every_top_patch(atlas: Atlas) -> None:
    for label in LABELS:
        rows = [r for r in atlas.table("elements").to_pylist() if r["label"] == label]
        assert sum(row["size"] for row in rows) == atlas.count(label)
        medians = [row["median"] for row in sorted(rows, key=lambda row: row["rank"])]
        assert medians == sorted(medians, reverse=True)
        distances = [p.distance for p in atlas.element(label, 0)]
        assert distances == sorted(distances)


def test_trends_name_every_label(atlas: Atlas) -> None:
    trends = atlas.table("trends").to_pylist()
    assert {row["kind"] for row in trends} == {"element", "label", "patch", "sequence"}
    for row in trends:
        if row["kind"] == "element":
            assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
    curve = [r for r in trends if r["kind"] == "patch"]
    model = load_model(atlas.model_path)
    patch = atlas.patch(curve[0]["patch_id"])
    scores = patch_scores(
        model,
        atlas.pictures.picture(patch.image_id),
        (patch.row, patch.col, patch.size),
        LABELS,
        TypicalityConfig(draws=4),
    )
    assert list(scores) == list(LABELS)


def test_translations_say_that_they_are_generated(atlas: Atlas) -> None:
    import io

    rows = atlas.read_parts("translations").to_pylist()
    assert {row["target"] for row in rows} == set(LABELS)
    for row in rows:
        with Image.open(io.BytesIO(row["image"]["bytes"])) as picture:
            assert "Generated" in picture.text["Comment"]


def test_a_second_build_does_nothing(atlas: Atlas, base: Path, data: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in atlas.path.rglob("*.parquet")}
    reports = build(data, atlas.path, quick(base))
    assert all(report.done == 0 for report in reports)
    assert before == {p: p.stat().st_mtime_ns for p in atlas.path.rglob("*.parquet")}


def test_same_seed_same_bytes(atlas: Atlas, base: Path, data: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    build(data, again, quick(base))
    for name, digest in open_workspace(again).manifest.artefacts.items():
        assert atlas.manifest.artefacts[name] == digest, name


def test_a_changed_setting_recomputes_what_depends_on_it(
    atlas: Atlas, base: Path, data: Path, tmp_path: Path
) -> None:
    shutil.copytree(atlas.path, tmp_path / "a")
    config = quick(base)
    other = replace(config, mine=replace(config.mine, windows=(12,)))
    reports = {r.stage: r for r in build(data, tmp_path / "a", other)}
    assert reports["finetune"].done == reports["typicality"].done == 0
    assert reports["mine"].done > 0
    assert reports["cluster"].done > 0
    assert {p.size for p in open_workspace(tmp_path / "a").patches("disc")} == {12}


def test_two_writers_do_not_meet(atlas: Atlas, base: Path, data: Path) -> None:
    with atlas.hold(), pytest.raises(AtlasError, match="held by process"):
        build(data, atlas.path, quick(base))


def test_a_slim_copy_keeps_the_maps_of_own_labels(atlas: Atlas, tmp_path: Path) -> None:
    copy = slim(open_workspace(atlas.path), tmp_path / "slim")
    name = copy.patches("disc")[0].image_id
    assert copy.map(name, "disc") is not None
    assert copy.map(name, "square") is None
    one, other = (np.asarray(own.pictures.picture(name)) for own in (atlas, copy))
    np.testing.assert_array_equal(one, other, "packed in fewer bytes, not in other pixels")
    assert all(copy.finished(artefact) for artefact in copy.manifest.artefacts)


def test_names_of_elements_are_kept(atlas: Atlas) -> None:
    opened = open_workspace(atlas.path)
    rename(opened, "disc", 0, "  round   thing ")
    assert open_workspace(atlas.path).names == {"disc/0": "round thing"}
    rename(opened, "disc", 0, "")
    assert open_workspace(atlas.path).names == {}


def test_notebook_calls(atlas: Atlas) -> None:
    model = load_model(atlas.model_path)
    patch = atlas.patches("disc")[0]
    picture = atlas.pictures.picture(patch.image_id)
    values, score = typicality_map(model, picture, "disc", TypicalityConfig(draws=4))
    assert values.shape == (32, 32)
    assert np.isfinite(score.typicality)
    window = (patch.row, patch.col, patch.size)
    config = TranslateConfig(steps=2, draws=4)
    made = translate(model, picture, window, ["square", "disc"], config)
    assert [one.target for one in made] == ["square", "disc"]
    assert made[0].picture.shape == (32, 32, 3)
    found = similar(atlas, patch.patch_id, 3)
    assert len(found) == 3
    assert patch.patch_id not in [p.patch_id for p, _ in found]
    cosines = [cosine for _, cosine in found]
    assert cosines == sorted(cosines, reverse=True)


def test_one_patch_is_translated_into_files(atlas: Atlas, tmp_path: Path) -> None:
    patch = atlas.patches("disc")[0].patch_id
    config = TranslateConfig(steps=2, draws=4)
    translate_one(atlas.path, patch, ["square"], tmp_path / "made", config)
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["square.png"]
    with pytest.raises(UsageError, match="no label 'cube'"):
        translate_one(atlas.path, patch, ["cube"], tmp_path / "made", config)


def test_a_model_alone(base: Path, data: Path, tmp_path: Path) -> None:
    config = FinetuneConfig(base=str(base), steps=2, batch=2, shifts=1)
    train_model(data, tmp_path / "model", DataConfig(image_size=32), config)
    assert load_model(tmp_path / "model").trained_prompts().labels == LABELS
    assert not (tmp_path / "model.atlas").exists()
    with pytest.raises(UsageError, match="there already"):
        train_model(data, tmp_path / "model", DataConfig(), config)


def test_finetune_moves_every_weight(atlas: Atlas, base: Path) -> None:
    """Those of the attention too: without them the labels are not learned."""
    before, after = (load_model(path, "cpu", torch.float32) for path in (base, atlas.model_path))
    old = dict(before.unet.named_parameters())
    still = [n for n, weight in after.unet.named_parameters() if torch.equal(weight, old[n])]
    assert not still


def test_broken_pictures_are_rows_with_a_reason(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "data", 3)
    (data / "disc" / "broken.png").write_bytes(b"\x89PNG no picture")
    Image.new("L", (3, 4000)).save(data / "disc" / "thin.png")
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="shapes", labels=list(LABELS)))
    with atlas.hold():
        report = collect(atlas, open_dataset(data), DataConfig(image_size=32))
    assert (report.done, report.refused) == (6, 2)
    refused = (tmp_path / "atlas" / "refused.csv").read_text()
    assert "disc/broken.png" in refused
    assert "too long and thin" in refused


def test_no_data_is_one_sentence(base: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a folder"):
        build(tmp_path / "none", tmp_path / "atlas", quick(base))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no labelled picture"):
        build(tmp_path / "empty", tmp_path / "atlas", quick(base))


def test_a_plan_costs_nothing(base: Path, data: Path) -> None:
    lines = str(plan(data, quick(base))).splitlines()
    assert lines[0] == "12 images with 2 labels: disc, square"
    assert "12 x 4 draws x 2 prompts = 96 predictions" in lines[2]
    # 2 patches of 2 labels get a curve: 4 draws under the null prompt and 2 labels
    assert lines[-1] == (
        "trends: new: 12 x 1 noises + up to 4 curves x 4 draws x 3 prompts = 60 predictions"
    )
    trends = TrendsConfig(parallel=True, images=2, scored=2)
    more = str(plan(data, replace(quick(base), trends=trends))).splitlines()
    # 2 steps of inversion and sampling under 2 labels (12), 2 draws and 1 noise (2 x 2 x 3)
    assert more[-1] == "parallel: new: up to 4 images under 2 labels x 24 = 96 predictions"


def test_tables_open_as_they_are(atlas: Atlas) -> None:
    import pandas as pd

    for path in atlas.path.rglob("*.parquet"):
        assert len(pd.read_parquet(path)) == pq.read_metadata(path).num_rows
