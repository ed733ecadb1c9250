"""Citations of the images of a basket: each once, whole, in words that programs read back."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffmine.atlas.reader import Atlas
from diffmine.export import cited
from diffmine.export.chosen import Chosen, entries
from diffmine.export.formats import bibtex, csl
from diffmine.export.order import Order
from tests.unit.export.make_sheet import make_sheet

CC_BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture(scope="module")
def museum(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return make_sheet(tmp_path_factory.mktemp("cited") / "sheet", "https://example.org")


def told(museum: Atlas, **record: Any) -> cited.Work:
    """The work of an image whose record says these things too."""
    (entry,) = entries(museum, [Chosen("top-01")])
    return cited.works(museum, [replace(entry, record=entry.record | record)])[0]


def read_bibtex(text: str) -> list[tuple[str, dict[str, str]]]:
    """Keys and fields of entries, by counting braces as BibTeX does."""
    found = []
    for at in (match.end() for match in re.finditer(r"@misc\{", text)):
        depth, end = 1, at
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        key, _, body = text[at : end - 1].partition(",\n")
        fields, place = {}, 0
        while (match := re.compile(r"\s*(\w+) = \{").match(body, place)) is not None:
            depth, end = 1, match.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(body[end], 0)
                end += 1
            fields[match[1]] = body[match.end() : end - 1]
            place = end + 1
        found.append((key, fields))
    return found


def test_an_image_is_cited_once_with_all_that_its_source_says(museum: Atlas) -> None:
    order = Order(museum, [Chosen("top-01"), Chosen("top-02")])
    ((_, content),) = csl.files(order)
    image, atlas = json.loads(content)
    assert image.pop("id") == "muller1955-e09a98"
    assert image == {
        "type": "graphic",
        "title": "A sheet of squares",
        "author": [{"literal": "Ada Müller"}],
        "issued": {"date-parts": [[1955]], "circa": True},
        "archive": "The Museum",
        "archive_location": "M 5",
        "URL": "https://example.org/manifest.json",
        "note": f"A. Müller, CC BY 4.0. {CC_BY}. Image sheets/ünï 1.png.",
    }
    assert (atlas["type"], atlas["title"]) == ("dataset", "A sheet")
    ((_, content),) = bibtex.files(order)
    (key, fields), _ = read_bibtex(content.decode())
    assert key == "muller1955-e09a98"
    assert fields["author"] == "{Ada Müller}"
    assert fields["year"] == "c. 1955"
    assert fields["howpublished"] == "The Museum, M 5"
    assert fields["url"] == "https://example.org/manifest.json"


@pytest.mark.parametrize(
    ("record", "issued"),
    [
        ({"date": "1950s", "date_first": 1950, "date_last": 1959}, [[1950], [1959]]),
        ({"date": "1955", "date_first": 1955, "date_last": 1955}, [[1955]]),
        ({"date": "", "year": -40}, [[-40]]),
    ],
)
def test_a_date_is_a_year_or_an_interval(
    museum: Atlas, record: dict[str, Any], issued: list[list[int]]
) -> None:
    assert csl._issued(told(museum, **record)) == {"date-parts": issued}


def test_a_date_of_no_year_stays_as_it_was_written(museum: Atlas) -> None:
    work = told(museum, date="summer", year=None)
    assert csl._issued(work) == {"literal": "summer"}
    assert csl._issued(told(museum, date="", year=None)) == {}


def test_what_tex_would_take_for_its_own_is_printed(museum: Atlas) -> None:
    work = told(museum, title="100% {fins} & #1_a ~ ^ \\ }", source_url="https://a.org/{x}_%20y")
    ((_, fields),) = read_bibtex(bibtex._entry(work))
    assert fields["title"] == (
        r"{100\% \textbraceleft{}fins\textbraceright{} \& \#1\_a \textasciitilde{} "
        r"\textasciicircum{} \textbackslash{} \textbraceright{}}"
    )
    assert fields["url"] == "https://a.org/%7Bx%7D_%20y"


def test_a_picture_that_a_model_made_is_cited_as_one(museum: Atlas) -> None:
    assert "made by a model: translated" in told(museum, generated="translated").note


def test_keys_are_ascii_and_differ(museum: Atlas) -> None:
    names = [f"{at}.png" for at in range(50)]
    keys = [told(museum, image_id=name, creator="Ж 年", title="").key for name in names]
    assert len(set(keys)) == 50
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)


def test_files_open_where_they_are_put(museum: Atlas, tmp_path: Path) -> None:
    ((name, content),) = bibtex.files(Order(museum, [Chosen("top-01")], "mine"))
    (tmp_path / name).write_bytes(content)
    assert (tmp_path / "mine.bib").read_text("utf-8").count("@misc{") == 2
