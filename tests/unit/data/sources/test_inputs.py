"""What people have in their folders: each small input is read rightly, or refused in words.

A test makes a folder from the names and texts of its files; every picture is the same few pixels.
"""

from __future__ import annotations

import io
import json
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from diffmine.config import DataConfig
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.errors import DataError

Files = dict[str, bytes | str]
_BUFFER = io.BytesIO()
Image.new("RGB", (16, 16), "grey").save(_BUFFER, "PNG")
PNG = _BUFFER.getvalue()
COMPOSED = "Ren\u00e9.png"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def pictures(*names: str) -> Files:
    return dict.fromkeys(names, PNG)


AB = pictures("a.png", "b.png")
LABELS = ("1920s", "1930s")


def table(text: str, name: str = "metadata.csv", code: str = "utf-8") -> Files:
    return AB | {name: text.encode(code)}


def rows(separator: str = ",", head: str = "file_name,label", end: str = "\n") -> str:
    text = f"{head}{end}a.png,1920s{end}b.png,1930s{end}"
    return text.replace(",", separator)


def parquet(columns: dict[str, list[object]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


@dataclass(frozen=True)
class Case:
    """An input, and what must come of it; None is not looked at."""

    files: Files
    labels: tuple[str, ...] | None = LABELS
    config: DataConfig = field(default_factory=DataConfig)
    count: int | None = None
    splits: set[str] | None = None
    groups: set[str] | None = None
    refused: str = ""
    note: str = ""
    own: dict[str, tuple[str, ...]] = field(default_factory=dict)


def data(**fields: object) -> DataConfig:
    return replace(DataConfig(), **fields)  # type: ignore[arg-type]


def split_folders(*splits: str) -> Files:
    return pictures(*(f"{split}/{label}/{split}.png" for split in splits for label in LABELS))


READ: dict[str, Case] = {
    # tables, by dialect
    "commas": Case(table(rows())),
    "semicolons": Case(table(rows(";"))),
    "tabs in .csv": Case(table(rows("\t"))),
    "bars": Case(table(rows("|"))),
    "tabs in .tsv": Case(table(rows("\t"), "metadata.tsv")),
    "sep=;": Case(table("sep=;\r\n" + rows(";", end="\r\n"))),
    "sep= of another sign": Case(table("sep=^\n" + rows("^"))),
    "CRLF": Case(table(rows(end="\r\n"))),
    "CR": Case(table(rows(end="\r"))),
    "UTF-8 with a mark": Case(table(rows(), code="utf-8-sig")),
    "UTF-16 with a mark": Case(table(rows("\t"), code="utf-16")),
    "UTF-16, big end first": Case(table("\ufeff" + rows(";"), code="utf-16-be")),
    "UTF-16 without a mark": Case(table(rows(), code="utf-16-le")),
    "cp1252": Case(
        table(rows().replace("1930s", "Münster"), code="cp1252"),
        ("1920s", "Münster"),
        note="is not UTF-8 and is read as Windows-1252",
    ),
    "quotes": Case(
        table('file_name,label\n"a.png","one, ""two"""\nb.png,x\n'), ('one, "two"', "x")
    ),
    "quotes after spaces": Case(
        table('"file_name", "label"\n"a.png", "x"\n"b.png", "y"\n'), ("x", "y")
    ),
    "quotes as databases write them": Case(
        table('file_name,label\n"a.png","a \\"b\\""\nb.png,x\n'), ('a "b"', "x")
    ),
    "a comma in a label under semicolons": Case(
        table("file_name;label\na.png;x, y\nb.png;z\n"), ("x, y", "z")
    ),
    "blank lines first and last": Case(table("\n\n" + rows() + "\n,\n")),
    "columns without a name": Case(table(",file_name,label,\n0,a.png,1920s,\n1,b.png,1930s,\n")),
    "a cell too many": Case(
        table(rows() + "a.png,1,950\n"), refused="it has 3 cells, the header 2", count=2
    ),
    # names of columns
    "File_Name": Case(table(rows(head="File_Name,Label"))),
    "spaces around": Case(table(rows(head=" file name , label "))),
    "filename": Case(table(rows(head="filename,label"))),
    "file": Case(table(rows(head="FILE,label"))),
    "image": Case(table(rows(head="image,label"))),
    "path": Case(table(rows(head="path,label"))),
    "Image Index": Case(table(rows(head="Image Index,label"))),
    "a column of another name": Case(table(rows(head="Signatur,label"))),
    "of two columns that which names files": Case(
        table("image,path,label\n1,a.png,1920s\n2,b.png,1930s\n")
    ),
    "--label in another case": Case(
        table(rows(head="file_name,Decade")), config=data(label="decade")
    ),
    # kinds of table
    "Metadata.CSV": Case(table(rows(), "Metadata.CSV")),
    "another name": Case(table(rows(), "pictures.csv")),
    "two tables, one without pictures": Case(
        table(rows(), "pictures.csv") | {"prices.csv": "item,price\nx,1\n"},
        note="prices.csv is not read",
    ),
    "--data.table": Case(
        table(rows(), "one.csv") | {"two.csv": rows().replace("s\n", "\n")},
        ("1920", "1930"),
        data(table="two.csv"),
    ),
    "jsonl": Case(
        table(
            '{"file_name": "a.png", "label": 1920}\n\n{"file_name": "b.png", "label": 1930}\n',
            "metadata.jsonl",
        ),
        ("1920", "1930"),
    ),
    "jsonl with lists": Case(
        table(
            '{"file_name": "a.png", "label": ["Mass", "Effusion"]}\n'
            '{"file_name": "b.png", "label": []}\nno\n',
            "metadata.jsonl",
        ),
        ("Effusion", "Mass"),
        own={"a.png": ("Mass", "Effusion")},
        refused="its label is empty",
    ),
    "parquet": Case(
        AB | {"metadata.parquet": parquet({"file_name": ["a.png", "b.png"], "label": [1920.0, 5]})},
        ("5", "1920"),
    ),
    "json by file name": Case(
        AB | {"labels.json": '{"a.png": {"label": "x"}, "b.png": {"label": "y"}}'}, ("x", "y")
    ),
    "json list": Case(
        AB | {"x.json": '[{"image": "a.png", "label": "x"}, {"image": "b.png", "label": "y"}]'},
        ("x", "y"),
    ),
    # names of files
    "backslashes": Case(
        pictures("in/a.png", "in/b.png")
        | {"metadata.csv": "file_name,label\nin\\a.png,x\n.\\in\\b.png,y\n"},
        ("x", "y"),
    ),
    "composed in the table": Case(
        pictures(DECOMPOSED) | {"metadata.csv": f"file_name,label\n{COMPOSED},x\n"}, ("x",)
    ),
    "decomposed in the table": Case(
        pictures(COMPOSED) | {"metadata.csv": f"file_name,label\n{DECOMPOSED},x\n"}, ("x",)
    ),
    "another case and ending": Case(
        pictures("A.JPG", "b.jpeg") | {"metadata.csv": "file_name,label\na.jpg,x\nB.jpg,y\n"},
        ("x", "y"),
    ),
    "no ending": Case(
        pictures("x/001.png", "x/002.png") | {"metadata.csv": "id,label\n001,x\n002,y\n"},
        ("x", "y"),
    ),
    "the end of a path": Case(
        pictures("images/a.png", "images/b.png") | {"metadata.csv": rows()}, count=2
    ),
    "a path of another machine": Case(
        pictures("1920s/a.png", "1930s/b.png")
        | {"metadata.csv": "file,label\nC:\\Cars\\1920s\\a.png,x\n/home/me/1930s/b.png,y\n"},
        ("x", "y"),
    ),
    "several files of one name": Case(
        pictures("x/a.png", "y/a.png", "b.png") | {"metadata.csv": rows()},
        ("1930s",),
        refused="several files are named so: x/a.png, y/a.png",
    ),
    "a file of another folder": Case(
        pictures("test/a.png", "b.png") | {"metadata.csv": rows().replace("a.", "train/a.")},
        ("1930s",),
        refused="there is no such file",
    ),
    "outside": Case(
        table(rows() + "../c.png,x\n/etc/passwd.png,x\n"), refused="it lies outside the data set"
    ),
    # labels
    "three rows of one picture": Case(
        table("file_name,label\na.png,Effusion\na.png,Mass\na.png,Nodule\nb.png,Mass\n"),
        ("Effusion", "Mass", "Nodule"),
        own={"a.png": ("Effusion", "Mass", "Nodule")},
        count=2,
    ),
    "rows of several groups": Case(
        table("file_name,label,p\na.png,x,1\na.png,y,2\nb.png,x,3\n"),
        ("x",),
        data(group="p"),
        refused="its rows are of several groups: 1, 2",
    ),
    "several labels in a cell": Case(
        table("file_name,label\na.png,Mass | Nodule|Mass\nb.png,Mass\n"),
        ("Mass", "Nodule"),
        own={"a.png": ("Mass", "Nodule")},
    ),
    "--data.separator": Case(
        table("file_name,label\na.png,Mass; Nodule\nb.png,Mass\n"),
        ("Mass", "Nodule"),
        data(separator=";"),
    ),
    "empty labels": Case(
        table(rows() + "a.png,\nb.png,nan\n"), refused="its label is empty", count=2
    ),
    "accents and spaces in one way": Case(
        table("file_name,label\na.png, Caf\u00e9  Noir\nb.png,Cafe\u0301 Noir \n"), ("Café Noir",)
    ),
    "1920.0": Case(table(rows().replace("s\n", ".0\n")), ("1920", "1930")),
    "1.92E+03": Case(table("file_name,label\na.png,1.92E+03\nb.png,1.93E+03\n"), ("1920", "1930")),
    "numbers with decimals": Case(table("file_name,label\na.png,1.0\nb.png,1.5\n"), ("1.0", "1.5")),
    "thousands": Case(table('file_name,label\na.png,"1,930"\nb.png,x\n'), ("1,930", "x")),
    "groups 12 and 12.0": Case(
        table("file_name,label,patient\na.png,x,12\nb.png,y,12.0\n"),
        ("x", "y"),
        data(group="patient"),
        groups={"12"},
    ),
    "decades of years": Case(
        table("file_name,year\na.png,1921\nb.png,c. 1935\n"),
        LABELS,
        data(label="year", label_width=10),
    ),
    "a date of two decades": Case(
        table("file_name,year\na.png,1921\nb.png,1928-1931\n"),
        ("1920s",),
        data(label="year", label_width=10),
        refused="its years reach from 1920s to 1930s",
    ),
    "split between them": Case(
        table("file_name,year\na.png,1921\nb.png,1928-1931\n"),
        LABELS,
        data(label="year", label_width=10, label_spans="split"),
        own={"b.png": LABELS},
    ),
    "five years": Case(
        table("file_name,year\na.png,1921.0\nb.png,1925\n"),
        ("1920-1924", "1925-1929"),
        data(label="year", label_width=5),
    ),
    "folders of years as decades": Case(
        pictures("1921/a.png", "1929/b.png", "1930/c.png"), LABELS, data(label_width=10)
    ),
    "named periods in the order of their years": Case(
        table("file_name,Datierung\na.png,nach 1950\nb.png,um 1890\n")
        | {"eras.csv": "name,from,to\nat war,1914,1945\nZeppelins,,1913\nafter,1946,\n"},
        ("Zeppelins", "after"),
        data(label="Datierung", label_periods="eras.csv", table="metadata.csv"),
    ),
    "an open date in an open period, by its middle": Case(
        table("file_name,date\na.png,1990 or later\nb.png,1890\n")
        | {"eras.csv": "name,from,to\nold,,1913\nnew,1946,\n"},
        ("old", "new"),
        data(label="date", label_periods="eras.csv", label_spans="middle", table="metadata.csv"),
    ),
    "an order of one's own": Case(
        AB | {"metadata.csv": rows(), "order.txt": "1940s\n1930s\n1920s\n"},
        ("1930s", "1920s"),
        data(order="order.txt"),
    ),
    # the order of labels
    "100s, 10s, 2s": Case(pictures("100s/a.png", "10s/a.png", "2s/a.png"), ("2s", "10s", "100s")),
    "before Christ": Case(
        table("file_name,label\na.png,200|-100\nb.png,1000|-500\n"), ("-500", "-100", "200", "1000")
    ),
    "before, circa, centuries": Case(
        pictures(*(f"{name}/a.png" for name in ("before 1900", "c. 1100", "10th c.", "9th c."))),
        ("before 1900", "9th c.", "10th c.", "c. 1100"),
    ),
    # folders
    "a wrapping folder": Case(pictures("cars/1920s/a.png", "cars/1930s/b.png")),
    "wrapped twice, with a note beside": Case(
        pictures("x/cars/1920s/a.png", "x/cars/1930s/b.png") | {"README.txt": "", "x/.DS_Store": ""}
    ),
    "a wrapped table": Case({f"cars/{k}": v for k, v in table(rows()).items()}),
    "train and test": Case(split_folders("train", "test"), splits={"train", "test"}),
    "Training and validation": Case(
        split_folders("Training", "validation"), splits={"train", "val"}
    ),
    "train, val, test and another": Case(
        split_folders("train", "val", "test") | pictures("rest/a.png"),
        splits={"train", "val", "test"},
        refused="it lies beside the parts of the data set",
    ),
    "bus, car, train": Case(
        pictures("bus/a.png", "car/a.png", "train/a.png"), ("bus", "car", "train")
    ),
    "a table in each part": Case(
        pictures("train/a.png", "validation/a.png")
        | {"train/metadata.csv": "file_name,label\na.png,1920s\n"}
        | {"validation/metadata.jsonl": '{"file_name": "a.png", "label": "1930s"}'},
        splits={"train", "val"},
        count=2,
    ),
    "parts inside labels": Case(
        pictures(*(f"{label}/{part}/a.png" for label in LABELS for part in ("train", "test"))),
        splits={"train", "test"},
        count=4,
    ),
    "a column split": Case(
        table("file_name,label,split\na.png,1920s,train\nb.png,1930s,test\n"),
        splits={"train", "test"},
    ),
    "folders of systems": Case(
        pictures("1920s/a.png", "1930s/a.png", "@eaDir/a.png", "__MACOSX/a.png")
        | pictures("lost+found/a.png", ".Trashes/a.png", "1920s/@eaDir/b.png", "found.000/a.png")
        | {"1920s/Thumbs.db": "", "desktop.ini": ""},
        refused="it is a folder of the system, not of pictures",
        count=2,
    ),
    "a loose picture": Case(
        pictures("1920s/a.png", "1930s/a.png", "a.png"),
        refused="it lies in no folder of a label",
        count=2,
    ),
    "files of another kind": Case(
        pictures("1920s/a.png", "1930s/a.png") | {f"1920s/{k}.xcf": b"x" for k in range(6)},
        note="6 .xcf files are not read.",
    ),
    "folders with accents in two ways": Case(
        pictures("Caf\u00e9/a.png", "Cafe\u0301/b.png", "x/a.png"), ("Café", "x"), count=3
    ),
    "a table without labels beside folders of them": Case(
        pictures("1920s/a.png", "1930s/b.png") | {"prices.csv": "file,price\na.png,1\n"},
        note="prices.csv is not read",
    ),
}


def made(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize("name", READ)
def test_it_is_read_rightly(tmp_path: Path, name: str) -> None:
    case, folder = READ[name], made(tmp_path, READ[name].files)
    order = str(folder / case.config.order) if case.config.order else ""
    periods = str(folder / case.config.label_periods) if case.config.label_periods else ""
    dataset = dataset_of(folder, replace(case.config, order=order, label_periods=periods))
    assert dataset.labels == case.labels
    assert case.count is None or len(dataset) == case.count
    assert case.splits is None or {r.split for r in dataset} == case.splits
    assert case.groups is None or {r.group for r in dataset} == case.groups
    reasons = [reason for _, reason in dataset.refused]
    assert any(case.refused in reason for reason in reasons) if case.refused else not reasons
    assert case.note in " ".join(dataset.notes)
    assert bool(dataset.notes) == bool(case.note)
    labels = {record.image_id: record.labels for record in dataset}
    assert {name: labels[name] for name in case.own} == case.own
    assert all(record.path.is_file() for record in dataset)


WORDS: dict[str, tuple[Files, DataConfig, str]] = {
    "a column that is not there": (
        table(rows(head="file_name,decade")),
        data(label="year"),
        "has no column 'year'; its columns are file_name, decade",
    ),
    "no column of labels": (
        table(rows(head="file_name,decade")),
        data(),
        "its columns are file_name, decade: choose one by --label COLUMN",
    ),
    "no column of pictures": (
        AB | {"metadata.csv": "name,label\nx,1\n"},
        data(),
        "has no column that names the pictures",
    ),
    "--label with folders": (
        pictures("1920s/a.png", "1930s/a.png"),
        data(label="year"),
        "is read as folders of labels, which have no columns, and so no 'year'",
    ),
    "--label with folders and a strange table": (
        pictures("1920s/a.png", "1930s/a.png") | {"prices.csv": "item,price\nx,1\n"},
        data(label="year"),
        "prices.csv is not read: .* its columns are item, price",
    ),
    "--label with a table that nothing reads": (
        pictures("1920s/a.png", "1930s/a.png") | {"pictures.ods": b"PK"},
        data(label="year"),
        "save it as XLSX, as CSV",
    ),
    "two tables": (
        AB | {"one.csv": rows(), "two.csv": rows()},
        data(),
        r"several tables of pictures; choose --data.table of one.csv, two.csv",
    ),
    "an unknown source": (AB, data(source="cars"), "There is no source 'cars'; there are cardb"),
    "a source that it is not": (AB, data(source="cardb"), "is not laid out as cardb is"),
    "splits without labels": (
        pictures("train/a.png", "test/a.png"),
        data(),
        "holds test, train, parts of a data set, and no labels inside them",
    ),
    "an open quotation mark": (
        table('file_name,label\n"a.png,x\nb.png,y\n'),
        data(),
        "a quotation mark is never closed",
    ),
    "an empty table": (table(""), data(), "is empty; its first line must name the columns"),
    "a header alone": (table("file_name,label\n"), data(), "has no row under its header"),
    "no header": (table("a.png,x\nb.png,y\n"), data(), "its first line names a picture"),
    "broken UTF-16": (AB | {"metadata.csv": b"\xff\xfea\x00b"}, data(), "broken UTF-16"),
    "broken Parquet": (AB | {"metadata.parquet": b"PAR1xx"}, data(), "cannot be read"),
    "an order that lacks a label": (
        table(rows()) | {"order.txt": "1920s\n"},
        data(order="order.txt"),
        "gives no place to '1930s'",
    ),
    "two columns alike": (
        table("file_name,Label,label \na.png,x,y\n"),
        data(label="LABEL"),
        "two columns 'LABEL'",
    ),
}


@pytest.mark.parametrize("name", WORDS)
def test_it_is_refused_in_words(tmp_path: Path, name: str) -> None:
    files, config, says = WORDS[name]
    made(tmp_path, files)
    order = str(tmp_path / config.order) if config.order else ""
    with pytest.raises(DataError, match=says):
        dataset_of(tmp_path, replace(config, order=order))


def test_links_are_as_with_folders(tmp_path: Path) -> None:
    made(tmp_path, pictures("else/a.png", "else/b.png"))
    folder = made(tmp_path / "data", {"metadata.csv": rows()})
    for name in AB:
        (folder / name).symlink_to(tmp_path / "else" / name)
    assert dataset_of(folder, data()).labels == LABELS
    for label in LABELS:
        (tmp_path / "folders" / label).mkdir(parents=True)
        (tmp_path / "folders" / label / "a.png").symlink_to(tmp_path / "else" / "a.png")
    os.symlink(tmp_path / "else", tmp_path / "folders" / "linked")
    dataset = dataset_of(tmp_path / "folders", data())
    assert (len(dataset), dataset.labels) == (2, LABELS)
    assert dataset.refused == (("linked", "it is a link to a folder, which is not followed"),)


# The published layouts, with their own names of files and columns


def cardb() -> Files:
    index = {f"{k}.jpg": {"year": year} for k, year in enumerate((1920, 1929, 1931))}
    files = pictures(*(f"train/{name}" for name in index))
    return files | {"train.json": json.dumps(index | {"3.jpg": {"year": 1935}})}


def g3() -> Files:
    views = (f"images/{place}/{angle}.jpg" for place in (1, 2) for angle in (45, 135, 225, 315))
    head = "id,country,region,sub-region,city,latitude,longitude"
    lines = ["1,France,Europe,Western,Paris,1,2", "2,Chad,Africa,Middle,Faya,1,2", "3,Peru,,,,1,2"]
    return pictures(*views) | {
        "metadata.csv": "\n".join([head, *lines]),
        "exclude.json": '["1/45.jpg"]',
    }


def places() -> Files:
    return pictures(
        "b/bar/1.jpg", "b/bazaar/indoor/1.jpg", "b/bazaar/outdoor/1.jpg", "c/cave/1.jpg"
    )


def chestxray() -> Files:
    head = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,View Position"
    lines = [
        "1_0.png,Mass|Nodule,0,1,58,PA",
        "1_1.png,No Finding,1,1,58,PA",
        "2_0.png,Mass,0,2,9,AP",
    ]
    return pictures("images_001/images/1_0.png", "images_001/images/1_1.png", "images/2_0.png") | {
        "Data_Entry_2017_v2020.csv": "\n".join([head, *lines]),
        "train_val_list.txt": "1_0.png\n1_1.png\n",
        "test_list.txt": "2_0.png",
        "BBox_List_2017.csv": (
            "Image Index,Finding Label,Bbox [x,y,w,h],,,\n1_0.png,Infiltrate,512,256,256,128,,,\n"
        ),
    }


def of_cardb(dataset: Dataset) -> None:
    assert dataset.labels == ("1920", "1930")
    assert [r.label for r in dataset] == ["1920", "1920", "1930"]
    assert {(r.split, r.year) for r in dataset} == {("train", y) for y in (1920, 1929, 1931)}
    assert dataset.refused == (("train/3.jpg", "there is no such file"),)


def of_ftt(dataset: Dataset) -> None:
    assert dataset.labels == ("1880", "1890")
    assert {r.split for r in dataset} == {"train"}


def of_g3(dataset: Dataset) -> None:
    assert dataset.labels == ("Chad", "France")
    assert len(dataset) == 7
    assert {(r.group, r.label) for r in dataset} == {("1", "France"), ("2", "Chad")}
    assert "images/1/45.jpg" not in {r.image_id for r in dataset}
    assert dataset.notes == (
        "Places without a folder of views: 1.",
        "Views left out by exclude.json: 1.",
    )


def of_places(dataset: Dataset) -> None:
    assert dataset.labels == ("bar", "cave", "indoor_bazaar", "outdoor_bazaar")


def of_chestxray(dataset: Dataset) -> None:
    assert dataset.labels == ("Mass", "No Finding", "Nodule")
    labels = {r.path.name: (r.labels, r.group, r.split) for r in dataset}
    assert labels["1_0.png"] == (("Mass", "Nodule"), "1", "train")
    assert labels["2_0.png"] == (("Mass",), "2", "test")
    assert dataset.boxes is not None
    assert dataset.boxes.name == "BBox_List_2017.csv"


PUBLISHED: dict[str, tuple[Callable[[], Files], Callable[[Dataset], None]]] = {
    "cardb": (cardb, of_cardb),
    "ftt": (lambda: pictures("train/1880/a.png", "train/1890/b.png"), of_ftt),
    "g3": (g3, of_g3),
    "places": (places, of_places),
    "chestxray": (chestxray, of_chestxray),
}


@pytest.mark.parametrize("named", [False, True], ids=["detected", "named"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_layouts(tmp_path: Path, name: str, named: bool) -> None:
    files, check = PUBLISHED[name]
    check(dataset_of(made(tmp_path, files()), data(source=name if named else "")))
