"""The model card of a demo says what its training really was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demos.card import write_card

CONFIG = {
    "prompt": "An icon of {label}.", "null_prompt": "An icon.", "null_share": 0.1, "steps": 1500,
    "batch": 16, "learning_rate": 3e-4, "ema": 0.999,
}  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "steps"), [({}, "1,500 steps"), ({"ended_at_step": 1000}, "1,000 of 1,500 steps")]
)
def test_a_training_that_ended_early_says_at_which_step(
    tmp_path: Path, ended: dict[str, int], steps: str
) -> None:
    training = {
        "config": CONFIG, "images": 3000, "labels": ["1990s", "2005"], "device": "cpu",
        "loss_every_20_steps": [0.2, 0.1],
    }  # fmt: skip
    (tmp_path / "training.json").write_text(json.dumps(training | ended))
    test = {"labels": ["1990s", "2005"], "table": [[1, 0], [0, 1]]}
    (tmp_path / "held_out.json").write_text(json.dumps(test))
    write_card(tmp_path, about="", pictures="icons", facts={}, limits="")
    assert f"| training | {steps} of 16," in (tmp_path / "README.md").read_text("utf-8")
