"""Labels and scores as codes.

A label whose name is a concept of the standard's list of chest findings (PS3.16 CID 6102), letter
for letter, has that code; every other has one of our own: a code that means nearly the same is
another diagnosis.
"""

from __future__ import annotations

import hashlib
from functools import cache

from highdicom.content import AlgorithmIdentificationSequence
from highdicom.sr.coding import CodedConcept
from pydicom.sr.codedict import codes

from diffmine.export.dicom.maker import MAKER, Maker
from diffmine.export.dicom.reference import short
from diffmine.version import __version__

SCHEME = "99DIFFMINE"
TYPICALITY = CodedConcept("typicality", SCHEME, "Typicality")
ERROR = CodedConcept("typicality-se", SCHEME, "Standard error of typicality")
NO_UNIT = CodedConcept.from_code(codes.UCUM.NoUnits)


def finding(label: str) -> CodedConcept:
    """The code of a label."""
    known = _standard().get(label.casefold())
    if known is not None:
        return known
    value = hashlib.sha256(label.encode()).hexdigest()[:16]
    return CodedConcept(value, SCHEME, short(label) or "label")


@cache
def _standard() -> dict[str, CodedConcept]:
    concepts = codes.cid6102.concepts.values()
    return {code.meaning.casefold(): CodedConcept.from_code(code) for code in concepts}


def algorithm(maker: Maker) -> AlgorithmIdentificationSequence:
    """What made a result, as an image says it."""
    parameters = {name: short(text, 200) for name, text in maker.parameters.items()}
    family = codes.cid7162.ArtificialIntelligence
    return AlgorithmIdentificationSequence(
        f"{MAKER} typicality", family, __version__, source=MAKER, parameters=parameters
    )
