"""Languages in which dates are read: each is a file here and a line in LANGUAGES."""

from diffmine.data.dates.languages.base import Language
from diffmine.data.dates.languages.de import GERMAN
from diffmine.data.dates.languages.en import ENGLISH
from diffmine.data.dates.languages.es import SPANISH
from diffmine.data.dates.languages.fr import FRENCH
from diffmine.data.dates.languages.it import ITALIAN
from diffmine.data.dates.languages.nl import DUTCH
from diffmine.data.dates.languages.sv import SWEDISH

LANGUAGES: list[Language] = [ENGLISH, GERMAN, FRENCH, ITALIAN, SPANISH, DUTCH, SWEDISH]
"""No text says its language: all are known at once, so no phrase may mean two things."""
