"""What is clearly above a control."""

from diffmine.stages.evaluate.confounds import clearly_above


def test_a_share_is_flagged_when_it_is_clearly_above_the_control() -> None:
    assert clearly_above(0.38, 0.12, 400, 400)
    assert not clearly_above(0.12, 0.38, 400, 400)
    assert not clearly_above(0.38, 0.12, 8, 8)
    assert not clearly_above(0.03, 0.0, 100_000, 100_000)
    assert not clearly_above(1.0, 0.0, 0, 0)
