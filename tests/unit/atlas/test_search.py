"""Text search: all words, anywhere in what is recorded."""

import pytest

from diffmine.atlas.search import search
from diffmine.atlas.writer import Workspace, open_workspace
from tests.unit.app.make_atlas import make_atlas

NAMES = {("1900", 0): "Round head", ("1910", 2): "tail fin"}


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("searched") / "shapes"
    make_atlas(folder)
    return open_workspace(folder)


def test_labels_elements_files_and_records(atlas: Workspace) -> None:
    assert search(atlas, "1920", NAMES, 5).labels == ["1920"]
    assert search(atlas, "HEAD round", NAMES, 5).elements == [("1900", 0)]
    one = search(atlas, "1920/04.png", NAMES, 5)
    assert one.images == 1
    assert [patch.image_id for patch in one.patches] == ["1920/04.png"]
    patches = atlas.patches("1920")
    assert one.patches[0] == next(p for p in patches if p.image_id == "1920/04.png")
    both = search(atlas, "maker 1930/", NAMES, 3)
    credits = atlas.table("images", ["label", "credit"]).to_pylist()
    assert both.images == credits.count({"label": "1930", "credit": "A. Maker"}) > 3
    assert [patch.label for patch in both.patches] == ["1930"] * 3


def test_each_list_is_gone_through_once(atlas: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many images a word meets: most images of a large atlas have no patch."""
    asked, rows = list[str](), type(atlas).rows
    monkeypatch.setattr(
        type(atlas), "rows", lambda self, label: asked.append(label) or rows(self, label)
    )
    hits = search(atlas, "png", NAMES, 1000)
    assert hits.images == 40
    assert len({patch.image_id for patch in hits.patches}) == len(hits.patches) > 4
    assert asked == atlas.labels


@pytest.mark.parametrize("text", ["", "  ", "nobody", "1920/04.png 1930"])
def test_nothing_is_found_where_a_word_is_missing(atlas: Workspace, text: str) -> None:
    hits = search(atlas, text, NAMES, 5)
    assert (hits.labels, hits.elements, hits.images, hits.patches) == ([], [], 0, [])


def test_a_text_is_no_pattern(atlas: Workspace) -> None:
    assert search(atlas, "1920/0.\\.png", NAMES, 5).images == 0
    assert search(atlas, ".*", NAMES, 5).images == 0
