"""diffmine export: what it writes, and what it says when it cannot."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from diffmine.atlas.reader import Atlas
from diffmine.cli import main
from diffmine.export.formats import FORMATS


def run(atlas: Atlas, to: str, out: Path, *more: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["export", str(atlas.path), "--to", to, "--out", str(out), *more])
    return int(stop.value.code or 0)


def test_tables(atlas: Atlas, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(atlas, "csv", tmp_path / "new" / "a.csv") == 0
    assert "480 patches: " in capsys.readouterr().out
    with (tmp_path / "new" / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 480
    more = ("--label", "1900", "--label", "Ж 年", "--kind", "least", "--count", "3")
    assert run(atlas, "parquet", tmp_path / "a.parquet", *more) == 0
    table = pq.read_table(tmp_path / "a.parquet")
    assert table["label"].to_pylist() == ["1900"] * 3 + ["Ж 年"] * 3
    assert set(table["kind"].to_pylist()) == {"least"}


def test_figures(atlas: Atlas, tmp_path: Path) -> None:
    assert run(atlas, "figure", tmp_path / "a.pdf", "--label", "1900", "--count", "2") == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert run(atlas, "figure", tmp_path / "a.png", "--count", "2", "--images") == 0
    assert (tmp_path / "a.png").is_file()
    assert run(atlas, "figure", tmp_path / "b.png", "--label", "1900", "--count", "60") == 0
    assert [each.name for each in sorted(tmp_path.glob("b*"))] == ["b-01.png", "b-02.png"]


def test_pages(atlas: Atlas, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(atlas, "html", tmp_path / "site", "--label", "1900", "--count", "2") == 0
    assert (tmp_path / "site" / "index.html").is_file()
    assert run(atlas, "html", tmp_path / "site", "--count", "1") == 2
    assert "stays" in capsys.readouterr().err
    assert run(atlas, "html", tmp_path / "site", "--count", "1", "--force") == 0
    assert (tmp_path / "site" / "label-04.html").is_file()
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["patches.parquet", "new.csv", "pages", "."])
def test_nothing_is_written_into_an_atlas(
    atlas: Atlas, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")}
    for to in ("csv", "html"):
        assert run(atlas, to, atlas.path / name, "--force") == 2
        assert "lies in the atlas" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in atlas.path.rglob("*")} == before


def test_a_folder_of_something_else_stays(atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("mine")
    assert run(atlas, "html", tmp_path / "mine", "--force") == 2
    assert (tmp_path / "mine" / "index.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("to", "out", "more", "says"),
    [
        ("csv", "there.csv", (), "there.csv is there already"),
        ("csv", ".", ("--force",), "is a folder"),
        ("csv", "a.csv", ("--label", "1066"), "has no label '1066'; it has 1900, "),
        ("csv", "a.csv", ("--count", "0"), "--count is 0"),
        ("figure", "a.gif", (), "a.gif is no name for a figure"),
        ("figure", "a.pdf", ("--count", "120"), "at most 400 patches, not 480"),
        ("figure", "a", (), "let it end in .png or .pdf"),
        ("", "a.csv", (), "There is no format ''"),
        ("word", "a.doc", (), "There is no format 'word'. Choose from csv, parquet, png, pdf, "),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(
    atlas: Atlas,
    tmp_path: Path,
    to: str,
    out: str,
    more: tuple[str, ...],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "there.csv").write_text("mine")
    assert run(atlas, to, tmp_path / out, *more) == 2
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err
    assert [each.name for each in tmp_path.iterdir()] == ["there.csv"]
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_force_replaces_a_file(atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine")
    assert run(atlas, "csv", tmp_path / "a.csv", "--force") == 0
    assert (tmp_path / "a.csv").read_text("utf-8-sig").startswith("patch_id")


def test_as_is_another_name_for_to(atlas: Atlas, tmp_path: Path) -> None:
    out = tmp_path / "boxes.json"
    with pytest.raises(SystemExit) as stop:
        main(["export", str(atlas.path), "--as", "coco", "--count", "3", "--out", str(out)])
    assert not stop.value.code
    assert len(json.loads(out.read_bytes())["annotations"]) == 12


def test_the_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for name, form in FORMATS.items():
        assert f"{name}, {form.help}" in said


def test_png_and_pdf_have_names_of_their_own(atlas: Atlas, tmp_path: Path) -> None:
    assert run(atlas, "png", tmp_path / "a.png", "--label", "1900", "--count", "1") == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert run(atlas, "pdf", tmp_path / "a.pdf", "--label", "1900", "--count", "1") == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
