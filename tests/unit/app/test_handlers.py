"""Handlers: values and events in, values out; no browser."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from diffmine.app.page import build, shelve
from diffmine.app.tabs import TABS
from diffmine.atlas.writer import open_workspace
from diffmine.errors import UsageError
from tests.unit.app.events import event
from tests.unit.app.make_atlas import make_atlas


@pytest.mark.parametrize("tab", [tab.name for tab in TABS])
def test_every_tab_shows_every_label(desk: Any, tab: str) -> None:
    for label in desk.shelf(desk.first).labels:
        updates = desk.go(replace(desk.first, label=label), tab)
        assert set(updates) <= set(desk.to(tab))
        assert updates[desk.state].tab == tab


def test_an_older_atlas_has_no_warnings_and_no_ranks_between(tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "old")
    old = ("rank_low", "rank_high", "noise")
    table = pq.read_table(atlas.path / "patches.parquet").drop_columns(old)
    pq.write_table(table, atlas.path / "patches.parquet")
    images = pq.read_table(atlas.path / "images.parquet").drop_columns("hash")
    pq.write_table(images, atlas.path / "images.parquet", row_group_size=128)
    (atlas.path / "warnings.parquet").unlink()
    opened = open_workspace(atlas.path)
    assert opened.warnings() == []
    assert opened.patches("1900")[0].noise is None
    assert opened.image("1900/00.png")["hash"] is None
    blocks = build([atlas.path])
    desk = next(fn.fn.__self__.desk for fn in blocks.fns.values() if hasattr(fn.fn, "__self__"))
    updates = desk.go(desk.first, "typical")
    assert not updates[desk.panels["typical"].against.doubts]["items"]
    assert desk.go(desk.first, "about")[desk.panels["about"].warnings]["rows"] == []
    value = desk.on_pick(desk.first, event(id="1900-top-0004"))[desk.inspector.viewer]
    assert "place in the list" not in [name for name, _, _ in value["facts"]]


def test_two_folders_of_one_name_get_two_keys(folder: Path) -> None:
    assert list(shelve([folder, folder])) == ["shapes", "shapes-2"]


def test_no_atlas_is_a_plain_error() -> None:
    with pytest.raises(UsageError, match="No atlas"):
        shelve([])
