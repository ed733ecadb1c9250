"""Columns of tables in other languages: what is known of a picture is kept with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from diffmine.config import DataConfig
from diffmine.data.records import Dataset
from diffmine.data.sources import dataset_of
from diffmine.data.sources.facts import FACTS
from diffmine.data.sources.headings import HEADINGS
from diffmine.data.tables import PICTURE_COLUMNS
from diffmine.data.tables.table import folded
from diffmine.errors import DataError


def dataset(folder: Path, head: str, row: str, code: str = "utf-8", **how: object) -> Dataset:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (16, 16), "grey").save(folder / name)
    text = f"{head}\n{row.format('a')}\n{row.format('b')}\n"
    (folder / "objects.csv").write_bytes(text.encode(code))
    return dataset_of(folder, DataConfig(**how))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("Inv.-Nr.;Bild;Bezeichnung;Material;Höhe (cm);Datierung;Fotografin;Lizenz", "cp1252"),
        ("Cote;Fichier;Titre;Matière;Hauteur;Datation;Photographe;Licence", "utf-8-sig"),
        ("N. inv.;Immagine;Titolo;Materia;Altezza;Datazione;Autore;Licenza", "utf-8"),
        ("Inventarisnummer;Beeld;Titel;Materiaal;Hoogte;Datering;Vervaardiger;Licentie", "utf-8"),
    ],
)
def test_a_record_is_kept_in_its_language(tmp_path: Path, head: str, code: str) -> None:
    row = "V 1/3;{0}.png;Hut {0};Filz;12,5;um 1900;Eva Groß;CC BY 4.0"
    one = dataset(tmp_path, head, row, code, label=head.split(";")[3]).records[0]
    assert (one.title, one.identifier, one.creator) == ("Hut a", "V 1/3", "Eva Groß")
    assert (one.date, one.year, one.licence) == ("um 1900", 1900, "CC BY 4.0")


def test_what_each_column_is_read_as_is_known(tmp_path: Path) -> None:
    head = "Bild;Titel;Material;Höhe;Standort"
    assert dataset(tmp_path, head, "{0}.png;Hut;Filz;1;A", label="material").columns == (
        ("Bild", "picture"),
        ("Titel", "title"),
        ("Material", "label"),
        ("Höhe", ""),
        ("Standort", "possible confound"),
    )


def test_english_names_and_the_dates_of_labels_go_first(tmp_path: Path) -> None:
    head = "file;entstanden;Datum;title;Titel"
    how = {"label": "entstanden", "label_width": 10}
    one = dataset(tmp_path, head, "{0}.png;1890;2019;Hat;Hut", **how).records[0]
    assert (one.labels, one.date, one.year, one.title) == (("1890s",), "1890", 1890, "Hat")


def test_no_word_has_two_meanings() -> None:
    words = [folded(word) for words in HEADINGS.values() for word in words]
    english = {folded(word) for words in FACTS.values() for word in words}
    assert len(words) == len(set(words))
    assert not {*words} & {*english, *map(folded, PICTURE_COLUMNS)}


def test_labels_are_either_periods_or_so_many_years(tmp_path: Path) -> None:
    (tmp_path / "eras.csv").write_text("name,from,to\nold,,1913\n")
    how = {"label": "Datierung", "label_width": 10, "label_periods": str(tmp_path / "eras.csv")}
    with pytest.raises(DataError, match="either named periods or so many years"):
        dataset(tmp_path, "Bild;Datierung", "{0}.png;1890", table="objects.csv", **how)
