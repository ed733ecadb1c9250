"""Boxes around outlines of SVG, as annotation tools write them."""

import pytest

from diffmine.data.svg import edges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<svg><polygon points="10,20 40,25 30,60"></polygon></svg>', (10, 20, 40, 60)),
        ("<svg xmlns='x'><polygon points='1 2, 3 4 ,5 1'/></svg>", (1, 1, 5, 4)),
        ('<svg:rect x="5" y="6.5" width="10" height="1e1"/>', (5, 6.5, 15, 16.5)),
        ('<circle cx="10" cy="10" r="4"/>', (6, 6, 14, 14)),
        ('<ellipse cx="10" cy="10" rx="4" ry="2"/>', (6, 8, 14, 12)),
        ('<path d="M10 20 L40 20 L40 60 Z"/>', (10, 20, 40, 60)),
        ('<path fill="none" d="m10,20h30v40h-30z m5,5 l1,1"/>', (10, 20, 40, 60)),
        ('<path d="M0 0 C 0 8 8 8 8 0"/>', (0, 0, 8, 6)),
        ('<path d="M-1-2.5.5.5"/>', (-1, -2.5, 0.5, 0.5)),
        ('<path d="M0,0A5,5 0 0 1 10,0"/>', (0, 0, 10, 0)),
        ('<polygon points="0,0 1,1"/><rect x="5" y="5" width="1" height="2"/>', (0, 0, 6, 7)),
    ],
)
def test_the_box_around_a_shape(text: str, expected: tuple[float, ...]) -> None:
    assert edges(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "<svg/>", "<path d=''/>", '<polygon points="here"/>', "\0"])
def test_what_is_no_shape_has_none(text: str) -> None:
    assert edges(text) is None
