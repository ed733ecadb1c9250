"""Which label a picture is most typical of."""

import pytest

from diffmine.app.tabs.inspect.ranking import ranking


@pytest.mark.parametrize(
    ("best", "score", "near", "others", "text"),
    [
        ("1950", (0.0123, 0.0021), ["1940"], 8,
         "Most typical of **1950** (+0.0123 ± 0.0021); 1940 is within the error."),
        ("1950", (0.0123, 0.0021), ["1940", "1960"], 8,
         "Most typical of **1950** (+0.0123 ± 0.0021); 1940 and 1960 are within the error."),
        ("1950", (0.0123, 0.0021), ["a", "b", "c", "d", "e"], 8,
         "Most typical of **1950** (+0.0123 ± 0.0021); a, b, c and 2 others are within the error."),
        ("1950", (0.0123, 0.0021), [], 8,
         "Most typical of **1950** (+0.0123 ± 0.0021); no other label is within the error."),
        ("1950", (0.0123, 0.0021), ["a", "b"], 2,
         "Most typical of **1950** (+0.0123 ± 0.0021), but not clearly: all other labels are "
         "within the error."),
        ("1950", (0.0123, 0.0021), [], 0, "Typical of **1950** (+0.0123 ± 0.0021)."),
        ("1950", (0.0012, 0.0021), ["1940"], 8,
         "Not clearly typical of any label: the highest, 1950, is +0.0012 ± 0.0021."),
        ("1950", (-0.0123, 0.0021), [], 8,
         "Typical of no label: even the highest, 1950, lies below zero (−0.0123 ± 0.0021)."),
        ("<b>*x*", (0.0123, 0.0021), [], 0, "Typical of **&lt;b&gt;\\*x\\*** (+0.0123 ± 0.0021)."),
    ],
)  # fmt: skip
def test_a_ranking_in_a_sentence(
    best: str, score: tuple[float, float], near: list[str], others: int, text: str
) -> None:
    assert ranking(best, score, near, others) == text
