"""The recipe of the type data set, without the network: fonts are built here."""

from __future__ import annotations

import csv
import io
import re
import string
import tarfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from PIL import ImageFont

from demos.type import fonts, recipe
from demos.type.draw import CAP_HEIGHT, MARGIN, SIZE, Pen, draw, generator
from demos.type.fonts import Face, FontsError, read_faces
from demos.type.plan import Picture, Split, plan, splits
from demos.type.texts import TEXTS, shared_texts

ERAS = {"1450", "1540", "1757", "1800", "1830", "1900", "1927", "1957", "1985"}
LETTERS = string.ascii_letters + string.digits + "&?"


def _font(cap: int = 700, without: str = "", caps_only: bool = False, wide: int = 1) -> bytes:
    """A TTF of boxes, as wide as their letter's place in the alphabet asks; 1,000 units an em."""
    boxes = {".notdef": (100, 0, 300), "space": (0, 0, 0)}
    for index, letter in enumerate(LETTERS):
        low, high = (0, cap) if not letter.islower() else (-cap // 4, 2 * cap // 3)
        boxes[f"u{ord(letter):04x}"] = (cap * (40 + index) // 100 * wide, low, high)
    cmap = {ord(letter): f"u{ord(letter):04x}" for letter in LETTERS if letter not in without}
    if caps_only:
        cmap |= {ord(small): cmap[ord(small.upper())] for small in string.ascii_lowercase}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(boxes))
    builder.setupCharacterMap(cmap)
    glyphs = {}
    for name, (width, low, high) in boxes.items():
        pen = TTGlyphPen(None)
        if high > low:
            pen.moveTo((0, low))
            for point in ((0, high), (width, high), (width, low)):
                pen.lineTo(point)
            pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (box[0] + 50, 0) for name, box in boxes.items()})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _face(era: str, font: str, weight: int = 400, split: str = "train") -> Face:
    return Face(
        era, "a style", font, f"@fontsource/{font}", "1.2.3",
        f"files/{font}-latin-{weight}-normal.woff2", weight, "OFL-1.1", "Copyright A", split,
    )  # fmt: skip


def _ink(grey: np.ndarray) -> np.ndarray:
    """Where there is more ink than paper: (96, 96), true or false."""
    return grey < (int(grey.max()) + int(grey.min())) / 2


def _height(grey: np.ndarray) -> int:
    rows = np.flatnonzero(_ink(grey).any(axis=1))
    return int(rows[-1] - rows[0] + 1)


# 1. The list of fonts


def test_every_era_has_fonts_to_train_and_to_test() -> None:
    of_split: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for face in read_faces():
        of_split[face.split][face.era].add(face.font)
    assert set(of_split["train"]) == set(of_split["test"]) == ERAS
    assert min(len(members) for members in of_split["train"].values()) >= 8
    assert min(len(members) for members in of_split["test"].values()) >= 2


def test_a_font_has_one_era_one_split_one_style_and_a_credit() -> None:
    faces = read_faces()
    kinds = {(face.font, face.era, face.split, face.npm_package, face.version) for face in faces}
    assert len(kinds) == len({face.font for face in faces})
    assert len({(face.era, face.style) for face in faces}) == len(ERAS)
    assert {face.licence for face in faces} <= {"OFL-1.1", "Apache-2.0", "MIT", "UFL"}
    assert all(face.credit.strip() for face in faces)
    assert all(face.file.endswith(f"-latin-{face.weight}-normal.woff2") for face in faces)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("font", "../up"), ("file", "files/../../x.woff2"), ("npm_package", "--registry=x"),
        ("version", "latest"), ("weight", "bold"), ("era", "../.."), ("split", "both"),
    ],
)  # fmt: skip
def test_cells_that_are_no_plain_names_are_refused(tmp_path: Path, column: str, cell: str) -> None:
    rows = [_row()]
    rows[0][column] = cell
    with pytest.raises(FontsError, match=rf"fonts\.csv:2: {column} "):
        read_faces(_table(tmp_path, rows))


def test_a_face_listed_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FontsError, match="listed twice: boxes-400"):
        read_faces(_table(tmp_path, [_row(), _row()]))


def _row() -> dict[str, str]:
    return {name: str(getattr(_face("1927", "boxes"), name)) for name in fonts.COLUMNS}


def _table(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "fonts.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, fonts.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


# 2. Fetching


def test_without_npm_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(FontsError, match=r"^npm was not found: install Node\.js"):
        fonts.fetch(fonts.FONTS_CSV, tmp_path)


def test_only_the_wanted_members_leave_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    face = _face("1927", "boxes")
    woff2 = TTFont(io.BytesIO(_font()), recalcTimestamp=False)
    woff2.flavor = "woff2"
    packed = io.BytesIO()
    woff2.save(packed)
    calls = []

    def pack(spec: str, cache_dir: Path) -> Path:
        calls.append(spec)
        members = {
            "../evil": b"", "package/run.js": b"",
            "package/LICENSE": b"Copyright A", f"package/{face.file}": packed.getvalue(),
        }  # fmt: skip
        with tarfile.open(cache_dir / "package.tgz", "w:gz") as tar:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return cache_dir / "package.tgz"

    monkeypatch.setattr(fonts, "_npm_pack", pack)
    table = _table(tmp_path, [_row()])
    for _ in range(2):
        found = fonts.fetch(table, tmp_path / "cache")
    names = sorted(path.name for path in (tmp_path / "cache").iterdir())
    assert names == ["boxes-1.2.3.LICENSE.txt", "boxes-400-1.2.3.ttf"]
    assert calls == ["@fontsource/boxes@1.2.3"], "what is there is not fetched again"
    assert Pen(found["boxes-400"]).can_draw("Rag")
    assert not (tmp_path / "evil").exists()


# 3. Drawing


@pytest.mark.parametrize("cap", [300, 700, 950])
@pytest.mark.parametrize("text", ["H", "HI", "HIE"])
def test_cap_height_is_that_of_the_number_of_letters(cap: int, text: str) -> None:
    grey = np.asarray(draw(Pen(_font(cap)), text, generator(0)))
    assert abs(_height(grey) - CAP_HEIGHT[len(text)]) <= 1


def test_a_real_font_and_boxes_are_of_one_height() -> None:
    real = ImageFont.load_default(20)
    assert isinstance(real, ImageFont.FreeTypeFont)
    pens = [Pen(real.font_bytes), Pen(_font(400))]
    tall = [_height(np.asarray(draw(pen, "H", generator(0)))) for pen in pens]
    assert abs(tall[0] - tall[1]) <= 1


@pytest.mark.parametrize("wide", [1, 4])
def test_ink_keeps_clear_of_the_edges(wide: int) -> None:
    pen = Pen(_font(wide=wide))
    places = set()
    for number in range(60):
        text = TEXTS[number * 2]
        grey = np.asarray(draw(pen, text, generator(number)), dtype=int)
        inner = np.zeros((SIZE, SIZE), dtype=bool)
        inner[MARGIN:-MARGIN, MARGIN:-MARGIN] = True
        # Reducing leaves a haze around ink; 25 grey values are far from ink (200 and more).
        assert (grey.max() - grey[~inner]).max() < 25, text
        assert 245 <= grey[0, 0] <= 255
        assert grey.min() <= 40
        places.add(int(np.flatnonzero(_ink(grey).any(axis=1))[0]))
    assert len(places) > 5, "the place varies"


def test_the_same_seed_draws_the_same_bytes() -> None:
    def drawn(*seed: object) -> bytes:
        return draw(Pen(_font()), "Rag", generator(*seed)).tobytes()

    assert drawn(0, "jost", 400, "Rag", "t0") == drawn(0, "jost", 400, "Rag", "t0")
    others = {drawn(0, "jost", 400, "Rag", f"t{number}") for number in range(5)}
    assert len(others) == 5


def test_missing_letters_and_small_letters_like_capitals_are_left_out() -> None:
    assert Pen(_font()).can_draw("Qua")
    assert not Pen(_font(without="Q")).can_draw("Qua")
    caps = Pen(_font(caps_only=True))
    assert caps.can_draw("H")
    assert not caps.can_draw("h")
    assert not caps.can_draw("He")


# 4. The plan


def test_texts_go_round_evenly_with_their_share_of_single_letters() -> None:
    texts = shared_texts(1300, 0.65, set(TEXTS), seed=0)
    times = Counter(texts)
    assert len(texts) == 1300
    assert sum(len(text) == 1 for text in texts) == 845
    for kind in (
        [times[text] for text in TEXTS if len(text) == 1],
        [times[text] for text in TEXTS if len(text) > 1],
    ):
        assert max(kind) - min(kind) <= 1


def test_eras_share_texts_and_fonts_share_eras() -> None:
    faces = [_face("1900", "one"), _face("1900", "two"), _face("1900", "two", 700)]
    faces += [_face("1957", "three"), _face("1957", "four"), _face("1957", "five", split="test")]
    pens = {face.key: Pen(_font()) for face in faces} | {"four-400": Pen(_font(without="Qx&"))}
    pictures = plan(splits((260, 10, 10))[0], faces, pens, seed=0)
    texts = {era: Counter(p.text for p in pictures if p.face.era == era) for era in ERAS}
    assert texts["1900"] == texts["1957"]
    assert Counter(p.face.font for p in pictures) == dict.fromkeys(
        ("one", "two", "three", "four"), 130
    )
    assert Counter(p.face.key for p in pictures)["two-700"] == 65
    assert len({p.name for p in pictures}) == 520
    assert not any(set("Qx&") & set(p.text) for p in pictures if p.face.font == "four")


def test_splits_never_name_the_same_picture() -> None:
    faces, pens = [_face("1900", "one")], {"one-400": Pen(_font())}
    names = [{p.name for p in plan(s, faces, pens, 0)} for s in splits((130, 70, 1))[:2]]
    assert not names[0] & names[1]


# 5. The files


def test_a_split_holds_its_pictures_and_their_table(tmp_path: Path) -> None:
    faces, pens = [_face("1900", "one")], {"one-400": Pen(_font())}
    split = Split("train", "train", 20, 0.5, "t")
    pictures = plan(split, faces, pens, seed=0)
    recipe.write_split(tmp_path, split, pictures, pens, seed=0)
    with (tmp_path / "train" / "metadata.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == recipe.METADATA
    files = {str(p.relative_to(tmp_path / "train")) for p in tmp_path.rglob("*.png")}
    assert {row["file_name"] for row in rows} == files
    assert len(rows) == 20
    pattern = re.compile(r"images/1900/1900_one_400_[0-9a-f]{4}(-[0-9a-f]{4}){0,2}_t\d\.png")
    assert all(pattern.fullmatch(row["file_name"]) for row in rows)
    assert {row["group"] for row in rows} == {"one"}


def test_a_split_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    pens = {"one-400": Pen(_font())}
    split = Split("train", "train", 20, 0.5, "t")
    pictures = [*plan(split, [_face("1900", "one")], pens, 0)]
    pictures.append(Picture(_face("1900", "gone"), "A", "t0"))
    with pytest.raises(KeyError):
        recipe.write_split(tmp_path, split, pictures, pens, seed=0)
    assert list(tmp_path.iterdir()) == []


def test_a_split_that_exists_is_kept_unless_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "old.txt").touch()
    with pytest.raises(SystemExit, match="exists already: use --force to replace it"):
        recipe.main(["--out", str(tmp_path), "--cache", str(tmp_path / "none")])
    assert (tmp_path / "train" / "old.txt").exists()

    faces = [_face("1900", "one"), _face("1900", "two", split="test")]
    font = tmp_path / "boxes.ttf"
    font.write_bytes(_font())
    monkeypatch.setattr(recipe, "read_faces", lambda path: faces)
    monkeypatch.setattr(
        recipe, "fetch", lambda path, cache, progress: {face.key: font for face in faces}
    )
    recipe.main(["--out", str(tmp_path), "--force", "--counts", "9,6,3"])
    found = Counter(path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.png"))
    assert found == {"train": 9, "atlas": 6, "test": 3}
    assert not (tmp_path / "train" / "old.txt").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["atlas", "boxes.ttf", "test", "train"]


@pytest.mark.parametrize("counts", ["1,2", "0,1,1", "a,b,c"])
def test_counts_that_are_no_three_numbers_are_refused(counts: str) -> None:
    with pytest.raises(SystemExit):
        recipe.main(["--out", "unused", "--counts", counts])
