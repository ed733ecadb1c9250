"""diffmine sensitivity in a terminal: its cost, its words, a stop, mistakes in one sentence."""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from diffmine import cli
from diffmine.atlas.sensitivity import Sensitivity, read_sensitivity
from diffmine.atlas.writer import open_workspace
from diffmine.config import DataConfig, MineConfig, TypicalityConfig
from diffmine.data.sources import open_dataset
from diffmine.model.tiny import make_random
from diffmine.pipeline.build import collect, create_workspace, manifest_of
from diffmine.pipeline.models import use_model
from diffmine.stages.mine import run as mine
from diffmine.stages.typicality import run as typicality
from diffmine.words import sensitivity as words
from tests.helpers import LABELS, draw_shapes

QUICK = ("--images", "3", "--top", "3", "--bootstrap", "20")


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sensitivity")
    dataset = open_dataset(draw_shapes(root / "data", 4))
    atlas = create_workspace(root / "atlas", manifest_of(dataset, DataConfig()))
    with atlas.hold():
        collect(atlas, dataset, DataConfig(image_size=32))
        use_model(atlas, str(make_random(root / "model", LABELS)))
        typicality.run(atlas, TypicalityConfig(draws=8, bands=2, precision="fp32"))
        mine.run(atlas, MineConfig(windows=(8,), per_image=2, per_label=9))
    return root / "atlas"


@pytest.fixture
def atlas(mined: Path, tmp_path: Path) -> Path:
    """An atlas of one's own: what a test scores in it is no other test's."""
    shutil.copytree(mined.parent / "model", tmp_path / "model")
    return Path(shutil.copytree(mined, tmp_path / "atlas"))


def code_of(*tokens: object) -> int:
    with pytest.raises(SystemExit) as stop:
        cli.main(["sensitivity", *map(str, tokens)])
    return int(stop.value.code or 0)


def test_a_dry_run_says_what_it_costs_and_does_nothing(
    atlas: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffmine.model import probe

    monkeypatch.setattr(probe, "_FOR", 0.05)
    assert code_of(atlas, "--dry-run", "--t-ranges", "400-700", "--seeds", 2, *QUICK) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "6 images are mined again in 3 ways"
    assert lines[1].endswith(
        "put together from bands that the atlas keeps; the model is not called"
    )
    # 6 images, 8 draws, the label and the null prompt
    assert lines[2:4] == [f"  seed {n}: 96 predictions of the UNet" for n in (1, 2)]
    assert lines[4].startswith("cost on this machine: about ")
    assert read_sensitivity(open_workspace(atlas)) is None


def test_the_terminal_tells_figures_patches_and_what_they_mean(
    atlas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "figures.csv"
    assert code_of(atlas, "--csv", table, *QUICK) == 0
    said = capsys.readouterr().out
    for part in (
        "Mined again, 6 images of 2 labels: beside timesteps 100-700, seed 0, 8 draws",
        "The first patches of disc",
        "timesteps 100-400, kept bands",
        "seed 1, 8 new draws",
        "only the draws are others, so this is their sampling error.",
        "Kept bands are a part of the atlas's own draws",
        "score again: 6 done",
    ):
        assert part in said
    assert said.count("= disc/") >= 3  # the atlas's own patches at least
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == ["disc"] * 3 + ["square"] * 3 + ["mean of labels"] * 3
    assert {row["verdict"] for row in rows if row["variant"] == "seed 1"} == {"sampling alone"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--t-ranges", "700-100"), "'700-100' is not LOW-HIGH"),
        (("--t-ranges", "100-700"), "100-700 are the timesteps that"),
        (("--top", "0"), "greater than or equal to 1"),
    ],
)
def test_mistakes_are_one_sentence(
    atlas: Path, options: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(atlas, *options) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def row(**figures: Any) -> dict[str, Any]:
    known = {"variant": "timesteps 0-500", "label": "a", "top": 10, "of": 40, "n": 9}
    names = ("chance", "halves_overlap", "halves_images", "halves_windows")
    known |= dict.fromkeys(names, 0.5)
    for name in ("overlap", "below", "images", "windows"):
        known |= {name: 0.5, f"{name}_low": 0.4, f"{name}_high": 0.6}
    return known | figures


@pytest.mark.parametrize(
    ("figures", "verdict", "sentence"),
    [
        ({"below_high": -0.01}, "differs by more than the draws", "of 1 labels 1 differ by more"),
        ({"below_high": 0.02}, "within what the draws explain", "no label differs by more than"),
        ({"below": None, "below_high": None}, "no second seed to judge it by", "without a second"),
    ],
)
def test_a_difference_inside_the_sampling_error_is_said_to_be_so(
    figures: dict[str, Any], verdict: str, sentence: str
) -> None:
    own = {"preset": "paper", "t_range": [100, 700], "seed": 0, "draws": 100}
    variant = {"name": "timesteps 0-500", "t_range": [0, 500], "seed": 0, "draws": 100, "new": True}
    rows = [row(**figures), row(label="", **figures)]
    result = Sensitivity({}, own, [variant], {"a": 9}, rows)
    assert words.verdict(result, rows[0]) == verdict
    assert sentence in words.summary(result)[0]
