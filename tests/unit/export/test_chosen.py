"""The patches that leave: their order, their names, what is not there."""

from dataclasses import replace

import pytest

from diffmine.atlas.reader import Atlas
from diffmine.errors import AtlasError
from diffmine.export import pictures
from diffmine.export.chosen import Chosen, entries, listed


def test_what_is_chosen_keeps_its_order_and_what_is_unknown_is_named(atlas: Atlas) -> None:
    names = [patch.patch_id for patch in atlas.patches("1900", count=3)]
    again = [names[2], names[0], names[2]]
    found = entries(atlas, [Chosen(name) for name in again])
    assert [each.patch.patch_id for each in found] == again
    assert entries(atlas, []) == []
    with pytest.raises(AtlasError, match="no patch 'nobody'"):
        entries(atlas, [Chosen(names[0]), Chosen("nobody")])


def test_lists_of_labels(atlas: Atlas) -> None:
    assert len(listed(atlas, atlas.labels, "random")) == 120
    assert len(listed(atlas, atlas.labels[:2], "top", 5)) == 10
    assert listed(atlas, ["1900"], "least", 1)[0].patch_id == "1900-least-0001"


def test_names_that_people_gave_elements(atlas: Atlas) -> None:
    chosen = [Chosen("1900-top-0003")]
    assert entries(atlas, chosen)[0].element == "Element 1"
    atlas.manifest.names["1900/0"] = "Round"
    try:
        assert entries(atlas, chosen)[0].element == "Round"
    finally:
        atlas.manifest.names.clear()


def test_a_file_name_holds_nothing_of_the_patch(atlas: Atlas) -> None:
    patch = replace(atlas.patches("1900")[0], patch_id="../../etc/<x>")
    assert pictures.name(patch).isalnum()
