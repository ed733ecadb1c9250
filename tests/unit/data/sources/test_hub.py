"""Data sets as the Hub has them: a mirror on the disk, and a small hub on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from diffmine.config import DataConfig
from diffmine.data.cache import cache_folder
from diffmine.data.hub import Address, address_of
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.errors import DataError
from diffmine.pipeline.build import manifest_of
from tests.answering import Answering

Row = dict[str, Any]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("DIFFMINE_CACHE", str(folder))
    return folder


def png(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(buffer, "PNG")
    return buffer.getvalue()


def picture(colour: str, path: str | None = None) -> Row:
    return {"bytes": png(colour), "path": path}


def shard(rows: list[Row], names: list[str] | None = None) -> bytes:
    table = pa.Table.from_pylist(rows)
    if names:
        label = {"names": names, "_type": "ClassLabel"}
        info = {"info": {"features": {"image": {"_type": "Image"}, "label": label}}}
        table = table.replace_schema_metadata({b"huggingface": json.dumps(info).encode()})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def made_of(folder: Path, files: dict[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


ONE = [{"image": picture("red", "a.png"), "label": 0}, {"image": picture("blue"), "label": 1}]
TWO = [{"image": picture("lime", "a.png"), "label": 1}, {"image": picture("cyan"), "label": -1}]
NAMES = ["no", "007"]
CARD = """---
dataset_info:
- config_name: small
  features:
  - name: image
    dtype: image
  - name: label
    dtype:
      class_label:
        names:
          '0': no
          '1': 007
configs:
- config_name: large
  data_files: large/*
- config_name: small
  default: true
  data_files:
  - split: train
    path: data/one*
  - split: validation
    path: [data/two*]
---
# About
"""
MIRROR: dict[str, bytes | str] = {
    "data/train-00000-of-00001.parquet": shard(ONE, NAMES),
    "data/test-00000-of-00001.parquet": shard(TWO, NAMES),
}


def labels(dataset: Dataset) -> dict[str, tuple[str, str]]:
    return {record.image_id: (record.label, record.split) for record in dataset}


def test_shards_are_read_with_the_names_of_labels_and_their_splits(tmp_path: Path) -> None:
    dataset = dataset_of(made_of(tmp_path / "set", MIRROR), DataConfig())
    assert labels(dataset) == {
        "train/a.png": ("no", "train"),
        "train/train-00000-of-00001/000001.png": ("007", "train"),
        "test/a.png": ("007", "test"),
    }
    assert dataset.refused == (("test/test-00000-of-00001/000001.png", "its label is empty"),)
    by_name = {record.image_id: record.path.read_bytes() for record in dataset}
    assert by_name["train/a.png"] == png("red")
    assert by_name["test/a.png"] == png("lime")


def test_names_and_configurations_of_the_card(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "README.md": CARD,
        "data/one.parquet": shard(ONE),
        "data/two.parquet": shard(TWO),
        "large/three.parquet": shard([{"image": picture("grey", "z.png"), "label": 5}]),
    }
    folder = made_of(tmp_path / "set", files)
    dataset = dataset_of(folder, DataConfig())
    assert {r.split: r.label for r in dataset} == {"train": "007", "val": "007"}
    assert dataset.labels == ("007", "no")
    assert "The configuration 'small' is read, not 'large'" in dataset.notes[0]
    assert dataset_of(folder, DataConfig(sheet="large")).labels == ("5",)
    with pytest.raises(
        DataError, match=r"no configuration 'huge'; --data\.sheet takes large, small"
    ):
        dataset_of(folder, DataConfig(sheet="huge"))


def test_what_is_known_of_a_label_in_older_forms(tmp_path: Path) -> None:
    feature = {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "Sequence"}
    infos = {"default": {"features": {"tags": feature, "image": {"_type": "Image"}}}}
    rows = [{"image": png("red"), "tags": [0, 1]}, {"image": png("blue"), "tags": [1]}]
    files: dict[str, bytes | str] = {
        "dataset_infos.json": json.dumps(infos),
        "default/partial-train/0000.parquet": shard(rows),
    }
    dataset = dataset_of(made_of(tmp_path / "set", files), DataConfig())
    assert [record.labels for record in dataset] == [("no", "007"), ("007",)]
    assert {record.split for record in dataset} == {"train"}


def test_a_changed_row_is_another_picture_and_the_others_stay(tmp_path: Path, cache: Path) -> None:
    folder = made_of(tmp_path / "set", MIRROR)
    before = {
        r.image_id: (r.path, r.path.stat().st_mtime_ns) for r in dataset_of(folder, DataConfig())
    }
    rows = [ONE[0], {**ONE[1], "image": picture("navy")}]
    made_of(folder, {"data/train-00000-of-00001.parquet": shard(rows, NAMES)})
    after = {
        r.image_id: (r.path, r.path.stat().st_mtime_ns) for r in dataset_of(folder, DataConfig())
    }
    changed = "train/train-00000-of-00001/000001.png"
    assert {name for name in before if before[name] != after[name]} == {changed}
    for path in cache.rglob("*.png"):
        path.unlink()
    again = dataset_of(folder, DataConfig())
    assert {r.image_id: r.path.name for r in again} == {k: p.name for k, (p, _) in after.items()}
    assert all(record.path.is_file() for record in again)


def test_rows_without_a_picture_are_refused_or_lie_beside(tmp_path: Path) -> None:
    rows = [
        {"image": {"bytes": None, "path": "images/a.png"}, "label": "x"},
        {"image": {"bytes": None, "path": "images/b.png"}, "label": "x"},
        {"image": {"bytes": b"", "path": None}, "label": "y"},
        {"image": {"bytes": None, "path": "../../etc/passwd"}, "label": "y"},
        {"image": picture("red", "../c.png"), "label": "y"},
    ]
    files: dict[str, bytes | str] = {"data/x.parquet": shard(rows), "images/a.png": png("red")}
    dataset = dataset_of(made_of(tmp_path / "set", files), DataConfig())
    assert labels(dataset) == {"images/a.png": ("x", ""), "c.png": ("y", "")}
    assert [reason for _, reason in dataset.refused] == [
        "its row holds no picture",
        "its row holds no picture",
        "it lies outside the data set",
    ]


def test_a_broken_shard_is_one_sentence(tmp_path: Path) -> None:
    content = MIRROR["data/train-00000-of-00001.parquet"]
    assert isinstance(content, bytes)
    broken = bytearray(content)
    broken[40:400] = bytes(360)
    files = MIRROR | {"data/train-00000-of-00001.parquet": bytes(broken)}
    with pytest.raises(DataError, match=r"train-00000-of-00001\.parquet cannot be read"):
        dataset_of(made_of(tmp_path / "set", files), DataConfig())


def test_no_room_and_no_right_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made_of(tmp_path / "set", MIRROR)
    monkeypatch.setenv("DIFFMINE_CACHE", str(folder / "README"))
    (folder / "README").write_text("a file")
    with pytest.raises(DataError, match=r"cannot be unpacked into .*DIFFMINE_CACHE names another"):
        dataset_of(folder, DataConfig())
    monkeypatch.undo()
    monkeypatch.setattr("shutil.disk_usage", lambda _: os.terminal_size((0, 0)) and _Full())
    with pytest.raises(DataError, match="where 0 MB are free"):
        dataset_of(folder, DataConfig())


class _Full:
    free = 0


def test_a_new_atlas_notes_where_its_pictures_come_from(tmp_path: Path) -> None:
    dataset = dataset_of(made_of(tmp_path / "set", MIRROR), DataConfig())
    fetched = replace(dataset, title="cars", origin="hf://datasets/me/cars@0123")
    manifest = manifest_of(fetched, DataConfig())
    assert (manifest.title, manifest.source) == ("cars", "hf://datasets/me/cars@0123")
    assert manifest_of(dataset, DataConfig()).title == "set"


def test_an_atlas_is_no_data_set_of_the_hub(tmp_path: Path) -> None:
    folder = made_of(tmp_path / "set", {"atlas.json": "{}", "images.parquet": shard(ONE)})
    with pytest.raises(DataError):
        dataset_of(folder, DataConfig())
    assert not cache_folder().exists()


@pytest.mark.parametrize(
    ("text", "source", "address"),
    [
        ("hf://datasets/me/cars", "", Address("me/cars")),
        ("hf:/datasets/me/cars", "", Address("me/cars")),
        ("hf://datasets/me/cars@v1.0/data/x", "", Address("me/cars", "v1.0", "data/x")),
        ("hf://datasets/me/cars@~parquet", "", Address("me/cars", "refs/convert/parquet")),
        ("hf://datasets/me/cars@refs%2Fpr%2F1", "", Address("me/cars", "refs/pr/1")),
        ("me/cars", "hub", Address("me/cars")),
        ("me/cars", "", None),
        ("pictures", "hub", None),
    ],
)
def test_addresses(text: str, source: str, address: Address | None) -> None:
    assert address_of(text, source) == address


@pytest.mark.parametrize("text", ["hf://me/cars", "hf://datasets/me", "hf://datasets/a/b/../c"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(DataError, match=r"is no data set|leaves the data set"):
        address_of(text, "")


# A hub on this machine

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SERVED: dict[str, bytes] = {
    "README.md": b"# cars",
    "loader.py": b"raise SystemExit('a script of a data set is never run')",
    **{name: content for name, content in MIRROR.items() if isinstance(content, bytes)},
}
ASKS = """
import sys
from diffmine.config import DataConfig
from diffmine.data.sources import dataset_of
from diffmine.errors import DataError
try:
    dataset = dataset_of(sys.argv[1], DataConfig())
    print(len(dataset), dataset.labels, dataset.title, dataset.origin)
    print(sorted(p.name for p in dataset.path.rglob("*") if p.is_file()))
except DataError as error:
    print(error)
"""


class _Hub(Answering):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/datasets/me/cars/revision/"):
            names = [{"rfilename": name} for name in SERVED]
            self.answer({"id": "me/cars", "sha": COMMIT, "siblings": names})
        elif path.startswith("/api/datasets/me/cars/tree/"):
            entries = [
                {"type": "file", "path": name, "size": len(content), "oid": _oid(content)}
                for name, content in SERVED.items()
            ]
            self.answer(entries)
        elif path.startswith(f"/datasets/me/cars/resolve/{COMMIT}/"):
            content = SERVED[path.partition(f"{COMMIT}/")[2]]
            self.send(200, content, ETag=f'"{_oid(content)}"', **{"X-Repo-Commit": COMMIT})
        else:
            code = "RevisionNotFound" if "me/cars" in path else "RepoNotFound"
            self.send(404, b"{}", **{"X-Error-Code": code})

    do_HEAD = do_GET


def _oid(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def asked(address: str, endpoint: str, tmp_path: Path, offline: bool = False) -> str:
    """What a process of its own says of a data set: the Hub's client reads its settings once."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_OFFLINE": "1" if offline else "0",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",
    }
    command = [sys.executable, "-c", ASKS, address]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    ).stdout


def test_it_is_fetched_once_at_a_revision_and_read_without_a_network(
    tmp_path: Path, endpoint: str
) -> None:
    address = "hf://datasets/me/cars"
    told = asked(address, endpoint, tmp_path)
    assert told.splitlines()[0] == (f"3 ('007', 'no') cars hf://datasets/me/cars@{COMMIT}")
    assert "loader.py" not in told
    assert asked(f"{address}@{COMMIT}", endpoint, tmp_path, offline=True) == told
    offline = asked("hf://datasets/me/trams", endpoint, tmp_path, offline=True)
    assert "me/trams is not on this machine, or not whole, and HF_HUB_OFFLINE is set" in offline


def test_what_the_hub_does_not_have_is_one_sentence(tmp_path: Path, endpoint: str) -> None:
    told = asked("hf://datasets/me/trams", endpoint, tmp_path)
    assert told.startswith(f"There is no data set me/trams on {endpoint}, or it is closed to you")
