"""The examples in the docstrings of the public calls run, and each call says what it takes."""

import doctest
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import diffmine
from diffmine.config import MineConfig, TranslateConfig
from diffmine.model.tiny import make_random
from tests.helpers import draw_shapes

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the examples take for granted, in a folder with pictures and a model."""
    folder = tmp_path_factory.mktemp("examples")
    draw_shapes(folder / "pictures")
    make_random(folder / "model", ("disc", "square"))
    (folder / "assets").symlink_to(ROOT / "assets")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield {
            "model": diffmine.load_model(folder / "model"),
            "picture": Image.new("RGB", (32, 32), "white"),
            "MineConfig": MineConfig,
            "TranslateConfig": TranslateConfig,
            **{name: getattr(diffmine, name) for name in diffmine.__all__},
        }


@pytest.mark.parametrize("name", diffmine.__all__)
def test_the_example_of_a_public_call_runs(name: str, names: dict[str, Any]) -> None:
    text = inspect.getdoc(getattr(diffmine, name)) or ""
    example = doctest.DocTestParser().get_doctest(text, dict(names), name, None, 0)
    assert example.examples, f"{name} has no example"
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize("name", sorted(set(diffmine.__all__) - {"BuildConfig"}))
def test_a_public_call_says_what_it_takes_returns_and_raises(name: str) -> None:
    call = getattr(diffmine, name)
    text = inspect.getdoc(call) or ""
    for part in ("Args:", "Returns:", "Raises:"):
        assert part in text, f"{name} lacks {part}"
    for parameter in inspect.signature(call).parameters:
        assert f"\n    {parameter}:" in text, f"{name} does not say what {parameter} is"
