"""Why a text gives no year, in words that go on "refused, since ...", and what became of one."""

from __future__ import annotations

EMPTY = "nothing is written"
UNDATED = "it says that it has no date"
LONG = "it is too long for a date"
NO_YEAR = "it holds no year"
SEVERAL = "it holds several dates, and which one is meant is not said"
BACKWARDS = "it ends before it begins"
NO_CENTURY = "a two-digit year does not say its century"
MIXED = "its words do not make one date"
LEADING_DASH = "a dash before a year may mean until it or before Christ; write until or BC"
LIFE = "a range beside other words may be a life; write the date alone"
FROM = "from may mean in that year or since then; write in, since or a range"
PERIOD = "it names a period or a reign, not years"
DAY_NUMBER = "it may be a spreadsheet's number of a day; format the column as dates"
SUPERSCRIPT = "it holds a raised number or a fraction"
ZERO = "the year 0 stands for an unknown one as often as for 1 BC"
OTHER_DATE = "there is a year in the words beside its date"
NUMBERS = "there are numbers beside its date"
TELEPHONE = "it holds a telephone or book number"


def no_word(word: str) -> str:
    if not any(letter.isalnum() for letter in word):
        return f"it has {word!r} where no date has it"
    return f"{word!r} is no word of a date"


def no_day(text: str) -> str:
    return f"there is no day or month {text!r}"


def not_years(number: int) -> str:
    return f"{number} is no year from 1000 to 2099; write AD or BC beside it if it is a year"


def no_decade(number: int) -> str:
    return f"no decade begins with {number}"


def no_such_century(number: int) -> str:
    return f"there is no century {number}"


def no_part(number: int, of: int) -> str:
    return f"there is no part {number} of {of}"


OPEN = "its years have no "
OPEN_BINS = OPEN + "{end}"
NO_PERIOD = "no period holds its years"
PARTLY = "a part of its years is in no period"


SPANS = "its years reach from "


def spans(first: str, last: str) -> str:
    return f"{SPANS}{first} to {last}"


def many(count: int) -> str:
    return f"its years reach over more than {count} labels"


def year(number: int) -> str:
    """A year as people write it: 1920, AD 79, 44 BC."""
    if number > 0:
        return f"{number}" if number >= 1000 else f"AD {number}"
    return f"{1 - number} BC"


def years(first: int | None, last: int | None) -> str:
    """An interval: 1920 to 1929, 1920 or later."""
    if first is None:
        return "any year" if last is None else f"{year(last)} or before"
    if last is None:
        return f"{year(first)} or later"
    return year(first) if first == last else f"{year(first)} to {year(last)}"


def marks(approximate: bool, uncertain: bool) -> str:
    """What follows the years: ", about, uncertain"."""
    return ", about" * approximate + ", uncertain" * uncertain
