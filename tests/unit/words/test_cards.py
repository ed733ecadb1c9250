"""The card of a finetuned model says what it was made of, how, and what it does not know."""

from __future__ import annotations

from typing import Any

from diffmine.words.cards import LIMITS, card

FIGURES: dict[str, Any] = {
    "config": {
        "base": "base",
        "prompt": "A {label}.",
        "null_prompt": "A.",
        "steps": 400,
        "seed": 3,
    },
    "images": 1200,
    "labels": ["1920s", "a|b", "<script>"],
    "device": "cpu",
    "loss_every_20_steps": [1.0] * 10 + [0.5] * 10,
}
PROMPTS = ("A {label}.", "A.")


def test_it_says_data_licences_settings_and_limits() -> None:
    text = card("cars", PROMPTS, FIGURES, ["CC0"] * 3 + [None, "CC BY"], limits=("Drawn by hand.",))
    assert "| licences | CC0: 3, not said: 1, CC BY: 1 |" in text
    assert "| steps | 400 |" in text
    assert "| seed | 3 |" in text
    assert "1,200 pictures" in text
    assert "`A {label}.`" in text
    assert all(f"- {line}" in text for line in ("Drawn by hand.", *LIMITS))
    assert "(samples.png)" in text


def test_names_of_labels_end_no_cell_and_are_no_markup() -> None:
    text = card("cars", PROMPTS, FIGURES, [])
    assert r"| labels | 1920s, a\|b, &lt;script> |" in text
    assert "<script" not in text


def test_the_curve_is_the_mean_of_each_tenth_of_the_run() -> None:
    text = card("cars", PROMPTS, FIGURES, [])
    assert "| 0 to 10 % | 1.0000 |" in text
    assert "| 90 to 100 % | 0.5000 |" in text
    short = card("cars", PROMPTS, FIGURES | {"loss_every_20_steps": []}, [], samples=False)
    assert "too short for one" in short
    assert "None were drawn." in short


def test_held_out_pictures_are_said_where_they_were_measured() -> None:
    held = [{"step": 100, "typicality": 0.001, "se": 0.0002}]
    text = card("cars", PROMPTS, FIGURES | {"held_out": held}, [])
    assert "| 100 | +0.00100 ± 0.00020 |" in text
