"""The base model's maps: its own folder, the same draws, kept until something changes."""

from pathlib import Path

import numpy as np
import pytest

from diffmine.atlas.evaluation import read_evaluation
from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig, EvaluateConfig, TypicalityConfig
from diffmine.data.sources import open_dataset
from diffmine.errors import UsageError
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect
from diffmine.pipeline.models import use_model
from diffmine.stages.evaluate import run as evaluate
from diffmine.stages.typicality import run as typicality
from diffmine.stages.typicality.base import score_base
from tests.helpers import LABELS, draw_shapes

CONFIG = TypicalityConfig(draws=4, shard=3, precision="fp32")


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    data = draw_shapes(tmp_path / "data", 2)
    found = open_dataset(data)
    lines = [f"{each.image_id},{each.label},4,4,16,16" for each in found]
    (data / "boxes.csv").write_text("\n".join(["file_name,label,x,y,w,h", *lines]))
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="", labels=list(LABELS)))
    with atlas.hold():
        collect(atlas, found, DataConfig(image_size=32))
        use_model(atlas, str(make_random(tmp_path / "model", LABELS)))
        typicality.run(atlas, CONFIG)
    return atlas


def test_the_same_model_gives_the_same_maps(atlas: Atlas, tmp_path: Path) -> None:
    base = str(tmp_path / "model")
    with atlas.hold():
        first = score_base(atlas, base, "disc")
        again = score_base(atlas, base, "disc")
    assert (first.done, first.kept, again.done, again.kept) == (4, 0, 0, 4)
    assert [path.name for path in atlas.parts("maps-base")] == [
        "part-00000.parquet",
        "part-00001.parquet",
    ]
    for record in atlas.table("images").to_pylist():
        name, label = record["image_id"], record["label"]
        own, before = atlas.map(name, label), atlas.map(name, label, "base")
        assert own is not None
        assert before is not None
        assert before[0] == pytest.approx(own[0], abs=1e-3)
        assert atlas.map(name, "disc", "base") is not None
        assert np.isfinite(before[1]).all()
    with atlas.hold():
        evaluate.run(atlas, EvaluateConfig(bootstrap=9, against="disc"))
    found = read_evaluation(atlas)
    assert found is not None
    scores = {row["score"] for row in found.localisation}
    assert {"typicality", "base", "base contrast", "base, window"} <= scores
    with atlas.hold():
        assert score_base(atlas, base).done == 4


def test_a_sample_of_each_label(atlas: Atlas, tmp_path: Path) -> None:
    base = str(tmp_path / "model")
    with atlas.hold():
        every = score_base(atlas, base)
        maps = {
            (name, label): found[0]
            for name, label in zip(*_images(atlas), strict=True)
            if (found := atlas.map(name, label, "base"))
        }
        sample = score_base(atlas, base, per_label=1)
    assert (every.done, sample.done) == (4, 2)
    names, labels = _images(atlas)
    kept = [at for at, name in enumerate(names) if atlas.map(name, labels[at], "base")]
    assert sorted(labels[at] for at in kept) == sorted(LABELS)
    for at in kept:
        found = atlas.map(names[at], labels[at], "base")
        assert found is not None
        assert np.array_equal(found[0], maps[names[at], labels[at]])


def _images(atlas: Atlas) -> tuple[list[str], list[str]]:
    table = atlas.table("images", ["image_id", "label"])
    return table["image_id"].to_pylist(), table["label"].to_pylist()


def test_a_model_without_prompts_is_one_sentence(atlas: Atlas, tmp_path: Path) -> None:
    for name in ("model", "other"):
        folder = tmp_path / name if name == "model" else make_random(tmp_path / name)
        (folder / "diffmine.json").unlink(missing_ok=True)
    with atlas.hold(), pytest.raises(UsageError, match=r"has a diffmine\.json"):
        score_base(atlas, str(tmp_path / "other"))
