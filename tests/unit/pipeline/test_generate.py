"""Labelled folders of pictures that a model makes: right, resumed, read by a build."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diffmine import cli
from diffmine.config import DataConfig
from diffmine.data.sources import dataset_of
from diffmine.live import samples as module
from diffmine.live.samples import Sampling, samples
from diffmine.model.ddim import sample
from diffmine.model.load import load_model
from diffmine.model.pixels import to_arrays
from diffmine.model.tiny import make_random

LABELS = ("1920s", "red / blue", "red _ blue")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("generate") / "model", LABELS)


def generate(model: Path, out: Path, *more: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(["generate", str(model), "--out", str(out), "--steps", "2", *more])
    assert isinstance(end.value.code, int)
    return end.value.code


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pixels(out: Path) -> dict[tuple[str, str], np.ndarray]:
    shown = {}
    for row in rows(out):
        with Image.open(out / row["file_name"]) as picture:
            shown[row["label"], row["seed"]] = np.asarray(picture.convert("RGB"), dtype=np.int16)
    return shown


@pytest.fixture(scope="module")
def whole(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    assert generate(model, out, "--per-label", "3", "--seed", "7") == 0
    return out


def test_every_label_has_its_pictures_and_they_are_said_to_be_generated(whole: Path) -> None:
    assert sorted((row["label"], row["seed"]) for row in rows(whole)) == [
        (label, seed) for label in sorted(LABELS) for seed in ("7", "8", "9")
    ]
    assert {row["credit"].split(" by ")[0] for row in rows(whole)} == {"generated"}
    assert len({row["file_name"] for row in rows(whole)}) == 9
    for row in rows(whole):
        with Image.open(whole / row["file_name"]) as picture:
            assert "generated" in picture.info["Comment"].lower()


def test_a_picture_is_what_the_model_samples(model: Path, whole: Path) -> None:
    loaded = load_model(model)
    prompt = loaded.trained_prompts().of("1920s")
    size = loaded.trained_prompts().image_size
    alone = to_arrays(sample(loaded, [prompt], size, 2, 3.0, [8]))[0].astype(np.int16)
    assert np.abs(alone - pixels(whole)["1920s", "8"]).max() <= 1


def test_a_build_reads_them(whole: Path) -> None:
    dataset = dataset_of(whole, DataConfig())
    assert set(dataset.labels) == set(LABELS)
    assert len(dataset) == 9
    assert not dataset.refused


def test_what_is_lost_or_was_not_reached_is_made_as_at_first(
    model: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AREA", 3 * 2 * 8 * 8)  # a seed a call
    out = tmp_path / "out"
    assert generate(model, out, "--per-label", "2", "--seed", "7") == 0
    (out / rows(out)[0]["file_name"]).unlink()
    assert generate(model, out, "--per-label", "3", "--seed", "7") == 0
    again, first = pixels(out), pixels(whole)
    assert again.keys() == first.keys()
    assert max(np.abs(again[key] - first[key]).max() for key in first) <= 1


def test_what_is_there_is_not_made_again(model: Path, whole: Path) -> None:
    loaded = load_model(model)
    how = Sampling(loaded.trained_prompts().image_size, 2)
    assert list(samples(loaded, LABELS, range(3), how, lambda label, seed: False)) == []
    before = {path: path.stat().st_mtime_ns for path in (whole / "pictures").iterdir()}
    assert generate(model, whole, "--per-label", "3", "--seed", "7") == 0
    assert before == {path: path.stat().st_mtime_ns for path in (whole / "pictures").iterdir()}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--label", "1930s"), "knows no label '1930s'"),
        (("--guidance", "-1"), "--guidance is -1"),
        (("--size", "65", "64"), "sides are multiples of"),
        (("--per-label", "0"), "--per-label is at least 1"),
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    words: str,
) -> None:
    assert generate(model, tmp_path / "out", *more) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_pictures_made_otherwise_are_not_mixed(
    model: Path, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(model, whole, "--per-label", "3", "--guidance", "7.5") == 2
    assert "made otherwise" in capsys.readouterr().err
    assert generate(model, whole.parent, "--per-label", "1") == 2
    assert "holds something else" in capsys.readouterr().err
