"""What a model takes on this machine, tried where nobody asked for a training."""

from pathlib import Path

from diffmine.config import ClusterConfig, FinetuneConfig, ModelConfig, TypicalityConfig
from diffmine.model.foreign.find import find
from diffmine.model.probe import measured
from diffmine.model.tiny import make_random


def test_a_finished_model_is_tried_without_a_training(tmp_path: Path) -> None:
    model = find(ModelConfig(model=str(make_random(tmp_path / "model", ("a", "b")))), online=False)
    scoring = TypicalityConfig(draws=4, batch=8)
    rates = measured(model, (32, 32), FinetuneConfig(), scoring, ClusterConfig(noises=1))
    assert FinetuneConfig().batch == 0
    assert rates.step == 0
    assert rates.row > 0
    assert rates.whole
