"""Ways to train: adapters, less memory, held-out images, and what does not fit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from diffmine import config as settings
from diffmine.atlas.health import WORDS, digests_of
from diffmine.atlas.writer import Workspace
from diffmine.config import LARGE_BASE, ModelConfig
from diffmine.errors import ModelError, UsageError
from diffmine.model.bases import Base
from diffmine.model.cost import Cost, How
from diffmine.model.foreign.find import find
from diffmine.model.load import load_checkpoint, load_model
from diffmine.model.model import Model
from diffmine.stages.finetune import fit, train
from diffmine.stages.finetune.held import enough, held_out
from tests.unit.stages.finetune.conftest import Trained


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The random base counts as a large one."""
    monkeypatch.setattr("diffmine.config.finetune.LARGE_BASE", replace(LARGE_BASE, weights=1000))


def weights(atlas: Workspace) -> dict[str, torch.Tensor]:
    model = load_model(atlas.path / "model", "cpu", torch.float32)
    return dict(model.unet.state_dict())


def test_adapters_are_trained_and_the_model_is_base_and_adapters(
    trained: Trained, collected: Path
) -> None:
    """The finished model has the layers of any other, and equals what another program makes of the
    base and the adapters beside it."""
    atlas, _ = trained(lora=3)
    own, base = weights(atlas), load_model(collected / "base", "cpu", torch.float32)
    moved = {name for name, w in base.unet.state_dict().items() if not torch.equal(w, own[name])}
    assert moved
    assert all(re.search(r"attn\d\.to_(q|k|v|out\.0)\.weight$", name) for name in moved)
    adapters = atlas.path / "model" / "pytorch_lora_weights.safetensors"
    with safe_open(adapters, framework="pt") as file:
        assert json.loads(file.metadata()["lora_adapter_metadata"])["unet.lora_alpha"] == 3
        assert all(key.startswith("unet.") for key in file.keys())  # noqa: SIM118
    asked = ModelConfig(model=str(adapters), base=str(collected / "base"))
    again = load_checkpoint(find(asked), "cpu", torch.float32).unet.state_dict()
    for name, weight in own.items():
        torch.testing.assert_close(weight, again[name], atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("layers", ["all", "attention"])
def test_what_is_asked_for_learns(trained: Trained, collected: Path, layers: str) -> None:
    atlas, _ = trained(layers=layers)
    own, base = weights(atlas), load_model(collected / "base", "cpu", torch.float32)
    before = base.unet.state_dict()
    moved = {name for name, weight in own.items() if not torch.equal(weight, before[name].half())}
    attention = {name for name in own if re.search(r"attn\d\.to_(q|k|v|out)", name)}
    assert attention <= moved
    assert (moved == attention) == (layers == "attention")


def test_computing_twice_changes_nothing_but_the_attention_kernel(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, _ = trained("plain", recompute="off")
    monkeypatch.setattr("diffmine.model.training.AttnProcessor2_0", train_plain())
    again, _ = trained("again", recompute="on")
    one, other = (digests_of(atlas.path / "model") for atlas in (plain, again))
    assert all(one[name] == other[name] for name in one if name not in WORDS)


def train_plain() -> Any:
    from diffusers.models.attention_processor import AttnProcessor

    return AttnProcessor


def test_parts_add_up_to_the_whole_step(trained: Trained) -> None:
    whole, _ = trained("whole", precision="no", prompt_rate=1.0)
    parts, _ = trained("parts", precision="no", prompt_rate=1.0, accumulate=4)
    pairs = list(zip(weights(whole).values(), weights(parts).values(), strict=True))
    far = torch.cat([(one - other).abs().flatten() for one, other in pairs])
    # AdamW moves a weight by the rate, 3e-4, whichever sign rounding gives a gradient of nothing.
    assert float((far > 2e-4).float().mean()) < 1e-4
    assert float(far.max()) < 3 * 6e-4
    with pytest.raises(UsageError, match="accumulate 3 does not divide the 4 images"):
        trained("odd", accumulate=3)


@pytest.mark.usefixtures("large")
def test_a_large_base_is_tried_first_and_goes_on_where_it_stopped(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mean lies beside the weights and moves every ten steps, also over a stop."""
    unbroken, _ = trained("unbroken", steps=12, checkpoint=4)
    with monkeypatch.context() as patch:
        patch.setattr(train, "_after", stopping_at(11))
        with pytest.raises(KeyboardInterrupt):
            trained("stopped", steps=12, checkpoint=4)
    stopped, report = trained("stopped", steps=12, checkpoint=4)
    assert (report.done, report.kept) == (4, 8)
    assert digests_of(stopped.path / "model") == digests_of(unbroken.path / "model")


def stopping_at(step: int) -> Any:
    after = train._after

    def stop(training: Any, state: Any, *rest: Any) -> None:
        after(training, state, *rest)
        if state.step == step:
            raise KeyboardInterrupt

    return stop


@pytest.mark.usefixtures("large")
def test_what_does_not_fit_is_refused_before_images_are_encoded(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost(base: Base, how: How) -> Cost:
        each = 100 if how.recompute else 1000
        return Cost(900, 400 if how.lora else 900, each * 10**6, 0)

    monkeypatch.setattr(fit, "cost_of", cost)
    monkeypatch.setattr(fit, "free_memory", lambda device: int(500e6))
    with pytest.raises(ModelError) as error:
        trained("none", recompute="off", accumulate=1)
    assert "needs about 4.0 GB of memory and 0.5 GB can be counted on" in str(error.value)
    assert "--finetune.recompute on (0.4 GB)" in str(error.value)
    monkeypatch.setattr(fit, "free_memory", lambda device: 1_000)
    with pytest.raises(ModelError, match=r"take a smaller --data\.image-size or a larger GPU"):
        trained("none")


def test_as_few_parts_as_fit_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    base = Base("a base", LARGE_BASE.weights, 512, 8, "{}")
    place = fit.Place(base, (64, 64), torch.device("cpu"), "no", rows=12)
    monkeypatch.setattr(fit, "cost_of", lambda base, how: Cost(10, 10, 100, 5))
    for free, parts in ((1500, 1), (700, 2), (250, 6), (130, 12)):
        monkeypatch.setattr(fit, "free_memory", lambda device, free=free: free / fit.SHARE)
        assert fit.parts_of(settings.FinetuneConfig(batch=12), place) == parts
    with pytest.raises(ModelError):
        fit.parts_of(settings.FinetuneConfig(batch=12, accumulate=6), place)


@pytest.mark.usefixtures("large")
def test_a_step_that_runs_out_of_memory_is_one_sentence(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **more: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr(torch.nn.functional, "mse_loss", full)
    with pytest.raises(ModelError, match="needs about"):
        trained("full")


def test_held_out_images_are_measured_and_stop_the_training(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, seen = iter([0.1, 0.3, 0.2, 0.25, 0.4]), []

    def measured(held: Any, model: Model, *rest: Any) -> tuple[float, float]:
        seen.append({name: w.clone() for name, w in model.unet.state_dict().items()})
        return next(values), 0.01

    monkeypatch.setattr(train.HeldOut, "typicality", measured)
    atlas, report = trained("held", steps=8, checkpoint=1, held_out=0.3, patience=2)
    assert report.done == 4
    assert report.figures["held-out typicality"] == 0.3
    told = json.loads((atlas.path / "model" / "training.json").read_text())
    assert [row["step"] for row in told["held_out"]] == [1, 2, 3, 4]
    kept = weights(atlas)
    assert all(torch.equal(kept[name], best.half().float()) for name, best in seen[1].items())
    assert not all(torch.equal(kept[name], last.half().float()) for name, last in seen[3].items())


def test_the_label_helps_with_images_that_look_like_it(trained: Trained) -> None:
    atlas, report = trained("seen", steps=20, checkpoint=20, held_out=0.3)
    told = json.loads((atlas.path / "model" / "training.json").read_text())
    assert [row["step"] for row in told["held_out"]] == [20]
    assert abs(report.figures["held-out typicality"]) < 1


def test_whole_groups_are_held_out_and_no_label_is_lost() -> None:
    names = [f"{k}.png" for k in range(200)]
    groups = [f"g{k // 5}" if k < 150 else "" for k in range(200)]
    labels = ["rare" if k < 5 else "often" for k in range(200)]
    config = settings.FinetuneConfig(held_out=0.3)
    places = held_out(names, groups, labels, config)
    assert 30 < len(places) < 90
    assert {groups[k] for k in places if groups[k]}.isdisjoint(
        groups[k] for k in range(200) if k not in places
    )
    assert {labels[k] for k in range(200) if k not in places} == {"rare", "often"}
    assert places == held_out(names, groups, labels, config)
    assert not held_out(names, groups, labels, settings.FinetuneConfig())


def test_patience_counts_looks_since_the_best() -> None:
    looks = [(step, value, 0.0) for step, value in enumerate([1.0, 3.0, 2.0, 2.5])]
    assert enough(looks, 2)
    assert not enough(looks, 3)
    assert not enough(looks, 0)


def test_the_layers_that_read_the_prompt_learn_at_a_rate_of_their_own(
    trained: Trained, collected: Path
) -> None:
    """The first step of AdamW moves every weight by the rate."""
    atlas, _ = trained(steps=1, ema=0.0, learning_rate=1e-3, prompt_rate=8.0, layers="all")
    own, base = weights(atlas), load_model(collected / "base", "cpu", torch.float32)
    moved: dict[bool, list[float]] = {True: [], False: []}
    for name, weight in base.unet.state_dict().items():
        moved[".attn2." in name] += (own[name] - weight).abs().flatten().tolist()
    rates = {reads: float(torch.tensor(steps).median()) for reads, steps in moved.items()}
    assert rates[False] == pytest.approx(1e-3, rel=0.05)
    assert rates[True] == pytest.approx(8e-3, rel=0.05)
