"""Images that have several labels, from the table to the lists."""

from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image

from diffmine.atlas.manifest import Manifest
from diffmine.atlas.reader import Atlas
from diffmine.atlas.several import COLUMNS, counts_of, labels_of
from diffmine.atlas.writer import create_workspace
from diffmine.config import DataConfig, FinetuneConfig, MineConfig, TypicalityConfig
from diffmine.data.sources import open_dataset
from diffmine.errors import DataError, UsageError
from diffmine.model.load import load_model
from diffmine.model.prompts import Prompts
from diffmine.model.save import save_model
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect
from diffmine.pipeline.models import use_model
from diffmine.stages.finetune import run as finetune
from diffmine.stages.finetune.train import names_of
from diffmine.stages.mine import run as mine
from diffmine.stages.typicality import run as typicality

ROWS = {
    "0.png": ("Mass", "Nodule|Mass"),
    "1.png": ("Nodule", "Nodule"),
    "2.png": ("Mass", "Effusion| Mass |"),
    "3.png": ("Nodule", ""),
}


def data(folder: Path) -> Path:
    folder.mkdir()
    lines = ["file_name,label,findings"]
    for at, (name, (label, every)) in enumerate(ROWS.items()):
        Image.new("RGB", (32, 32), (60 * at, 90, 20)).save(folder / name)
        lines.append(f"{name},{label},{every}")
    (folder / "metadata.csv").write_text("\n".join(lines))
    return folder


def collected(tmp_path: Path) -> Atlas:
    config = DataConfig(image_size=32, labels="findings")
    found = open_dataset(data(tmp_path / "data"), labels="findings")
    atlas = create_workspace(tmp_path / "atlas", Manifest(title="", labels=list(found.labels)))
    with atlas.hold():
        collect(atlas, found, config)
    return atlas


def test_the_column_is_read(tmp_path: Path) -> None:
    found = open_dataset(data(tmp_path / "data"), labels="findings")
    assert found.labels == ("Effusion", "Mass", "Nodule")
    assert [r.labels for r in found] == [
        ("Mass", "Nodule"),
        ("Nodule",),
        ("Mass", "Effusion"),
        ("Nodule",),
    ]
    assert len(found.limited(1)) == 2
    with pytest.raises(DataError, match="has no column 'finding'"):
        open_dataset(tmp_path / "data", labels="finding")
    assert open_dataset(tmp_path / "data").labels == ("Mass", "Nodule")


def test_an_image_is_scored_and_mined_under_each_of_its_labels(tmp_path: Path) -> None:
    atlas = collected(tmp_path)
    assert labels_of(atlas.table("images"))[0] == ["Mass", "Nodule"]
    assert names_of(atlas) == ["Mass, Nodule", "Nodule", "Effusion, Mass", "Nodule"]
    model = load_model(make_random(tmp_path / "random"), "cpu")
    save_model(model, tmp_path / "model", Prompts("A {label}.", "A film.", ("Mass",), (32, 32)))
    with atlas.hold():
        use_model(atlas, str(tmp_path / "model"))
        with pytest.raises(UsageError, match="these have several"):
            typicality.run(atlas, TypicalityConfig(draws=8, adaptive=True))
        typicality.run(atlas, TypicalityConfig(draws=4, contrast="Nodule", precision="fp32"))
        mine.run(atlas, MineConfig(per_image=1))
    maps = {(row["image_id"], row["label"]) for row in atlas.read_parts("maps").to_pylist()}
    assert maps == {
        ("0.png", "Mass"),
        ("0.png", "Nodule"),
        ("1.png", "Nodule"),
        ("2.png", "Mass"),
        ("2.png", "Effusion"),
        ("3.png", "Nodule"),
    }
    assert atlas.read_parts("maps").num_rows == 2 * len(maps)
    for label, names in (("Mass", "02"), ("Nodule", "013"), ("Effusion", "2")):
        found = {patch.image_id for patch in atlas.patches(label)}
        assert found == {f"{name}.png" for name in names}
        top = atlas.patches(label)[0]
        own = atlas.map(top.image_id, label)
        assert own is not None
        assert top.typicality <= float(own[0].max())


def test_prompts_join_the_labels(tmp_path: Path) -> None:
    atlas = collected(tmp_path)
    base = make_random(tmp_path / "random")
    config = FinetuneConfig(base=str(base), steps=1, batch=2, shifts=1)
    with atlas.hold():
        report = finetune.run(atlas, config)
    assert report.done == 1


def test_an_image_counts_under_each_of_its_labels(tmp_path: Path) -> None:
    atlas = collected(tmp_path)
    images = atlas.table("images", COLUMNS)
    assert counts_of(images) == {"Mass": 2, "Nodule": 3, "Effusion": 1}
    older = images.set_column(2, "labels", pa.nulls(4, pa.list_(pa.string())))
    assert counts_of(older) == {"Mass": 2, "Nodule": 2}
