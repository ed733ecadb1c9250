"""The benchmark of a GPU runs: nothing else calls it."""

import pytest

from benchmarks import gpu


def test_the_small_model_is_timed_and_scores_beside_the_plain_procedure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = gpu.small(["a", "b"], 32)
    images = gpu.pictures(2, 32)
    gpu.unet_rates(model, (4, 16, 16), 1e12, (32,))
    gpu.scoring(model, images, 1e12, 32)
    gpu.plain_scoring(model, images[0])
    told = {line.split(":")[0].strip() for line in capsys.readouterr().out.splitlines()}
    plain = "plain, 100, torch.float32"
    assert {"batch 32", "ours, 100 of the paper", "ours, 32 of ours", plain} <= told
