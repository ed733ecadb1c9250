"""The list of formats: what holds for each of them."""

from pathlib import Path

import pytest

from diffmine.atlas.reader import Atlas
from diffmine.errors import UsageError
from diffmine.export import formats
from diffmine.export.chosen import Chosen
from diffmine.export.formats import FORMATS
from diffmine.export.order import Order

PLACED = ("annotations", "iiif")
"""Formats that need to know where a patch lies in its source: here one image of a label has it."""


def test_every_file_of_the_folder_is_in_the_list() -> None:
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")}
    assert set(FORMATS) == files - {"__init__"}


def test_names_that_formats_share_are_no_format() -> None:
    assert not {form.also for form in FORMATS.values()} & set(FORMATS)


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.films])
def test_a_format_says_what_it_is_and_names_its_files(
    name: str, atlas: Atlas, chosen: list[Chosen]
) -> None:
    form = FORMATS[name]
    if name in PLACED:
        chosen = [Chosen("1900-top-0005")]
    assert form.button
    assert form.help == form.help.strip(" .")
    files = dict(form.files(Order(atlas, chosen, "mine")))
    if form.ours is None:
        assert next(iter(files)) == f"mine.{form.ending}"
        assert all(file.startswith("mine.") for file in files)
    else:
        assert f"index.{form.ending}" in files
    assert all(isinstance(content, bytes) and content for content in files.values())


def test_a_format_of_films_says_that_an_atlas_has_none(atlas: Atlas, chosen: list[Chosen]) -> None:
    for form in FORMATS.values():
        if form.films:
            with pytest.raises(UsageError, match="No result can go back to the films of these"):
                list(form.files(Order(atlas, chosen, "mine")))
