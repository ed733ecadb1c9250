"""What columns of a table are called in other languages than English, by the field of a record.

Words that mean something else in an English table stand nowhere: "data" is a date in Italian. Case,
spaces and signs do not matter; accents do, so words that are often written without stand twice.
"""

from __future__ import annotations

HEADINGS: dict[str, tuple[str, ...]] = {
    "title": (
        *("titel", "bezeichnung", "objektbezeichnung", "objekttitel", "bildtitel"),
        *("titre", "intitulé", "intitule", "dénomination", "denomination"),
        *("titolo", "denominazione", "título", "titulo", "denominación", "denominacion"),
        *("benaming", "benämning", "benamning"),
    ),
    "creator": (
        *("urheber", "urheberin", "künstler", "künstlerin", "kuenstler", "fotograf", "fotografin"),
        *("photograph", "autor", "autorin", "hersteller"),
        *("auteur", "autrice", "photographe", "artiste", "créateur", "createur", "fabricant"),
        *("autore", "fotografo", "artista", "fabbricante"),
        *("autora", "fotógrafo", "fotógrafa", "fotografa", "fabricante", "creador"),
        *("vervaardiger", "fotograaf", "kunstenaar"),
        *("konstnär", "konstnar", "upphovsman", "tillverkare"),
    ),
    "holder": (
        *("eigentümer", "besitzer", "établissement", "etablissement", "lieu de conservation"),
        *("istituzione", "istituto", "institución", "institucion", "instelling"),
    ),
    "identifier": (
        *("inv. no.", "inventory no.", "accession no."),
        *("inventarnummer", "inventarnr", "inv.-nr.", "signatur", "objektnummer"),
        *("numéro d'inventaire", "numero d'inventaire", "n° d'inventaire", "n° inv", "cote"),
        *("numero di inventario", "segnatura"),
        *("número de inventario", "numero de inventario", "signatura"),
        *("inventarisnummer", "objectnummer", "signatuur"),
        *("inventarienummer", "accessionsnummer", "föremålsnummer"),
    ),
    "rights": (
        *("rechte", "droits", "diritti", "derechos", "rechten", "rättigheter", "rattigheter"),
    ),
    "licence": ("lizenz", "licenza", "licencia", "licentie", "licens"),
    "credit": (
        *("bildnachweis", "fotonachweis", "crédit", "crédits", "credits", "crédit photo"),
        *("crediti", "crédito", "créditos", "creditos", "bronvermelding"),
    ),
    "date": (
        *("datierung", "datum", "entstehungszeit", "entstehungsdatum", "herstellungsdatum"),
        *("datation", "date de création", "date de creation", "datazione"),
        *("fecha", "datación", "datacion", "datering"),
    ),
    "year": ("jahr", "année", "annee", "anno", "año", "jaar", "årtal"),
}
"""The likeliest of each language first; English names (facts.py) go before all of them."""
CONFOUNDS = (
    *("archiv", "bibliothek", "fotograf", "kamera", "sammlung", "standort", "technik"),
    *("archives", "appareil", "atelier", "bibliothèque", "établissement", "fonds", "musée"),
    *("photographe", "archivio", "biblioteca", "collezione", "fotografo", "museo", "tecnica"),
    *("archivo", "cámara", "colección", "fotógrafo", "técnica"),
    *("archief", "collectie", "fotograaf", "arkiv", "samling", "teknik"),
)
"""Columns of which it is looked whether they tell the label."""
