"""Exports of Tropy and Omeka S, in small files of the same shape as theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diffmine.data.tables import read_rows
from diffmine.data.tables.table import LIST, Table
from diffmine.errors import DataError

DC, TROPY = "http://purl.org/dc/elements/1.1/", "https://tropy.org/v1/tropy#"


def read(folder: Path, value: Any, name: str = "export.jsonld") -> Table:
    path = folder / name
    path.write_text(json.dumps(value))
    return read_rows(path)


def photo(path: str, **more: Any) -> dict[str, Any]:
    about = {"checksum": "ab", "mimetype": "image/jpeg", "width": 8, "height": 8, "title": "IMG"}
    return {"@type": "Photo", "path": path, "filename": path.rpartition("/")[2], **about, **more}


TWO = [
    {
        "@type": "Item",
        "template": "https://tropy.org/v1/templates/generic",
        "title": "A street",
        "datum": "um 1920",
        "tag": ["street", "tram"],
        "list": "Vienna",
        "photo": [
            photo("/Users/me/a.jpg", selection=[{"@type": "Selection", "x": 1, "width": 2}]),
            photo("/Users/me/b.jpg"),
        ],
    },
    {"@type": "Item", "title": "A house", "tag": "house", "photo": [photo("c.jpg")]},
    {"@type": "Item", "title": "No photo"},
]
CONTEXT = {
    "@vocab": TROPY,
    "title": {"@id": f"{DC}title", "@type": "xsd:string"},
    "datum": {"@id": f"{DC}date", "@type": "https://tropy.org/v1/tropy#date"},
    "photo": {"@id": f"{TROPY}photo", "@container": "@list"},
}


def test_photos_of_tropy_have_what_is_said_of_their_items(tmp_path: Path) -> None:
    table = read(tmp_path, {"@context": CONTEXT, "@graph": TWO, "version": "1.17.3"})
    assert [row["file_name"] for row in table.rows] == [
        "/Users/me/a.jpg",
        "/Users/me/b.jpg",
        "c.jpg",
    ]
    assert [row["title"] for row in table.rows] == ["A street", "A street", "A house"]
    assert [row["date"] for row in table.rows] == ["um 1920", "um 1920", ""]
    assert [row["tag"] for row in table.rows] == [f"street{LIST}tram"] * 2 + ["house"]
    assert table.group == "item"
    assert [row["item"] for row in table.rows] == ["1", "1", "2"]
    assert table.notes == (
        "export.jsonld: selections, which are parts of photos, are not read: 1.",
    )
    assert "checksum" not in table.columns


@pytest.mark.parametrize("name", ["export.json", "export.jsonld"])
def test_an_item_alone_and_expanded_names_are_read_too(tmp_path: Path, name: str) -> None:
    alone = read(tmp_path, {"@context": CONTEXT, **TWO[1]}, name)
    assert [(row["title"], row["file_name"]) for row in alone.rows] == [("A house", "c.jpg")]
    assert alone.group == ""
    whole = {
        "@type": [f"{TROPY}Item"],
        f"{DC}title": [{"@value": "A house"}],
        f"{TROPY}tag": [{"@value": "x"}, {"@value": "y"}],
        f"{TROPY}photo": [{"@list": [{f"{TROPY}path": [{"@value": "c.jpg"}]}]}],
    }
    expanded = read(tmp_path, [whole], name)
    assert [(row["title"], row["tag"], row["file_name"]) for row in expanded.rows] == [
        ("A house", f"x{LIST}y", "c.jpg")
    ]


def literal(value: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "literal", "@value": value, "is_public": True, **more}]


def item(number: int, date: str, **more: Any) -> dict[str, Any]:
    return {
        "@context": "https://example.org/api-context",
        "@type": "o:Item",
        "o:id": number,
        "o:is_public": True,
        "o:title": f"Item {number}",
        "o:media": [{"o:id": 10 * number}],
        "thumbnail_display_urls": {"large": f"https://example.org/files/large/ab{number}.jpg"},
        "dcterms:title": literal(f"Item {number}"),
        "dcterms:date": literal(date),
        "dcterms:rights": [{"type": "uri", "@id": "http://rightsstatements.org/vocab/InC/1.0/"}],
        "dcterms:creator": [{"type": "resource", "@id": "https://x", "display_title": "Eva"}],
        "dcterms:provenance": literal("a secret", is_public=False),
        **more,
    }


def medium(number: int, of: int, source: str) -> dict[str, Any]:
    return {
        "@type": "o:Media",
        "o:id": number,
        "o:item": {"o:id": of},
        "o:source": source,
        "o:filename": f"ab{number}.tif",
        "o:original_url": f"https://example.org/files/original/ab{number}.tif",
        "o:media_type": "image/tiff",
    }


def test_items_of_omeka_s_are_known_by_their_thumbnail(tmp_path: Path) -> None:
    table = read(tmp_path, [item(1, "1920"), item(2, "1930")])
    row = table.rows[0]
    assert [one["file_name"] for one in table.rows] == ["ab1", "ab2"]
    assert row["dcterms:date"] == "1920"
    assert row["dcterms:rights"] == "http://rightsstatements.org/vocab/InC/1.0/"
    assert row["dcterms:creator"] == "Eva"
    assert row["dcterms:provenance"] == ""
    assert table.group == ""


def test_media_of_omeka_s_have_what_is_said_of_their_items(tmp_path: Path) -> None:
    nodes = [
        item(1, "1920"),
        item(2, "1930"),
        medium(10, 1, "front.tif"),
        medium(11, 1, "back.tif"),
    ]
    table = read(tmp_path, {"@graph": nodes})
    assert [(row["file_name"], row["file"], row["dcterms:date"]) for row in table.rows] == [
        ("ab10.tif", "front.tif", "1920"),
        ("ab11.tif", "back.tif", "1920"),
        ("ab2", "", "1930"),
    ]
    assert table.group == "item"
    inside = read(tmp_path, [item(1, "1920", **{"o:media": [medium(10, 1, "front.tif")]})])
    assert [row["file"] for row in inside.rows] == ["front.tif"]


@pytest.mark.parametrize(
    "value",
    [
        {"@graph": []},
        {"@graph": [{"@type": "Item", "title": "x", "photo": []}]},
        {"@context": CONTEXT, "@graph": [1, "x", None]},
        [],
        [[{"photo": {}}]],
        "x",
    ],
)
def test_other_json_is_refused_in_a_sentence(tmp_path: Path, value: Any) -> None:
    with pytest.raises(DataError, match="is no list of objects"):
        read(tmp_path, value)
