"""Labels are looked at before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from diffmine.config import BuildConfig, DataConfig, FinetuneConfig
from diffmine.data.records import Dataset, Record
from diffmine.errors import DataError, ModelError, UsageError
from diffmine.model.load import load_model
from diffmine.model.prompts import Prompts
from diffmine.model.save import save_model
from diffmine.model.tiny import make_random
from diffmine.pipeline.labels import checked


def labelled(*labels: str) -> Dataset:
    records = tuple(Record(f"{k}.png", label, Path()) for k, label in enumerate(labels))
    return Dataset(Path("data"), records, labels)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random(tmp_path_factory.mktemp("base"))


PAIRS = [
    ("Mass", "mass"),
    ("1920s", " 1920S"),
    ("a  b", "a b"),
    ("x" * 190 + "1", "x" * 190 + "2"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_labels_of_equal_tokens_are_refused(base: Path, one: str, other: str) -> None:
    config = BuildConfig(finetune=FinetuneConfig(base=str(base)))
    with pytest.raises(ModelError, match="are one prompt") as error:
        checked(labelled("z", one, other), config)
    assert repr(one) in str(error.value)
    assert repr(other) in str(error.value)


def test_other_labels_are_not(base: Path) -> None:
    config = BuildConfig(finetune=FinetuneConfig(base=str(base)))
    dataset = labelled("Café", "Cafe", "1920s", "1930s")
    assert checked(dataset, config) is dataset


def test_a_label_that_says_what_no_label_says_is_refused(base: Path) -> None:
    options = FinetuneConfig(base=str(base), prompt="A {label}.", null_prompt="A picture.")
    with pytest.raises(ModelError, match="'Picture' and no label are one prompt"):
        checked(labelled("x", "Picture"), BuildConfig(finetune=options))


def test_the_prompts_of_a_trained_model_are_looked_at(base: Path, tmp_path: Path) -> None:
    prompts = Prompts("y" * 100 + "{label}", "A.", ("a", "b"), (32, 32))
    save_model(load_model(base, "cpu"), tmp_path / "model", prompts)
    with pytest.raises(ModelError, match="'a' and 'b' are one prompt"):
        checked(labelled("a", "b"), BuildConfig(), str(tmp_path / "model"))


def test_one_label_alone_is_nothing_to_train_on(base: Path) -> None:
    config = BuildConfig(finetune=FinetuneConfig(base=str(base)))
    with pytest.raises(DataError, match="has one label alone, 'images'"):
        checked(labelled("images"), config)
    assert checked(labelled("images"), config, str(base))


def test_a_size_that_models_do_not_take_is_refused() -> None:
    with pytest.raises(UsageError, match=r"20 is no multiple of 16, .* take 16 or 32"):
        checked(labelled("a", "b"), BuildConfig(data=DataConfig(image_size=20)))
