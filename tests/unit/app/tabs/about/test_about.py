"""The tab About: limits and credits."""

from typing import Any


def test_about_tells_limits_and_credits(desk: Any) -> None:
    about = desk.panels["about"]
    updates = desk.go(desk.first, "about")
    assert "says nothing about any real decade" in updates[about.text]
    assert ["A. Maker", "CC0-1.0", "36"] in updates[about.credit]["rows"]
    assert updates[about.stages]["rows"][0][2] == "draws 32, t_range 100–700"
