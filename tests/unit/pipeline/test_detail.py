"""At which size pictures are mined where nothing was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from diffmine.config import BuildConfig, DataConfig, FinetuneConfig
from diffmine.data.records import Record
from diffmine.data.sources import open_dataset
from diffmine.model.bases import base_of
from diffmine.pipeline import settle
from diffmine.pipeline.settle import by_base, training_seconds
from diffmine.stages.finetune.fit import Place, operations


@pytest.fixture
def records(tmp_path: Path) -> list[Record]:
    """Five large pictures and two small ones."""
    for number, side in enumerate([400, 420, 380, 500, 401, 32, 40]):
        path = tmp_path / "data" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (side + 60, side), (9 * number, 90, 120)).save(path)
    return list(open_dataset(tmp_path / "data").records)


def _takes(monkeypatch: pytest.MonkeyPatch, coarse: float | None, fine: float | None) -> None:
    times = {64: coarse, 128: fine}
    monkeypatch.setattr(settle, "training_seconds", lambda options, side, images: times[side])


def test_pictures_with_detail_are_mined_where_it_shows(
    records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    _takes(monkeypatch, 120.0, 400.0)
    config, why = by_base(BuildConfig(), 7, 2, records=records)
    assert (config.finetune.base, config.data.image_size) == ("tiny", 128)
    assert why == [
        "The pictures have about 400 pixels on their short side and are mined at 128, for which "
        "training takes about 7 minutes here; --data.image-size 64 takes about 2 minutes here."
    ]


@pytest.mark.parametrize("fine", [9000.0, None])
def test_a_slow_machine_mines_coarsely_and_says_what_more_would_take(
    records: list[Record], monkeypatch: pytest.MonkeyPatch, fine: float | None
) -> None:
    _takes(monkeypatch, 1500.0, fine)
    config, [why] = by_base(BuildConfig(), 7, 2, records=records)
    assert config.data.image_size == 64
    assert "--data.image-size 128 shows finer detail and takes" in why
    assert ("about 2.5 hours here" in why) == (fine is not None)


def test_small_pictures_and_sizes_that_were_asked_for_decide_alone(
    records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle, "training_seconds", None)  # nobody asks how long it takes
    small = [record for record in records if record.path.stem in ("5", "6")]
    config, why = by_base(BuildConfig(), 2, 2, records=small)
    assert (config.data.image_size, why) == (64, [])
    for side in (64, 96, 128):
        asked = BuildConfig(data=DataConfig(image_size=side))
        config, why = by_base(asked, 7, 2, records=records)
        assert (config.data.image_size, why) == (side, [])


def test_an_atlas_keeps_its_size(records: list[Record]) -> None:
    stored = {"finetune": {"base": "tiny"}, "data": {"image_size": 64}}
    config, why = by_base(BuildConfig(), 7, 2, stored=stored, records=records)
    assert (config.data.image_size, why) == (64, [])


def test_a_build_that_was_stopped_before_it_trained_keeps_its_size(records: list[Record]) -> None:
    for side in (64, 128):
        stored = {"data": {"image_size": side}}
        config, why = by_base(BuildConfig(), 7, 2, stored=stored, records=records)
        assert (config.data.image_size, why) == (side, [])


def test_time_is_that_of_a_step_that_was_tried_and_of_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = replace(FinetuneConfig(), base="tiny", steps=50, batch=4, shifts=2)
    monkeypatch.setattr(settle, "_tried", lambda options, side: (0.01 * side / 64, 0.5))
    assert training_seconds(options, 64, 100) == pytest.approx(100 * 2 * 0.01 + 50 * 0.5)
    assert training_seconds(options, 128, 100) == pytest.approx(100 * 2 * 0.02 + 50 * 0.5)


def test_a_step_and_the_encoding_are_really_tried() -> None:
    encode, step = settle._tried(replace(FinetuneConfig(), base="tiny", batch=2, shifts=1), 32)
    assert 0 < encode < step


def test_a_base_that_is_not_there_takes_a_time_that_is_not_known(tmp_path: Path) -> None:
    missing = replace(FinetuneConfig(), base=str(tmp_path / "none"), steps=50)
    assert training_seconds(missing, 64, 100) is None


def test_four_times_the_pixels_take_about_four_times_as_many_operations() -> None:
    base, options = base_of("tiny"), replace(FinetuneConfig(), batch=64)
    assert base is not None
    coarse, fine = (
        operations(options, Place(base, (side, side), torch.device("cpu"), "no", 64))
        for side in (16, 32)
    )
    assert coarse is not None
    assert fine is not None
    assert 2.5 < fine / coarse < 6, "fewer for what is the same at every size, more for attention"
