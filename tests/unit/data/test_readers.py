"""Readers: odd pictures, odd tables, odd names."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine.config import DataConfig
from diffmine.data.image import as_mined, encode_picture
from diffmine.data.readers import read_image
from diffmine.data.sources import dataset_of, open_dataset
from diffmine.errors import DataError, ImageError


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    suffix = "tif" if mode in ("CMYK", "F", "I", "I;16") else "png"
    path = tmp_path / f"a.{suffix}"
    pixels = np.tile(np.arange(256, dtype=np.uint16), (256, 1)) * 200
    ramp = Image.linear_gradient("L").convert("L" if mode == "I;16" else mode)
    (Image.fromarray(pixels) if mode == "I;16" else ramp).save(path)
    picture = read_image(path)
    assert picture.mode == "RGB"
    assert picture.size == (256, 256)
    assert np.ptp(np.asarray(picture)) > 100


def test_exif_turns_a_picture_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert read_image(tmp_path / "a.jpg").size == (20, 40)


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert np.asarray(read_image(tmp_path / "a.png")).min() == 255


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"<svg/>"])
def test_what_is_no_picture_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match=r"^a\.png [^\n]*\.$"):
        read_image(tmp_path / "a.png")


def test_a_text_is_said_to_be_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("<svg/>")
    with pytest.raises(ImageError, match=r"^a\.png is not a picture that can be read\.$"):
        read_image(tmp_path / "a.png")


def test_a_picture_of_several_views_is_read(tmp_path: Path) -> None:
    """As telephones write them: a JPEG with a second one behind it (MPO)."""
    views = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    views[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=views[1:])
    assert read_image(tmp_path / "a.jpg", still=True).size == (8, 6)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (30_000, 30_000)).save(tmp_path / "a.png")
    with pytest.raises(ImageError, match="limit of 64 million"):
        read_image(tmp_path / "a.png")


def test_a_picture_a_little_too_large_is_told_its_size(tmp_path: Path) -> None:
    Image.new("1", (8001, 8000)).save(tmp_path / "a.png")
    with pytest.raises(ImageError, match=r"^a\.png has 8001 x 8000 pixels, over the limit of 64"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("kind", ["gif", "png", "webp"])
def test_what_moves_is_refused_where_a_still_picture_is_asked_for(
    tmp_path: Path, kind: str
) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / f"a.{kind}", save_all=True, append_images=frames[1:])
    assert read_image(tmp_path / f"a.{kind}").size == (8, 8)
    with pytest.raises(ImageError, match="is an animation"):
        read_image(tmp_path / f"a.{kind}", still=True)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (640, 480), (100, 1000), (96, 96)])
def test_mined_pictures_have_their_short_side(size: tuple[int, int]) -> None:
    picture = as_mined(Image.new("RGB", size), 96)
    assert min(picture.size) == 96
    assert all(length % 16 == 0 for length in picture.size)


def test_small_pictures_are_kept_without_loss() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    import io

    for array in (pixels, np.repeat(pixels[..., :1], 3, axis=2)):
        kept = Image.open(io.BytesIO(encode_picture(Image.fromarray(array)))).convert("RGB")
        assert np.array_equal(np.asarray(kept), array)


def table(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (8, 8)).save(folder / "a.png")
    Image.new("RGB", (8, 8)).save(folder / "ü b.png")
    (folder / "metadata.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_table_names_pictures_labels_and_records(tmp_path: Path) -> None:
    folder = table(
        tmp_path / "d", "file_name,decade,year,licence\na.png,1920s,1925,CC0\nü b.png,1910s,x,\n"
    )
    dataset = open_dataset(folder, "decade")
    assert dataset.labels == ("1910s", "1920s")
    first = dataset.records[0]
    assert (first.image_id, first.year, first.licence) == ("a.png", 1925, "CC0")
    assert dataset.records[1].year is None


def test_rows_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    rows = ["a.png,x", "none.png,x", "../../etc/passwd,x", "ü b.png,", ",x", "a\x00.png,x"]
    folder = table(tmp_path / "d", "file_name,label\n" + "\n".join(rows) + "\n")
    dataset = open_dataset(folder)
    assert [r.image_id for r in dataset.records] == ["a.png"]
    assert len(dataset.refused) == 5
    assert any("outside" in reason for _, reason in dataset.refused)


def test_a_missing_column_lists_those_there_are(tmp_path: Path) -> None:
    folder = table(tmp_path / "d", "file_name,label\na.png,x\n")
    with pytest.raises(DataError, match="no column 'decade'; its columns are file_name, label"):
        open_dataset(folder, "decade")


def test_labels_follow_their_numbers(tmp_path: Path) -> None:
    folder = table(tmp_path / "d", "file_name,label\na.png,1000\nü b.png,900\n")
    assert open_dataset(folder).labels == ("900", "1000")


def test_a_limit_chooses_by_name_alone(tmp_path: Path) -> None:
    for number in range(12):
        path = tmp_path / "x" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
    chosen = {r.image_id for r in open_dataset(tmp_path).limited(4)}
    assert len(chosen) == 4
    gone = next(iter({f"x/{k}.png" for k in range(12)} - chosen))
    (tmp_path / gone).unlink()
    assert {r.image_id for r in open_dataset(tmp_path).limited(4)} == chosen


def test_a_table_says_whose_a_picture_is_and_when_it_was_made(tmp_path: Path) -> None:
    head = "file_name,label,Title,Photographer,Institution,Accession Number,Rights,Date\n"
    right = "https://rightsstatements.org/page/NoC-US/1.0/?language=en"
    row = f"a.png,x,A house,B. Maker,The Museum,M 1.2,{right},ca. 1910-1913\n"
    first, bare = open_dataset(table(tmp_path / "d", head + row + "ü b.png,y,,,,,,n.d.\n"))
    assert (first.title, first.creator, first.holder) == ("A house", "B. Maker", "The Museum")
    assert first.identifier == "M 1.2"
    assert first.rights == "http://rightsstatements.org/vocab/NoC-US/1.0/"
    assert first.licensed == "No Copyright - United States"
    assert first.credited == "B. Maker"
    assert (first.date, first.date_first, first.date_last) == ("ca. 1910-1913", 1910, 1913)
    assert first.year == 1911
    assert (bare.date, bare.date_first, bare.date_last, bare.year) == ("n.d.", None, None, None)
    assert bare.rights == bare.licensed == bare.credited == bare.holder == ""


def test_a_licence_is_known_by_its_name_and_a_column_of_dates_is_the_date(tmp_path: Path) -> None:
    text = "file_name,made,licence,rights\na.png,1925,CC BY 4.0,© The Museum\nü b.png,1931,,\n"
    config = DataConfig(label="made", label_width=10)
    first, second = dataset_of(table(tmp_path / "d", text), config)
    assert first.rights == "https://creativecommons.org/licenses/by/4.0/"
    assert first.licence == "CC BY 4.0"
    assert (first.date, first.year, second.date_first) == ("1925", 1925, 1931)
