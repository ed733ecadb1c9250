"""An atlas goes to a hub on this machine and comes back; every table of it opens elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from diffmine.atlas.health import files_of, health
from diffmine.atlas.reader import open_atlas
from tests.unit.app.make_atlas import make_atlas
from tests.unit.pipeline.hub import Hub
from tests.unit.pipeline.hub import hub as running

ROOT = Path(__file__).parents[3]
CARS = ROOT / "assets" / "atlases" / "cars"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running() as server:
        yield server


def diffmine(hub: Hub, home: Path, *words: str, code: str = "", **more: str) -> tuple[int, str]:
    """A command, or some code, in a process of its own: the Hub's client reads its settings once.
    Its status, and what it says."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_TOKEN": "hf_me",
        **more,
    }
    command = [sys.executable, *(["-c", code] if code else ["-m", "diffmine", *words])]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def content(folder: Path) -> dict[str, bytes]:
    names = files_of(open_atlas(folder).manifest)
    return {name: (folder / name).read_bytes() for name in names}


def test_an_atlas_goes_and_comes_back_byte_for_byte(hub: Hub, tmp_path: Path) -> None:
    make_atlas(tmp_path / "shapes")
    (tmp_path / "shapes" / "note.txt").write_text("mine")
    code, told = diffmine(hub, tmp_path / "home", "push", str(tmp_path / "shapes"), "me/shapes")
    assert code == 0, told
    assert "with 40 pictures" in told
    assert hub.closed["me/shapes"], "pictures may belong to others"
    commit, files = hub.commits["me/shapes"][-1]
    assert len(hub.commits["me/shapes"]) == 2, "all of it is one commit"
    assert f"diffmine pull me/shapes@{commit}" in told
    assert files.keys() - {"README.md", ".gitattributes"} == content(tmp_path / "shapes").keys()

    out = tmp_path / "back"
    code, told = diffmine(hub, tmp_path / "other", "pull", f"me/shapes@{commit}", "--out", str(out))
    assert code == 0, told
    assert content(out) == content(tmp_path / "shapes")
    assert not health(open_atlas(out)).foreign
    code, told = diffmine(hub, tmp_path / "other", "pull", "me/shapes", "--out", str(out))
    assert code == 2
    assert "holds something else and stays" in told


def test_a_later_one_takes_the_place_of_the_earlier(hub: Hub, tmp_path: Path) -> None:
    hub.create("me/cars")
    old = {"atlas.json": b"{}", "maps/part-9.parquet": b"", "README.md": b""}
    hub.commits["me/cars"].append(("a" * 40, old))
    code, told = diffmine(hub, tmp_path, "push", str(CARS), "me/cars", "--public")
    assert code == 0, told
    assert "Its model stays where it is" in told
    _, files = hub.commits["me/cars"][-1]
    assert "maps/part-9.parquet" not in files
    assert "maps/part-00000.parquet" in files


def test_what_cannot_be_pushed_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    make_atlas(tmp_path / "shapes")
    atlas = str(tmp_path / "shapes")
    hub.create("me/pictures")
    hub.commits["me/pictures"].append(("b" * 40, {"train.csv": b""}))
    for words, more, sentence in [
        (("me/pictures",), {}, "me/pictures holds a data set that is no atlas (train.csv"),
        (("me/new",), {"HF_TOKEN": "hf_you"}, "does not let you write to me/new"),
        (("a b",), {}, "a b is no name of a repository; write OWNER/NAME."),
        (("me/new",), {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set"),
    ]:
        code, told = diffmine(hub, tmp_path / "home", "push", atlas, *words, **more)
        assert code == 2
        assert sentence in told
        assert "Traceback" not in told
    (tmp_path / "shapes" / "patches.parquet").write_bytes(b"broken")
    code, told = diffmine(hub, tmp_path / "home", "push", atlas, "me/new")
    assert "1 files of" in told
    assert "me/new" not in hub.commits


def test_what_cannot_be_pulled_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    hub.create("me/pictures")
    make_atlas(tmp_path / "shapes")
    names = content(tmp_path / "shapes")
    hub.create("me/half")
    hub.commits["me/half"].append(("c" * 40, names | {"patches.parquet": b"other"}))
    out = str(tmp_path / "out")
    for name, sentence in [
        ("me/none", "There is no data set me/none"),
        ("me/pictures", "me/pictures is no atlas: it has no atlas.json."),
        ("me/half", "me/half is not whole on the Hub: patches.parquet"),
        ("me/half@v9", "me/half has no revision 'v9'"),
    ]:
        code, told = diffmine(hub, tmp_path / "home", "pull", name, "--out", out)
        assert code == 2
        assert sentence in told
        assert not Path(out).exists()


# Every table opens elsewhere


def front(text: str) -> dict[str, Any]:
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    assert match
    return dict(yaml.safe_load(match[1]))


def test_duckdb_reads_every_table_that_the_card_names(tmp_path: Path) -> None:
    from diffmine.export.push import card

    for folder in (CARS, make_atlas(tmp_path / "shapes").path):
        atlas = open_atlas(folder)
        configs = front(card(atlas.manifest, "me/cars"))["configs"]
        assert configs[0] == {
            "config_name": "patches", "data_files": "patches.parquet", "default": True
        }  # fmt: skip
        named = [str(folder / config["data_files"]) for config in configs]
        with duckdb.connect() as database:
            for config, pattern in zip(configs, named, strict=True):
                (rows,) = database.sql(f"SELECT count(*) FROM '{pattern}'").fetchall()[0]
                table = database.sql(f"SELECT * FROM '{pattern}'").to_arrow_table()
                assert rows == table.num_rows, config
        parquet = [name for name in atlas.manifest.artefacts if name.endswith(".parquet")]
        covered = {path for pattern in named for path in Path("/").glob(pattern[1:])}
        assert {folder / name for name in parquet} == covered


def test_duckdb_finds_the_best_patches_of_a_label() -> None:
    best = open_atlas(CARS).patches("1950s")[0]
    query = (
        f"SELECT patch_id, typicality FROM '{CARS}/patches.parquet' "
        "WHERE label = '1950s' AND kind = 'top' ORDER BY typicality DESC LIMIT 1"
    )
    with duckdb.connect() as database:
        ((name, typicality),) = database.sql(query).fetchall()
    assert typicality == pytest.approx(best.typicality)
    assert name == best.patch_id


def test_tables_of_pictures_say_that_they_hold_pictures(tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "shapes")
    for name in ("images.parquet", "translations/part-00000.parquet"):
        metadata = pq.read_schema(atlas.path / name).metadata
        assert json.loads(metadata[b"huggingface"])["info"]["features"]["image"] == {
            "_type": "Image"
        }
