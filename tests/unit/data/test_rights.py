"""Statements of rights: which addresses and names are known, and that nothing is concluded."""

import pytest

from diffmine.data.rights import STATEMENTS, Rights, rights_of, short_name

INC = "http://rightsstatements.org/vocab/InC/1.0/"
BY = "https://creativecommons.org/licenses/by/4.0/"
ZERO = "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        (INC, INC, "In Copyright"),
        ("https://rightsstatements.org/page/inc/1.0/?language=de", INC, "In Copyright"),
        ("http://creativecommons.org/licenses/by/4.0", BY, "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by/4.0/deed.de", BY, "CC BY 4.0"),
        (f"Free to use: {BY}.", BY, f"Free to use: {BY}."),
        ("CC-BY-4.0", BY, "CC-BY-4.0"),
        ("CC0", ZERO, "CC0"),
        ("CC0-1.0", ZERO, "CC0-1.0"),
        ("CC BY", "", "CC BY"),
        ("CC BY 7.0", "", "CC BY 7.0"),
        ("public domain", "", "public domain"),
        ("OFL-1.1", "", "OFL-1.1"),
        ("© The  Museum", "", "© The Museum"),
        ("", "", ""),
        ("https://museum.example/terms", "https://museum.example/terms", "https://museum.example/terms"),
        ("see https://museum.example/terms", "", "see https://museum.example/terms"),
        ("http://rightsstatements.org/vocab/XYZ/1.0/",) * 2 + ("http://rightsstatements.org/vocab/XYZ/1.0/",),
        ("https://creativecommons.org.evil.example/licenses/by/4.0/",) * 3,
        ("javascript:alert(1)", "", "javascript:alert(1)"),
    ],
)  # fmt: skip
def test_rights_are_what_is_written(text: str, address: str, words: str) -> None:
    assert rights_of(text) == Rights(address, words)


def test_every_statement_has_its_name_and_is_its_own_address() -> None:
    for name, words in STATEMENTS.items():
        address = f"http://rightsstatements.org/vocab/{name}/1.0/"
        assert rights_of(address) == Rights(address, words)
    country = "https://creativecommons.org/licenses/by-nc-sa/3.0/de/"
    assert short_name(country) == "CC BY-NC-SA 3.0 DE"
    assert rights_of("CC BY-NC-SA 3.0 DE").address == country
    assert short_name("https://museum.example/terms") == ""
