"""What is said of a race."""

from diffmine.words.race import account

KNOWN = {"given_up": 2300, "tried": 120, "held": 2, "windows": 57.5, "low": 5.0, "high": 135.7}


def test_the_account_of_a_race_says_what_it_has_cost() -> None:
    text = account(KNOWN)
    for part in ("2,300 images were given up", "Of 120 images", "2 hold", "58 patches", "most 136"):
        assert part in text
    assert "None of them was scored in full" in account(KNOWN | {"tried": 0})


def test_of_anything_else_nothing_is_said() -> None:
    assert account({}) == account({"given_up": "many"}) == account(KNOWN | {"low": 0, "held": None})
    assert account({}) == ""
