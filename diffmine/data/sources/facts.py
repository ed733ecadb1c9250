"""What a table says of a picture beside its label: title, maker, holder, rights, source."""

from __future__ import annotations

from collections.abc import Mapping

from diffmine.data.rights import rights_of
from diffmine.data.sources.headings import HEADINGS
from diffmine.data.tables.table import LIST, Row, Table

FACTS: dict[str, tuple[str, ...]] = {
    "title": ("title", "object_title", "object_name", "o:title"),
    "creator": ("creator", "author", "photographer", "artist", "maker"),
    "holder": ("holder", "institution", "provider", "holding_institution"),
    "identifier": (
        *("identifier", "accession_number", "accession", "inventory_number", "shelfmark"),
        *("call_number", "object_number"),
    ),
    "source_url": ("source_url", "url", "description_url"),
    "rights": ("rights", "rights_statement", "rights_uri", "licence_url", "license_url"),
    "licence": ("licence", "license", "license_short_name", "permission", "usage_terms"),
    "attribution": ("attribution", "required_statement"),
    "credit": ("credit", "credit_line"),
    "split": ("split", "subset"),
    "generated": ("generated",),
}
"""Fields of a record by the columns that they are read from, the likeliest name first."""
DATED = ("date", "date_first", "date_last")
"""Fields of a record that come from the column of its date."""
_DATE = ("date", "date_text", "date_created", "created", "date_time_original")


def fact_columns(table: Table) -> dict[str, str]:
    """The columns of a table that become fields of a record, by the field."""
    columns = {name: _column(table, name, known) for name, known in FACTS.items()}
    columns["date"] = _column(table, "date", _DATE)
    return {name: column for name, column in columns.items() if column}


def year_column(table: Table) -> str | None:
    """The column of years: one of bare years before one of dates."""
    return table.find("year", "date", *HEADINGS["year"]) or _column(table, "date", _DATE)


def _column(table: Table, name: str, known: tuple[str, ...]) -> str | None:
    """The first of some columns, as it is, as a term of Dublin Core or in another language."""
    terms = (f"{prefix}:{one}" for one in known for prefix in ("dcterms", "dc", "Dublin Core"))
    return table.find(*known) or table.find(*terms) or table.find(*HEADINGS.get(name, ()))


def facts_of(row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    """The fields that a row gives; several values of a cell stand behind one another. Of rights the
    address and the words, wherever of the two columns each was written."""
    facts = {
        name: "; ".join(part.strip() for part in row.get(column, "").split(LIST) if part.strip())
        for name, column in columns.items()
    }
    return facts | rights_facts(facts.get("rights", ""), facts.get("licence", ""))


def rights_facts(rights: str, licence: str = "") -> dict[str, str]:
    """The fields `rights` and `licence` of what a source wrote of them, in one place or in two."""
    one, other = rights_of(rights), rights_of(licence)
    return {"rights": one.address or other.address, "licence": other.words or one.words}
