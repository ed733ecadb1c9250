"""Five ways to translate: what each promises, on the random model."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from diffmine.atlas.records import Preview, Translated
from diffmine.config import TranslateConfig
from diffmine.errors import UsageError
from diffmine.live.translate import stream
from diffmine.maths.score import Scoring
from diffmine.model import sample
from diffmine.model.course import INVERTS, Course, calls, courses, settled
from diffmine.model.inject import injected
from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.pixels import to_tensor
from diffmine.model.sample import soft_window
from diffmine.model.schedule import CLEAN
from diffmine.model.tiny import make_random

METHODS = ("pnp", "ddim", "sdedit", "ddpm")
QUICK = TranslateConfig(steps=4, draws=4, preview=1, guidance=3.0)
WINDOW = (8, 12, 12)
HOW = Scoring(draws=QUICK.draws)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = make_random(tmp_path_factory.mktemp("random"), ("a", "b"))
    return load_model(folder, "cpu", torch.float32)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    chance = np.random.default_rng(0)
    return Image.fromarray(chance.integers(0, 256, (32, 40, 3)).astype(np.uint8))


def made(model: Model, picture: Image.Image, targets: list[str], **changes: Any) -> np.ndarray:
    config = replace(QUICK, **changes)
    *_, last = stream(model, picture, WINDOW, targets, config, HOW, "x", "a")
    assert isinstance(last, Translated)
    return np.stack([each.picture for each in last.translations])


def course_of(model: Model, picture: Image.Image, **changes: Any) -> Course:
    config = settled(replace(QUICK, **changes))
    latent = model.encode(to_tensor(picture))
    *_, last = courses(model, latent, ["a"], config, ["x"])
    assert last is not None
    return last


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each call of the model: its rows."""
    counted: list[int] = []
    predict = Model.predict

    def counting(self: Model, rows: torch.Tensor, *given: Any, **how: Any) -> torch.Tensor:
        counted.append(len(rows))
        return predict(self, rows, *given, **how)

    monkeypatch.setattr(Model, "predict", counting)
    return counted


def test_the_first_preview_comes_after_one_step(model: Model, picture: Image.Image) -> None:
    config = replace(QUICK, preview=3)
    told = [s for s in stream(model, picture, WINDOW, ["a", "b"], config, HOW, "x", "a")
            if isinstance(s, Preview)]  # fmt: skip
    before, steps = calls(settled(config))
    shown = [each.step - before for each in told if each.pictures]
    assert shown == [1, 3, steps]


@pytest.mark.parametrize("method", METHODS)
def test_every_call_is_told_and_counted(
    model: Model, picture: Image.Image, method: str, counted: list[int]
) -> None:
    config = replace(QUICK, method=method)
    *told, last = stream(model, picture, WINDOW, ["a", "b"], config, HOW, "x", "a")
    before, steps = calls(settled(config))
    back = steps if method in INVERTS else 0
    assert len(counted) == before + steps + back
    done = before + steps + back + 3
    assert isinstance(last, Translated)
    assert all(isinstance(each, Preview) for each in told)
    assert [each.step for each in told] == sorted(each.step for each in told)
    assert (told[-1].step, told[-1].steps) == (done, done)
    assert np.isnan(last.reconstruction) == (back == 0)


def test_the_paper_prescribes_its_steps() -> None:
    config = settled(TranslateConfig(method="paper", steps=3, guidance=1.0))
    assert calls(config) == (999, 50)
    assert (config.guidance, config.features, config.attention) == (7.5, 0.8, 0.5)


def test_the_course_of_the_paper_stores_the_levels_that_are_sampled(
    model: Model, picture: Image.Image, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffmine.model.course._TOP", 60)  # for 999
    course = course_of(model, picture, method="paper")
    assert counted == [1] * 60
    assert len(course.levels) == 51
    assert (course.levels[0], course.levels[-1]) == (60, CLEAN)
    assert set(course.known) == set(course.levels)


def test_without_injection_pnp_is_ddim(model: Model, picture: Image.Image) -> None:
    plain = made(model, picture, ["b"], features=0.0, attention=0.0)
    assert (plain == made(model, picture, ["b"], method="ddim")).all()
    assert (plain != made(model, picture, ["b"])).any()


def test_edit_friendly_noise_leads_back_to_the_source(model: Model, picture: Image.Image) -> None:
    """Under its own label and without guidance, as the noise was chosen."""
    own = made(model, picture, ["a"], method="ddpm", guidance=1.0)[0]
    back = model.decode(model.encode(to_tensor(picture)))
    expected = ((back + 1) * 127.5).round().clamp(0, 255)[0].permute(1, 2, 0).numpy()
    assert np.abs(own.astype(float) - expected).max() <= 1
    other = made(model, picture, ["b"], method="ddpm", guidance=1.0)[0]
    assert np.abs(other.astype(float) - expected).max() > 1


def test_sdedit_adds_noise_as_diffusers_does(model: Model, picture: Image.Image) -> None:
    course = course_of(model, picture, method="sdedit", strength=0.5, top=980)
    assert course.levels == [490, 245, CLEAN]
    latent = model.encode(to_tensor(picture))
    noise = (course.known[490] - model.alphas[490].sqrt() * latent) / (1 - model.alphas[490]).sqrt()
    for level in (490, 245):
        expected = model.scheduler.add_noise(latent, noise, torch.tensor([level]))
        assert torch.allclose(course.known[level], expected, atol=1e-5)
    assert torch.equal(course.known[CLEAN], latent)


@pytest.mark.parametrize("method", ["sdedit", "ddpm"])
def test_noise_depends_on_the_seed_alone(model: Model, picture: Image.Image, method: str) -> None:
    first, again, other = (
        made(model, picture, ["b"], method=method, seed=seed) for seed in (0, 0, 1)
    )
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("method", ["pnp", "ddim", "sdedit", "ddpm"])
def test_outside_the_window_the_picture_can_be_kept(
    model: Model, picture: Image.Image, method: str
) -> None:
    kept = made(model, picture, ["b"], method=method, keep=True)[0]
    source, outside = np.asarray(picture), soft_window(WINDOW, (32, 40))[0, 0].numpy() == 0
    assert outside.mean() > 0.5
    assert (kept[outside] == source[outside]).all()
    assert (kept[~outside] != source[~outside]).any()
    whole = made(model, picture, ["b"], method=method)[0]
    assert (whole[outside] != source[outside]).any()


def test_the_soft_window() -> None:
    soft = soft_window((8, 12, 16), (32, 40))[0, 0]
    assert (soft[8:24, 12:28] == 1).all()
    assert soft[7, 20] == soft[24, 20] == soft[10, 11] == soft[10, 28] == 0.5
    assert (soft[:6] == 0).all()
    assert (soft[:, 30:] == 0).all()


def test_targets_that_do_not_fit_in_one_call_give_the_same(
    model: Model, picture: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = made(model, picture, ["a", "b", "a"])
    monkeypatch.setattr(sample, "_AREA", 2 * 16 * 20)
    apart = made(model, picture, ["a", "b", "a"])
    assert np.abs(together.astype(int) - apart).max() <= 1
    assert (apart[0] == apart[2]).all()


@pytest.mark.parametrize("area", [None, 4 * 2 * 16 * 20])
@pytest.mark.parametrize("method", METHODS)
def test_several_pictures_in_one_batch_are_each_as_alone(
    model: Model, method: str, area: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a batch ends amid the targets of one picture and begins amid those of another."""
    chance = np.random.default_rng(1)
    pictures = [
        Image.fromarray(chance.integers(0, 256, (32, 40, 3)).astype(np.uint8)) for _ in range(3)
    ]
    config = replace(QUICK, method=method, against="source")
    names, own, targets = ["x", "y", "z"], ["a", "b", "a"], ["a", "b", "a"]
    alone = [
        sample.translated(model, [picture], targets, config, [name], [label])[0]
        for picture, name, label in zip(pictures, names, own, strict=True)
    ]
    if area:
        monkeypatch.setattr(sample, "_AREA", area)
    found = sample.translated(model, pictures, targets, config, names, own)
    assert found.shape == (3, 3, 32, 40, 3)
    assert np.abs(found.astype(int) - np.stack(alone)).max() <= 1
    assert (found[0] != found[1]).any()


def test_the_source_row_is_never_changed(model: Model, picture: Image.Image) -> None:
    latent = model.encode(to_tensor(picture))
    rows, t = torch.cat([latent, latent + 1]), torch.tensor([300, 300])
    plain = model.predict(rows, t, ["A picture.", "A b."])
    with injected(model) as switch, switch.applied():
        switch.features = switch.attention = True
        changed = model.predict(rows, t, ["A picture.", "A b."])
    after = model.predict(rows, t, ["A picture.", "A b."])
    assert torch.equal(changed[0], plain[0])
    assert not torch.equal(changed[1], plain[1])
    assert torch.equal(after, plain)


def test_a_thread_injects_into_its_own_calls_alone(model: Model, picture: Image.Image) -> None:
    """Several patches are translated side by side by one model."""
    latent = model.encode(to_tensor(picture))
    rows, t = torch.cat([latent, latent + 1]), torch.tensor([300, 300])
    words = ["A picture.", "A b."]
    plain = model.predict(rows, t, words)
    with injected(model) as switch, ThreadPoolExecutor(1) as other:
        switch.features = switch.attention = True
        with switch.applied():
            beside = other.submit(model.predict, rows, t, words).result()
            own = model.predict(rows, t, words)
        outside = model.predict(rows, t, words)
    assert torch.equal(beside, plain)
    assert torch.equal(outside, plain)
    assert not torch.equal(own[1], plain[1])


@pytest.mark.parametrize("how", ["cancel", "error"])
def test_no_hook_is_left_behind(
    model: Model, picture: Image.Image, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hooks() -> int:
        return sum(len(module._forward_hooks) for module in model.unet.modules())

    before = hooks()
    job = stream(model, picture, WINDOW, ["b"], QUICK, HOW, "x", "a")
    for _ in range(6):
        next(job)
    assert hooks() > before
    if how == "cancel":
        job.close()  # type: ignore[attr-defined]
    else:
        monkeypatch.setattr(Model, "predict", lambda *given, **how: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            list(job)
    assert hooks() == before


def test_one_target_at_least(model: Model, picture: Image.Image) -> None:
    with pytest.raises(UsageError, match="at least one label"):
        next(stream(model, picture, WINDOW, [], QUICK, HOW, "x"))


def test_a_picture_without_a_label_is_translated_from_the_null_prompt(
    model: Model, picture: Image.Image
) -> None:
    config = replace(QUICK, method="ddpm")
    *_, last = stream(model, picture, WINDOW, ["b"], config, HOW, str(Path("own.png")))
    assert isinstance(last, Translated)


def test_what_is_said_of_a_translation(model: Model, picture: Image.Image) -> None:
    *_, last = stream(model, picture, WINDOW, ["a", "b"], QUICK, HOW, "x", "a")
    assert isinstance(last, Translated)
    own, other = last.translations
    assert own.own is not None
    # Into its own label: both pairs are of the same label and the same draws.
    assert own.own == (own.before, own.after)
    assert other.own is not None
    assert other.own[0] == own.before
    assert -1 <= other.fidelity.outline <= 1
    assert 0 <= other.fidelity.outside <= 255
    assert 0 < last.reconstruction < 255
    *_, last = stream(model, picture, WINDOW, ["b"], QUICK, HOW, "x")
    assert isinstance(last, Translated)
    assert last.translations[0].own is None


def test_away_from_the_source_its_own_label_is_not_guided(
    model: Model, picture: Image.Image
) -> None:
    """e_a + g (e_a - e_a) = e_a, whatever g; under another label g counts."""
    weak, strong = (
        made(model, picture, ["a", "b"], against="source", guidance=g) for g in (1.0, 9.0)
    )
    assert np.abs(weak[0].astype(int) - strong[0]).max() <= 1
    assert np.abs(weak[1].astype(int) - strong[1]).max() > 1
    null = [made(model, picture, ["a"], guidance=g)[0].astype(int) for g in (1.0, 9.0)]
    assert np.abs(null[0] - null[1]).max() > 1


def test_a_picture_without_a_label_is_guided_from_the_null_prompt(
    model: Model, picture: Image.Image
) -> None:
    def of(against: str) -> np.ndarray:
        config = replace(QUICK, against=against)
        *_, last = stream(model, picture, WINDOW, ["b"], config, HOW, "x", None)
        assert isinstance(last, Translated)
        return last.translations[0].picture

    assert np.array_equal(of("source"), of("null"))


def test_the_papers_method_is_guided_from_the_null_prompt() -> None:
    assert settled(TranslateConfig(method="paper", against="source")).against == "null"
