"""Elements that rest on little are said to be thin, wherever they are named."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from diffmine.app.cache import served
from diffmine.app.inspector.viewer import facts
from diffmine.app.shelf import Shelf
from diffmine.app.tabs.elements.tab import flagged
from diffmine.atlas import schemas
from diffmine.atlas.support import Support, Supports
from diffmine.atlas.writer import Workspace
from diffmine.export.chosen import Chosen, entries
from diffmine.export.columns import row
from diffmine.export.order import Lists
from diffmine.export.pages.site import site
from diffmine.words.doubts import lines
from diffmine.words.elements import thin, why_thin
from tests.unit.app.make_atlas import make_atlas


@pytest.mark.parametrize(
    ("support", "sentence"),
    [
        (Support(8, 2, 2), ""),
        (Support(7, 5, 3), "It rests on 7 patches of 3 groups: too little to speak of the label."),
        (Support(7, 3, 3), "It rests on 7 patches of 3 images: too little to speak of the label."),
        (
            Support(40, 5, 1),
            "It rests on 40 patches of one group: too little to speak of the label.",
        ),
        (Support(9, 1, 1), "It rests on 9 patches of one image: too little to speak of the label."),
        (Support(1, 1, 1), "It rests on 1 patch of one image: too little to speak of the label."),
    ],
)
def test_thin_is_less_than_eight_patches_or_one_group(support: Support, sentence: str) -> None:
    assert why_thin(support) == sentence
    words = sentence.removeprefix("It rests on ").removesuffix(
        ": too little to speak of the label."
    )
    assert thin(support) == (f"thin: {words}" if sentence else "")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """All images of one group, but for one that has none."""
    atlas = make_atlas(tmp_path_factory.mktemp("alone") / "atlas")
    images = pq.read_table(atlas.path / "images.parquet").to_pylist()
    for image in images:
        image["group"] = "g"
    images[0]["group"] = None
    atlas.write("images.parquet", images, schemas.IMAGES)
    return atlas


def label_of(atlas: Workspace, words: str) -> str:
    """A label with an element of which that is said."""
    known = Supports(atlas)
    for label in atlas.labels:
        if any(words in thin(support) for support in known.of(label).values()):
            return label
    raise AssertionError(words)


def test_thin_elements_are_named_so_in_the_tab_in_exports_and_in_info(alone: Workspace) -> None:
    label = label_of(alone, "of one group")
    element, support = next(
        (at, one) for at, one in Supports(alone).of(label).items() if one.groups == 1
    )
    shelf = Shelf("key", alone, served())
    values = next(values for values in shelf.elements(label) if values["element"] == element)
    value = flagged(shelf, values, editable=False)
    assert "thin" in value["flag"].split(", ")
    assert why_thin(support) in value["why"]
    entry = entries(alone, [Chosen(alone.element(label, element)[0].patch_id)])[0]
    assert row(entry)["element_thin"] == thin(support)
    assert entry.element_line == f"{entry.element} ({thin(support)})"
    pages = dict(site(alone, Lists([label], "top", 4)))
    assert thin(support).encode() in pages["label-01.html"]
    known = facts(shelf, entry.patch, entry.record)
    assert any(entry.element_line in cells for cells in known)
    assert next(lines(alone)).endswith("thin: of fewer than 8 patches, or of one image or group")


def test_elements_of_several_groups_are_not_thin(tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "atlas")
    known = [one for label in atlas.labels for one in Supports(atlas).of(label).values()]
    assert known
    assert not any(one.thin for one in known)
    assert next(lines(atlas)).startswith(f"0 of {len(known)} elements are thin")
