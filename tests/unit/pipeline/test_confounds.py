"""What `diffmine info` warns of stands in the atlas that a build makes, in the same words."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from diffmine.app.cache import Cache
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.about.tab import about
from diffmine.atlas.confounds import NAME, confounds
from diffmine.atlas.writer import Workspace, open_workspace
from diffmine.data.sources import dataset_of
from diffmine.export.pages.about import about as on_pages
from diffmine.live.signs import GOING, patches_of, signs
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import build
from diffmine.pipeline.confounds import keep_confounds
from diffmine.pipeline.info.look import look
from diffmine.pipeline.info.summary import summary_of
from diffmine.pipeline.info.texts import UNKNOWN, short
from diffmine.stages.collect.compared import Compared
from diffmine.stages.collect.run import run as collect
from diffmine.words.doubts import lines
from tests.helpers import draw_shapes, quick


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Discs are grey JPEGs but for one, squares are PNGs in colour; a scanner is in the table."""
    root = draw_shapes(tmp_path_factory.mktemp("data"), per_label=9)
    rows = ["file_name,label,scanner"]
    for path in sorted(root.rglob("*.png")):
        name, label = path.relative_to(root), path.parent.name
        if label == "disc" and path.stem != "000":
            Image.open(path).convert("L").save(path.with_suffix(".jpg"))
            path.unlink()
            name = name.with_suffix(".jpg")
        rows.append(f"{name},{label},{'Agfa' if label == 'disc' else 'Epson'}")
    (root / "metadata.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture(scope="module")
def remarks() -> list[str]:
    return []


@pytest.fixture(scope="module")
def atlas(
    base: Path, data: Path, remarks: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Workspace:
    out = tmp_path_factory.mktemp("out") / "atlas"
    build(data, out, quick(base), remark=remarks.append)
    return open_workspace(out)


def warned(data: Path, base: Path) -> list[str]:
    """The sentences of `diffmine info`."""
    config = quick(base)
    dataset = dataset_of(data, config.data)
    whole = summary_of(dataset, look(dataset, config.data), config)
    head = "possible confound: "
    return [line.removeprefix(head) for line in short(whole) if line.startswith(head)]


def test_what_info_warns_of_is_said_of_the_label_in_the_app(
    atlas: Workspace, data: Path, base: Path, remarks: list[str], tmp_path: Path
) -> None:
    sentences = warned(data, base)
    assert any("scanner" in sentence for sentence in sentences)
    assert any("kind of file" in sentence for sentence in sentences)
    above = [sign for label in atlas.labels for sign in signs(atlas, label, None)]
    assert {f"{sign.text}." for sign in above if sign.kind == GOING} == set(sentences)
    text = about(Shelf("own", atlas, Cache(tmp_path)))
    for sentence in sentences:
        assert f"possible confound: {sentence}" in remarks
        assert sentence.replace("_", r"\_") in text.replace("\\", "")
        assert sentence in on_pages(atlas)["going"]
        assert any(sentence.removesuffix(".") in line for line in lines(atlas))


def test_a_confound_shows_the_patches_of_the_images_it_is_about(atlas: Workspace) -> None:
    one = next(one for one in confounds(atlas) if one.name == "mode")
    sign = next(s for s in signs(atlas, one.label, None) if (s.kind, s.name) == (GOING, "mode"))
    shown = {patch.image_id for patch in patches_of(atlas, one.label, sign, None)}
    every = {patch.image_id for patch in atlas.patches(one.label)}
    grey = {name for name in every if name.endswith(".jpg")}
    assert shown == (grey if one.level == "grey" else every - grey)


def test_an_older_atlas_gets_them_and_keeps_its_patches(
    atlas: Workspace, data: Path, base: Path, tmp_path: Path
) -> None:
    older = open_workspace(shutil.copytree(atlas.path, tmp_path / "atlas"))
    with older.hold():
        older.remove(NAME)
        older.save()
    assert not confounds(older)
    for path in data.rglob("*.*"):
        os.utime(path, (1e9, 1e9))
    warned(data, base)  # looks at every picture
    build(data, older.path, quick(base))
    newer = open_workspace(older.path)
    assert confounds(newer) == confounds(atlas)
    assert newer.table("patches") == atlas.table("patches")


def test_what_is_not_known_any_more_is_not_said(
    atlas: Workspace, data: Path, base: Path, tmp_path: Path
) -> None:
    copy, again = tmp_path / "atlas", tmp_path / "data"
    shutil.copytree(atlas.path, copy)
    shutil.copytree(data, again)
    atlas = open_workspace(copy)
    for path in sorted(again.rglob("*.png"))[::4]:
        Image.open(path).rotate(90).save(path)
    remarks: list[str] = []
    with atlas.hold():
        compared = Compared(atlas, dataset_of(again, quick(base).data), quick(base).data)
        collect(atlas, compared.dataset, quick(base).data, compared=compared)
        remarks = keep_confounds(atlas, compared, quick(base), True)
    assert remarks == [UNKNOWN]
    assert not confounds(open_workspace(copy))
