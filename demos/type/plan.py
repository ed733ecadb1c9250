"""Which face draws which text: the same texts in every era, the fonts of an era in turn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demos.type.draw import Pen, generator
from demos.type.fonts import Face, FontsError
from demos.type.texts import TEXTS, shared_texts


@dataclass(frozen=True)
class Split:
    """One folder of the output and how it is filled."""

    name: str
    fonts: str  # "train" or "test": the column split of the list of fonts
    per_era: int
    singles_share: float  # 0 to 1, of pictures with one letter
    prefix: str  # of the variants, so that no two splits draw the same picture


@dataclass(frozen=True)
class Picture:
    """One picture to draw."""

    face: Face
    text: str
    variant: str

    @property
    def name(self) -> str:
        """Path inside the split's folder; letters as code points, safe on any disk."""
        codes = "-".join(f"{ord(letter):04x}" for letter in self.text)
        face = self.face
        return f"images/{face.era}/{face.era}_{face.font}_{face.weight}_{codes}_{self.variant}.png"


def splits(counts: tuple[int, int, int]) -> tuple[Split, Split, Split]:
    """Train, atlas and test with their numbers of pictures per era."""
    train, atlas, test = counts
    return (
        Split("train", "train", train, 0.65, "t"),
        Split("atlas", "train", atlas, 0.75, "a"),
        Split("test", "test", test, 0.75, "h"),
    )


def plan(split: Split, faces: Sequence[Face], pens: Mapping[str, Pen], seed: int) -> list[Picture]:
    """All pictures of a split, era by era; each era has the same list of texts."""
    eras: dict[str, list[Face]] = defaultdict(list)
    for face in faces:
        if face.split == split.fonts:
            eras[face.era].append(face)
    if not eras:
        raise FontsError(f"The list of fonts has none for the split {split.fonts}.")
    can = {
        face.key: {text for text in TEXTS if pens[face.key].can_draw(text)}
        for members in eras.values()
        for face in members
    }
    common = set(TEXTS)
    for members in eras.values():
        common &= set().union(*(can[face.key] for face in members))
    texts = shared_texts(split.per_era, split.singles_share, common, seed)
    return [
        picture for members in eras.values() for picture in _deal(split, members, can, texts, seed)
    ]


def _deal(
    split: Split,
    members: Sequence[Face],
    can: Mapping[str, set[str]],
    texts: Sequence[str],
    seed: int,
) -> list[Picture]:
    """Deals one era's texts to its faces: even over fonts, then over the weights of a font."""
    by_font, by_face = Counter[str](), Counter[str]()
    by_text = Counter[tuple[str, str]]()
    # One order of chance per text decides ties, so that no font always comes first.
    ties = {
        (face.key, text): generator(seed, split.name, face.key, text).random()
        for face in members
        for text in set(texts)
    }
    pictures = []
    # Texts that few faces have come first, while every face still has room for them.
    for text in sorted(texts, key=lambda text: sum(text in can[face.key] for face in members)):
        face = min(
            (face for face in members if text in can[face.key]),
            key=lambda face: (
                by_font[face.font],
                by_text[face.key, text],
                by_face[face.key],
                ties[face.key, text],
            ),
        )
        variant = f"{split.prefix}{by_text[face.key, text]}"
        pictures.append(Picture(face, text, variant))
        by_font[face.font] += 1
        by_face[face.key] += 1
        by_text[face.key, text] += 1
    return pictures
