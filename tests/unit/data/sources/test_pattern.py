"""Labels that stand in names: read by a pattern, refused in one sentence, proposed where likely."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from diffmine.config import BuildConfig, DataConfig
from diffmine.data.sources import dataset_of, pattern
from diffmine.errors import DataError
from diffmine.pipeline.info.run import info
from diffmine.words.datasets import lines
from tests.helpers import draw_shapes

Make = Callable[..., Path]
TOWNS = ("1923_paris_001.jpg", "1923_rome_002.jpg", "1931_paris_003.jpg", "1938_rome_004.jpg")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A folder with files of these names; what is in them is not looked at."""

    def made_of(*names: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(b"")
        return tmp_path

    return made_of


def labels(root: Path, named: str, **how: object) -> dict[str, tuple[str, ...]]:
    dataset = dataset_of(root, DataConfig(label_pattern=named, **how))  # type: ignore[arg-type]
    return {r.image_id: r.labels or (r.label,) for r in dataset}


def test_a_name_says_its_label_wherever_it_lies(make: Make) -> None:
    root = make("a/1923_x.jpg", "b/c/1931_y.jpg", "1923_z.png")
    known = labels(root, r"(?P<label>\d{4})_")
    assert known == {
        "a/1923_x.jpg": ("1923",),
        "b/c/1931_y.jpg": ("1931",),
        "1923_z.png": ("1923",),
    }


def test_years_of_names_become_decades_in_their_order(make: Make) -> None:
    how = DataConfig(label_pattern=r"^(?P<label>\d{4})", label_width=10)
    dataset = dataset_of(make(*TOWNS), how)
    assert dataset.labels == ("1920s", "1930s")


def test_a_name_says_its_group_too(make: Make) -> None:
    root = make("p1-front-ill.png", "p1-side-ill.png", "p2-front-well.png")
    how = DataConfig(label_pattern=r"^(?P<group>p\d)-.*-(?P<label>\w+)\.")
    assert [(r.label, r.group) for r in dataset_of(root, how)] == [
        ("ill", "p1"),
        ("ill", "p1"),
        ("well", "p2"),
    ]


def test_names_that_do_not_fit_are_counted_and_named(make: Make) -> None:
    dataset = dataset_of(
        make(*TOWNS, "cover.jpg", "back.jpg"), DataConfig(label_pattern=r"^(?P<label>\d{4})")
    )
    assert len(dataset) == 4
    line = "2 refused: its name does not fit --data.label-pattern (back.jpg, cover.jpg)."
    assert line in lines(dataset)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("(?P<label>", "cannot be read: missing"),
        (r"(\d+)", "has no group named label"),
        ("x" * 600, "over 500 letters"),
        (r"^(?P<label>[A-Z]+)_", "None of 4 names of pictures fits .* '1923_paris_001.jpg'"),
        ("^(?P<label>)1", "None of 4 names"),
        ("(?P<label>a{99999999999999999999})", "cannot be read"),
    ],
)
def test_a_pattern_that_is_none_is_one_sentence(make: Make, named: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as error:
        labels(make(*TOWNS), named)
    assert str(error.value).rstrip(".").count(". ") == 0


def test_a_pattern_that_takes_for_ever_is_refused(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern, "SECONDS", 1.0)
    root = make("a" * 60 + ".jpg", "b.jpg")
    with pytest.raises(DataError, match="takes over 1 seconds on 2 names"):
        labels(root, r"^(?P<label>(a+)+)!")


@pytest.mark.parametrize("other", [{"label": "x"}, {"group": "x"}, {"source": "cardb"}])
def test_another_way_to_tell_labels_beside_it_is_refused(make: Make, other: dict[str, str]) -> None:
    with pytest.raises(DataError, match="leave one of the two away"):
        labels(make(*TOWNS), r"(?P<label>\d{4})", **other)
    with pytest.raises(DataError, match="leave one of the two away"):
        dataset_of("https://example.org/manifest", DataConfig(label_pattern="(?P<label>x)"))


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (TOWNS, {"1923", "1931", "1938"}),
        (
            [f"IMG-{what}-{n:04d}.png" for n in range(4) for what in ("pneumonia", "normal")],
            {"pneumonia", "normal"},
        ),
        ([f"{n:03d} {what}.png" for n in range(4) for what in ("oak", "elm")], {"oak", "elm"}),
    ],
)
def test_what_is_proposed_for_loose_pictures_reads_them(
    make: Make, names: list[str], known: set[str]
) -> None:
    root = make(*names)
    with pytest.raises(DataError, match=r"--data\.label-pattern '") as error:
        info(root, BuildConfig())
    proposed = str(error.value).partition("--data.label-pattern '")[2].partition("'")[0]
    assert {label for own in labels(root, proposed).values() for label in own} == known


def test_nothing_is_proposed_for_names_that_say_nothing(make: Make) -> None:
    with pytest.raises(DataError) as error:
        dataset_of(make("a1.jpg", "b2.jpg", "IMG_0001.jpg", "IMG_0002.jpg"), DataConfig())
    assert "label-pattern" not in str(error.value)


def test_pictures_of_such_names_are_looked_at(tmp_path: Path) -> None:
    for path in draw_shapes(tmp_path / "shapes").rglob("*.png"):
        path.rename(tmp_path / f"{path.parent.name}-{path.name}")
    how = DataConfig(label_pattern="^(?P<label>[a-z]+)-", image_size=32)
    text = info(tmp_path, BuildConfig(data=how), form="csv")
    assert "label,disc,6" in text
