"""Names are found as people write them, and never one of several."""

from __future__ import annotations

import pytest

from diffmine.data.names import Names

ALL = ("1920s/a.png", "1930s/a.png", "1930s/B.JPEG", "in/deep/c.png", "top.png", "x/Top.png")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("1920s/a.png", ["1920s/a.png"]),
        ("1920S/A.PNG", ["1920s/a.png"]),
        ("a.png", ["1920s/a.png", "1930s/a.png"]),
        ("b.jpg", ["1930s/B.JPEG"]),
        ("1930s/b", ["1930s/B.JPEG"]),
        ("deep/c", ["in/deep/c.png"]),
        ("data/cars/1930s/a.png", ["1930s/a.png"]),
        ("C:/x/in/deep/c.png", ["in/deep/c.png"]),
        ("1940s/a.png", []),
        ("other/c.png", []),
        ("top.png", ["top.png"]),
        ("TOP.png", ["top.png"]),
        ("p.png", []),
        ("", []),
    ],
)
def test_names(name: str, meant: list[str]) -> None:
    assert Names(ALL).find(name) == meant
