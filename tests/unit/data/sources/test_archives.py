"""Tables and exports of archives with the pictures beside them: each is read rightly."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from PIL import Image

from diffmine.config import DataConfig
from diffmine.data.sources import dataset_of

Files = dict[str, bytes | str]
_BUFFER = io.BytesIO()
Image.new("RGB", (16, 16), "grey").save(_BUFFER, "PNG")
PNG = _BUFFER.getvalue()
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"


def pictures(*names: str) -> Files:
    return dict.fromkeys(names, PNG)


def xlsx(*lines: list[Any]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@dataclass(frozen=True)
class Case:
    """An input; of its pictures their labels and facts, by name; reasons of refused rows; a part of
    the notes."""

    files: Files
    facts: dict[str, dict[str, Any]]
    config: DataConfig = field(default_factory=DataConfig)
    refused: tuple[str, ...] = ()
    note: str = ""


def tropy(*items: dict[str, Any]) -> str:
    return json.dumps({"@graph": list(items), "version": "1.17.3"})


COMMONS = (
    "File name;Date;Author;Permission;label\n"
    "File:A street.png;{{other date|~|1920}};{{Creator:Eva Muster}};{{cc-by-sa-4.0}};x\n"
    "Datei:B_house.png;{{other date|between|1930|1935}};[[User:Max|Max]];{{PD-old-70}};y\n"
)
OMEKA = (
    "id,Dublin Core:Title,Dublin Core:Date,Dublin Core:Creator,Dublin Core:Rights,tags,file\n"
    "1,A street,1920,Eva,CC BY-SA 4.0,tram,"
    '"https://example.org/files/original/ab.png,https://example.org/files/original/cd.png"\n'
    "2,A house,1930,Max,In copyright,house,https://example.org/files/original/e%20f.png?x=1\n"
)
CASES: dict[str, Case] = {
    "Wikimedia Commons": Case(
        pictures("A_street.png", "B house.png") | {"list.csv": COMMONS},
        {
            "A_street.png": {
                "label": "x",
                "date": "c. 1920",
                "year": 1920,
                "creator": "Eva Muster",
                "rights": BY_SA,
            },
            "B house.png": {"year": 1932, "creator": "Max", "licence": "Public domain (PD-old-70)"},
        },
    ),
    "Commons by decades": Case(
        pictures("A_street.png", "B house.png") | {"list.csv": COMMONS},
        {"A_street.png": {"label": "1920s"}, "B house.png": {"label": "1930s"}},
        DataConfig(label="date", label_width=10),
    ),
    "metadata of Commons' interface": Case(
        pictures("Foo_bar.png")
        | {
            "x.csv": "title,DateTimeOriginal,Artist,LicenseShortName,LicenseUrl,label\n"
            'Foo bar.png,1920-05-01,"<a href=""//x"">Eva</a>",CC BY-SA 4.0,' + f"{BY_SA},x\n"
        },
        {
            "Foo_bar.png": {
                "year": 1920,
                "creator": "Eva",
                "rights": BY_SA,
                "licence": "CC BY-SA 4.0",
            }
        },
    ),
    "Pattypan, saved as XLSX": Case(
        pictures("scans/a.png")
        | {
            "pattypan.xlsx": xlsx(
                ["path", "name", "description", "date", "author", "license"],
                [
                    "C:\\me\\scans\\a.png",
                    "A street",
                    "{{de|Straße}}",
                    "1920",
                    "Eva",
                    "cc-by-sa-4.0",
                ],
            )
        },
        {"scans/a.png": {"label": "1920s", "creator": "Eva", "rights": BY_SA}},
        DataConfig(label="date", label_width=10),
    ),
    "Omeka Classic": Case(
        pictures("ab.png", "files/original/cd.png", "e f.png") | {"omeka.csv": OMEKA},
        {
            "ab.png": {"label": "tram", "title": "A street", "year": 1920, "rights": BY_SA},
            "files/original/cd.png": {"label": "tram", "creator": "Eva"},
            "e f.png": {"label": "house", "licence": "In copyright"},
        },
        DataConfig(label="tags"),
    ),
    "Omeka S": Case(
        pictures("ab1.png", "ab2.png")
        | {
            "items.json": json.dumps(
                [
                    {
                        "@type": ["o:Item"],
                        "o:id": number,
                        "o:media": [{"o:id": number + 10}],
                        "thumbnail_display_urls": {"large": f"https://x.org/large/ab{number}.jpg"},
                        "dcterms:title": [{"type": "literal", "@value": title}],
                        "dcterms:date": [{"type": "literal", "@value": date}],
                        "dcterms:license": [{"type": "uri", "@id": BY_SA, "o:label": "CC"}],
                    }
                    for number, title, date in ((1, "A street", "c. 1920"), (2, "B", "1931"))
                ]
            )
        },
        {
            "ab1.png": {"label": "1920s", "title": "A street", "rights": BY_SA},
            "ab2.png": {"label": "1930s", "year": 1931},
        },
        DataConfig(label="dcterms:date", label_width=10),
    ),
    "Omeka S as CSV": Case(
        pictures("ab.png", "cd.png")
        | {
            "media.csv": "o:id,o:original_url,dcterms:title,dcterms:date,dcterms:subject\n"
            "1,https://x.org/files/original/ab.png,A,1920,tram\n"
            "2,https://x.org/files/original/cd.png,B,1930,house\n"
        },
        {"ab.png": {"label": "tram", "title": "A", "year": 1920}, "cd.png": {"label": "house"}},
        DataConfig(label="dcterms:subject"),
    ),
    "Tropy": Case(
        pictures("photos/a.png", "photos/b.png", "photos/c.png")
        | {
            "export.json": tropy(
                {
                    "title": "A",
                    "date": "1920",
                    "tag": ["street", "tram"],
                    "photo": [
                        {"path": "/Users/me/photos/a.png", "selection": [{"x": 1}]},
                        {"path": "/Users/me/photos/b.png"},
                    ],
                },
                {
                    "title": "C",
                    "rights": "CC BY-SA 4.0",
                    "tag": "house",
                    "photo": [{"path": "photos/c.png"}, {"path": "photos/gone.png"}],
                },
            )
        },
        {
            "photos/a.png": {"labels": ("street", "tram"), "title": "A", "group": "1"},
            "photos/b.png": {"labels": ("street", "tram"), "year": 1920, "group": "1"},
            "photos/c.png": {"label": "house", "rights": BY_SA, "group": "2"},
        },
        DataConfig(label="tag"),
        refused=("there is no such file",),
        note="selections, which are parts of photos, are not read: 1",
    ),
    "a row of several pictures": Case(
        pictures("a.png", "b.png", "c, d.png")
        | {"m.csv": 'file_name;label\na.png|b.png;x\n"c, d.png";y\n'},
        {"a.png": {"label": "x"}, "b.png": {"label": "x"}, "c, d.png": {"label": "y"}},
    ),
    "one of several is not there": Case(
        pictures("a.png", "b.png") | {"m.csv": "file_name,label\na.png|gone.png,x\nb.png,y\n"},
        {"a.png": {"label": "x"}, "b.png": {"label": "y"}},
        refused=("there is no such file",),
    ),
    "metadata in each folder": Case(
        pictures("Wien/a.png", "Graz/a.png")
        | {
            "Wien/metadata.csv": "file_name,label\na.png,x\n",
            "Graz/metadata.jsonl": '{"file_name": "a.png", "label": "y"}',
        },
        {"Wien/a.png": {"label": "x", "split": ""}, "Graz/a.png": {"label": "y"}},
    ),
    "names that other readers change": Case(
        pictures("a.png", "b.png", "c.png")
        | {"metadata.csv": "file_name,label\na.png,None\nb.png,NA\nc.png,007\n"},
        {"a.png": {"label": "None"}, "b.png": {"label": "NA"}, "c.png": {"label": "007"}},
    ),
    "labels that look like parts": Case(
        pictures("bus/a.png", "car/crash-test.png", "train/c.png"),
        {
            "bus/a.png": {"label": "bus", "split": ""},
            "car/crash-test.png": {"label": "car"},
            "train/c.png": {"label": "train", "split": ""},
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_read_rightly(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    for file, content in case.files.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    dataset = dataset_of(tmp_path, case.config)
    records = {record.image_id: record for record in dataset}
    assert set(records) == set(case.facts)
    for image, facts in case.facts.items():
        assert {key: getattr(records[image], key) for key in facts} == facts
    assert tuple(reason for _, reason in dataset.refused) == case.refused
    assert case.note in " ".join(dataset.notes)
    assert bool(case.note) == bool(dataset.notes)
