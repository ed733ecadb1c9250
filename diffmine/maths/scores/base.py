"""What a measure is: a kind of score map that an atlas can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diffmine.config import TypicalityConfig


@dataclass(frozen=True)
class Recipe:
    """How one map is made: the loss under prompt `base` less that under prompt `prompt`, by their
    places among an image's prompts, of which the first is the null prompt.

    With `squared` the squared difference of the two predictions instead; with `band` only from
    the draws whose timestep lies in [low, high). `name` is the score under which it is kept.
    """

    name: str
    base: int
    prompt: int
    squared: bool = False
    band: tuple[int, int] | None = None


@dataclass(frozen=True)
class Measure:
    """A kind of score map. It makes maps by `recipes`, from the configuration and the number of
    labels an image is scored under; `knows` the names of the scores that are its own, and says in
    a word or two (`title`) and in a sentence what such a map shows. Its maps stand in `folder`."""

    name: str
    knows: Callable[[str], bool]
    title: Callable[[str], str]
    sentence: Callable[[str], str]
    recipes: Callable[[TypicalityConfig, int], Sequence[Recipe]]
    folder: str = "maps"
