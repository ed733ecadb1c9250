"""The kind of a new atlas: what was asked for, else by its labels, and never left open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diffmine.config import DataConfig
from diffmine.data.sources import open_dataset
from diffmine.pipeline.build import collect, create_workspace, manifest_of
from tests.helpers import draw_shapes


@pytest.mark.parametrize(
    ("dated", "asked", "kind"),
    [
        (False, "auto", "other"),
        (False, "maker", "maker"),
        (True, "auto", "time"),
        (True, "other", "other"),
    ],
)
def test_the_kind_is_settled_when_pictures_are_collected(
    tmp_path: Path, dated: bool, asked: Any, kind: str
) -> None:
    data = draw_shapes(tmp_path / "data", 2)
    if dated:
        for name, label in (("disc", "1920s"), ("square", "1930s")):
            (data / name).rename(data / label)
    config, dataset = DataConfig(image_size=32, kind=asked), open_dataset(data)
    atlas = create_workspace(tmp_path / "atlas", manifest_of(dataset, config))
    with atlas.hold():
        atlas.mend()
        collect(atlas, dataset, config)
    assert atlas.manifest.kind == kind
