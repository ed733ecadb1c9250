"""What `diffmine info DATA` says: true counts, dates, refused files, what goes with labels."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from diffmine.config import BuildConfig, DataConfig, FinetuneConfig
from diffmine.data.sources import dataset_of
from diffmine.errors import Cancelled, DataError
from diffmine.pipeline.info import cost as cost_module
from diffmine.pipeline.info import look as look_module
from diffmine.pipeline.info import run as run_module
from diffmine.pipeline.info import summary as summary_module
from diffmine.pipeline.info.cost import Costs
from diffmine.pipeline.info.look import look, remembered
from diffmine.pipeline.info.run import info
from diffmine.pipeline.info.summary import LabelRow, Summary, summary_of
from diffmine.pipeline.info.texts import bars, cost_lines, long, short
from diffmine.pipeline.plan import plan


def scene(seed: int, size: tuple[int, int] = (48, 32)) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def configured(**data: Any) -> BuildConfig:
    return BuildConfig(data=DataConfig(image_size=32, **data))


def summed(root: Path, **data: Any) -> Summary:
    config = configured(**data)
    dataset = dataset_of(root, config.data)
    return summary_of(dataset, look(dataset, config.data), config)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of a table: all but one of label x are grey, of one archive and a scanner; a copy
    lies under another label and of another group; one file is broken, one is a bomb of a shape."""
    root = tmp_path_factory.mktemp("planted")
    rows = ["file_name,label,group,year,scanner,sex"]
    for k in range(36):
        label = "xyz"[k % 3]
        grey = label == "x" and k
        picture = scene(k, (48 + 4 * (k % 5), 32))
        (picture.convert("L") if grey else picture).save(root / f"{k:02d}.png")
        scanner = "Epson" if label == "x" else "Agfa"
        rows.append(f"{k:02d}.png,{label},g{k // 2},{1900 + k},{scanner},{'fm'[k % 2]}")
    scene(4, (96, 72)).resize((48, 32)).save(root / "copy.jpg", quality=60)
    (root / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Image.new("L", (2000, 3)).save(root / "long.png")
    rows += ["copy.jpg,z,other,1999,Agfa,f", "broken.png,y,,1920,Agfa,m", "long.png,y,,1920,Agfa,m"]
    rows += ["none.png,y,,1920,Agfa,m"]
    (root / "metadata.csv").write_text("\n".join(rows) + "\n")
    for path in root.iterdir():
        os.utime(path, (1e9, 1e9))
    return root


@pytest.fixture
def _untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is loaded."""
    monkeypatch.setattr(summary_module, "costs", lambda *args: Costs(why="it is a test"))
    monkeypatch.setattr(run_module, "checked", lambda *args, **how: None)


def test_the_counts_are_those_of_the_files(planted: Path) -> None:
    whole = summed(planted, group="group")
    assert whole.images == 37
    assert [(row.label, row.images) for row in whole.labels] == [("x", 12), ("y", 12), ("z", 13)]
    assert whole.labels[0].groups == 12
    names = {name: reason for name, reason in whole.refused}
    assert set(names) == {"none.png", "broken.png", "long.png"}
    assert "too long and thin" in names["long.png"]
    assert (whole.groups.count, whole.groups.most) == (19, 2)
    assert whole.groups.across == tuple(sorted(f"g{k}" for k in range(18)))
    assert whole.files["kind"] == {"PNG": 36, "JPEG": 1}
    assert whole.files["mode"] == {"RGB": 26, "grey": 11}
    assert whole.sizes["short side"].least == whole.sizes["short side"].most == 32
    assert whole.sizes["long side"].most == 64


def test_a_copy_under_another_label_and_group_is_shown(planted: Path) -> None:
    whole = summed(planted, group="group")
    (alike,) = whole.alike
    assert (alike.images, alike.labels) == (("04.png", "copy.jpg"), ("y", "z"))
    assert alike.across_labels
    assert alike.across_groups
    assert not alike.same
    assert any("04.png (y) = copy.jpg (z)" in line for line in short(whole))


def test_what_tells_a_label_is_named_and_what_does_not_is_not(planted: Path) -> None:
    whole = summed(planted)
    strong = {one.name for one in whole.suspects.list if one.strong}
    assert strong == {"mode", "colour", "scanner"}
    lines = "\n".join(short(whole))
    assert "mode: 11 of 12 images of x are stored as grey, of the others 0 of 25" in lines
    assert "scanner: 12 of 12 images of x have scanner Epson, of the others 0 of 25" in lines
    assert "sex" not in lines
    asked = summed(planted, confounds=("sex",))
    assert asked.suspects.tested == whole.suspects.tested + 1
    assert "sex" not in {one.name for one in asked.suspects.list}
    with pytest.raises(DataError, match="no column 'ward'"):
        summed(planted, confounds=("ward",))


def test_pictures_are_looked_at_once(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured()
    dataset = dataset_of(planted, config.data)
    first = look(dataset, config.data)
    asked: list[Path] = []

    def read(paths: list[Path], *rest: Any) -> Any:
        asked.extend(paths)
        return real(paths, *rest)

    real = look_module.read_glances
    monkeypatch.setattr(look_module, "read_glances", read)
    assert look(dataset, config.data) == first
    assert sorted(path.name for path in asked) == ["broken.png", "long.png"]  # not what was seen
    taken = {record.image_id for record in first.records}
    again = remembered(dataset, config.data, lambda name: name not in taken)
    assert again is not None
    assert again.glances == first.glances
    assert remembered(dataset, config.data, lambda name: False) is None
    thin = replace(config.data, image_size=16)
    Image.new("L", (1000, 2)).save(planted / "long.png")
    assert look(dataset, thin).refused[1][1].endswith("too long and thin to be mined.")


def test_a_look_can_be_stopped_and_goes_on(tmp_path: Path) -> None:
    for k in range(9):
        (tmp_path / "ab"[k % 2]).mkdir(exist_ok=True)
        scene(k).save(path := tmp_path / "ab"[k % 2] / f"{k}.png")
        os.utime(path, (1e9, 1e9))
    config = configured()
    dataset = dataset_of(tmp_path, config.data)

    def stop(stage: str, done: int, total: int, unit: str, note: str = "") -> None:
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        look(dataset, config.data, stop)
    begun: list[int] = []
    look(dataset, config.data, lambda stage, done, *rest: begun.append(done))
    assert begun[0] >= 5


def test_every_date_says_what_became_of_it(tmp_path: Path) -> None:
    dates = ["c. 1920", "1920s", "before 1900", "1925", "1925", "n.d.", "banana", "1918-1931"]
    rows = ["file_name,label,date"]
    for k, date in enumerate(dates):
        scene(k).save(tmp_path / f"{k}.png")
        rows.append(f"{k}.png,{'ab'[k % 2]},{date}")
    (tmp_path / "metadata.csv").write_text("\n".join(rows) + "\n")
    noted = {one.text: one for one in summed(tmp_path).phrases}
    assert set(noted) == set(dates)
    assert noted["1925"].count == 2
    assert noted["c. 1920"].years == "1920, about"
    assert noted["1920s"].became == ("1924",)
    assert noted["banana"].reason
    text = "\n".join(long(summed(tmp_path), [], 100, True))
    assert "1 x before 1900: 1900 or before\n" in text, "its picture is not refused"
    assert "1 x banana: not read, since" in text
    binned = summed(tmp_path, label="date", label_width=10)
    became = {one.text: one for one in binned.phrases}
    assert became["1920s"].became == became["c. 1920"].became == ("1920s",)
    assert became["1918-1931"].became == ()
    assert "1910s" in became["1918-1931"].reason
    assert {name for name, _ in binned.refused} == {"2.png", "5.png", "6.png", "7.png"}
    text = "\n".join(long(binned, [], 100, True))
    assert "dates: 7 different texts in 8 rows; 4 give no label" in text
    assert "1 x c. 1920: 1920, about: 1920s" in text
    assert "1 x n.d.: undated" in text


def test_columns_that_nothing_reads_are_named(tmp_path: Path) -> None:
    for k in range(4):
        scene(k).save(tmp_path / f"{k}.png")
    rows = [f"{k}.png,{'ab'[k % 2]},Hut,12.5" for k in range(4)]
    (tmp_path / "metadata.csv").write_text("\n".join(["file_name,label,Titel,Höhe", *rows]))
    whole = summed(tmp_path)
    told = "columns: file_name (picture), label (label), Titel (title); not read: Höhe"
    assert told in long(whole, [], 100, True)
    assert {"column": "Höhe", "read_as": ""} in whole.told()["columns"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_pictures(tmp_path: Path, count: int) -> None:
    for k in range(2):
        (tmp_path / "ab"[k]).mkdir()
        (tmp_path / "ab"[k] / "broken.png").write_bytes(b"no picture")
    for k in range(count):
        scene(k).save(tmp_path / "ab"[k] / f"{k}.png")
    whole = summed(tmp_path)
    assert (whole.images, len(whole.refused)) == (count, 2)
    assert whole.suspects.tested == 0
    assert "nothing could be tested" in "\n".join(long(whole, [], 80, False))
    json.dumps(whole.told())


def test_pictures_that_show_nothing_are_named_and_no_duplicates(tmp_path: Path) -> None:
    for k in range(8):
        (tmp_path / "ab"[k % 2]).mkdir(exist_ok=True)
        Image.new("RGB", (40 + k, 32)).save(tmp_path / "ab"[k % 2] / f"{k}.png")
    whole = summed(tmp_path)
    assert len(whole.plain) == 8
    assert whole.alike == ()
    assert any("show nothing: a/0.png" in line for line in short(whole))


def test_a_fair_set_needs_no_words_before_a_build(tmp_path: Path) -> None:
    for k in range(24):
        (tmp_path / "ab"[k % 2]).mkdir(exist_ok=True)
        scene(k).save(tmp_path / "ab"[k % 2] / f"{k}.png")
    assert short(summed(tmp_path)) == []


@pytest.mark.usefixtures("_untried")
def test_json_and_csv_hold_everything(planted: Path) -> None:
    told = json.loads(info(planted, configured(group="group"), form="json"))
    assert told["images"] == 37
    assert {row["image"] for row in told["refused"]} == {"none.png", "broken.png", "long.png"}
    assert {"text": "1900", "count": 1, "years": "1900", "became": ["1900"], "reason": ""} in told[
        "phrases"
    ]
    assert told["alike"][0]["images"] == ["04.png", "copy.jpg"]
    assert told["suspects"]["list"][0]["p"] <= 0.05
    rows = list(csv.DictReader(io.StringIO(info(planted, configured(), form="csv"))))
    about = [row["about"] for row in rows]
    assert about.count("refused") == 3
    assert about.count("near-duplicate") == 2
    assert about.count("date") == 37
    assert {"about": "label", "name": "x", "count": "12", "became": "", "why": ""} in rows


def test_bars_fit_the_terminal_and_are_in_proportion() -> None:
    rows = [LabelRow("a", 100, 0, 0), LabelRow("日本語", 50, 0, 0), LabelRow("c" * 90, 0, 0, 0)]
    for blocks, sign in ((True, "█"), (False, "#")):
        lines = bars(rows, 80, blocks)
        lengths = [line.count(sign) for line in lines]
        assert lengths[0] > 20
        assert lengths[1] in (lengths[0] // 2, lengths[0] // 2 + 1)
        assert lengths[2] == 0
        assert all(len(line) <= 80 for line in lines)
    many = [LabelRow(f"{k}", 1, 1, 1) for k in range(50)]
    assert bars(many, 80, True)[-1].startswith("  and 10 more labels")


def test_names_do_not_command_the_terminal() -> None:
    rows = (LabelRow("a\x1b[31m\nb", 3, 0, 3),)
    text = "".join(long(Summary("x\x1b]0;y", 3, rows), ["\x07"], 80, True))
    assert not re.search("[\x00-\x1f\x7f]", text)


@pytest.mark.usefixtures("_untried")
def test_a_terminal_without_blocks_gets_signs(
    planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of an old Windows console."""
    old = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", old)
    text = info(planted, configured())
    assert "#" * 10 in text.encode("cp1252").decode("cp1252")
    assert "cost: not known, since it is a test" in text


# Costs


def test_costs_are_sums_of_calls() -> None:
    from diffmine.model.probe import Rates
    from diffmine.pipeline.info.cost import Sample, reckoned

    own = FinetuneConfig().settled(0, 10, 2)
    config = BuildConfig(data=DataConfig(image_size=32), finetune=own)
    rates = Rates("cpu", "float32", 1.0, 0.1, 0.01, 0.005, 0.02, 0.5, 0.03, 1e6, 1000, 5000, 64, 16)
    records = {f"{k}": "ab"[k % 2] for k in range(10)}
    from diffmine.data.records import Dataset, Record

    dataset = Dataset(
        Path(), tuple(Record(n, label, Path()) for n, label in records.items()), ("a", "b")
    )
    spent = {
        one.name: one.seconds
        for one in reckoned(dataset, config, rates, Sample(2.0, 7.0, 9.0)).stages
    }
    assert spent["collect"] == 20
    samples = 6 * 3 * 50 * 0.01  # pictures of three prompts in 25 steps of two predictions
    assert spent["finetune"] == pytest.approx(
        1 + 10 * 4 * 0.1 + own.steps * (0.5 + own.batch * 0.03) + samples
    )
    assert spent["typicality"] == pytest.approx(1 + 10 * 0.1 + 10 * 32 * 2 * 0.01)
    assert spent["cluster"] == pytest.approx(1 + 10 * 0.1 + 10 * 8 * 0.005)
    assert "parallel" not in spent
    trained = reckoned(dataset, config, rates, None, trained=True)
    assert [one.name for one in trained.stages] == ["typicality", "cluster", "translate", "trends"]
    assert trained.working == 0
    whole = reckoned(dataset, config, rates, Sample(2.0, 7.0, 9.0))
    assert whole.working == 10 * 4 * 64 * 2 + 16 * 1000
    twice = reckoned(dataset, config, rates, None, larger=2.0)
    assert twice.stages[1].seconds == pytest.approx(1 + 2 * (10 * 0.1 + 10 * 32 * 2 * 0.01))


def test_a_model_is_tried_once_on_a_machine(
    planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffmine.config import ClusterConfig, TypicalityConfig
    from diffmine.model import probe
    from diffmine.model.tiny import make_random

    monkeypatch.setenv("DIFFMINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(probe, "_FOR", 0.05)
    monkeypatch.setattr(cost_module, "busy_now", lambda: 2.0)
    base = str(make_random(tmp_path / "base"))
    config = BuildConfig(
        data=DataConfig(image_size=32),
        finetune=FinetuneConfig(base=base, batch=4),
        typicality=TypicalityConfig(batch=32),
        cluster=ClusterConfig(batch=32),
    )
    dataset = dataset_of(planted, config.data)
    looked = look(dataset, config.data)
    unknown = cost_module.costs(dataset, looked, config, probe=False)
    assert unknown.stages == ()
    assert "not been tried" in unknown.why
    first = cost_module.costs(dataset, looked, config)
    names = ["collect", "finetune", "typicality", "cluster", "translate", "trends"]
    assert [one.name for one in first.stages] == names
    assert all(one.seconds > 0 for one in first.stages)
    assert first.whole
    unknown = cost_module.costs(dataset, looked, config, probe=False)
    assert unknown.stages == (), "rates beside other work are not kept"
    monkeypatch.setattr(cost_module, "busy_now", lambda: 1.0)
    first = cost_module.costs(dataset, looked, config)
    monkeypatch.setattr(probe, "measured", lambda *args: pytest.fail("it was tried again"))
    again = cost_module.costs(dataset, looked, config, probe=False)
    assert [one.name for one in again.stages] == names[1:]
    assert again.seconds == pytest.approx(sum(one.seconds for one in first.stages[1:]))
    lines = cost_lines(first, 10**9)
    assert lines[0].startswith("cost on this machine: about ")
    assert "1.0 GB are free" in lines[1]
    none = replace(config, finetune=FinetuneConfig(base="nobody/nothing"))
    assert cost_module.costs(dataset, looked, none).why.startswith(
        "nobody/nothing is not on this machine"
    )
    assert "finetune: new" in str(plan(planted, none)), "a plan downloads nothing"
