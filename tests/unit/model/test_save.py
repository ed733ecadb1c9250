"""A model as it is written."""

import json
from pathlib import Path

from diffmine.model.load import load_model
from diffmine.model.model import Model
from diffmine.model.save import save_model
from diffmine.model.tiny import make_random


def test_settings_of_another_scheduler_are_not_passed_on(tmp_path: Path) -> None:
    folder = make_random(tmp_path / "pndm")
    path = folder / "scheduler" / "scheduler_config.json"
    fields = json.loads(path.read_text())
    path.write_text(json.dumps(fields | {"_class_name": "PNDMScheduler", "skip_prk_steps": True}))
    save_model(load_model(folder, "cpu"), tmp_path / "again", None)
    written = json.loads((tmp_path / "again" / "scheduler" / "scheduler_config.json").read_text())
    assert "skip_prk_steps" not in written
    assert written["_class_name"] == "DDIMScheduler"
    assert written["beta_end"] == fields["beta_end"]


def test_the_schedule_comes_back(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "again", None)
    assert load_model(tmp_path / "again", "cpu").alphas.equal(model.alphas)
