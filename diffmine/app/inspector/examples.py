"""Search by example: a box drawn by hand in the full screen, and the patches that are most like it.

The answer comes when it comes: by then another patch may be looked at. So the job hands over an
answer alone, and what is shown is made for the view as it then is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from diffmine.app import jobs, words, work
from diffmine.app import texts as shared
from diffmine.app.cache import digest
from diffmine.app.components.wall.wall import patch_wall
from diffmine.app.desk import Desk
from diffmine.app.inspector import texts
from diffmine.app.inspector.films import IMAGE
from diffmine.app.inspector.viewer import takes_examples
from diffmine.app.parts import LAST, Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.view import Refused, View, payload
from diffmine.atlas.similar import read_as
from diffmine.config import ClusterConfig
from diffmine.errors import AtlasError, DiffmineError

COUNT = 24
OWN = "own"
"""The name that seeds the noises of a picture from outside."""
SEARCHES: dict[str, Any] = {
    **jobs.ONE_AT_A_TIME,
    "show_progress": "hidden",
    "trigger_mode": "always_last",
}
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Answer:
    """The patches most like an example of a picture that is `named`, or the `reason` why there are
    none. Each is a change of its own to gradio, whatever it holds."""

    atlas: str
    named: str
    patches: tuple[str, ...] = ()
    reason: str = ""


def box_of(event: gr.EventData, height: int, width: int) -> Box:
    """The box of an event (row, column, height, width) in pixels, inside a picture of that size."""
    given = payload(event, "box")
    try:
        box = np.asarray(given, float)
    except (TypeError, ValueError):
        box = np.zeros(0)
    if box.shape != (4,) or not np.isfinite(box).all() or (box < 0).any():
        raise Refused(texts.BOX_UNREAD)
    row, col, high, wide = box.tolist()
    if min(high, wide) < 1 or row + high > height + 1 or col + wide > width + 1:
        raise Refused(texts.BOX_UNREAD)
    return row, col, high, wide


def asked_image(shelf: Shelf, event: gr.EventData) -> tuple[str, Box]:
    """The image of the atlas that an event is about, and its box."""
    kind, _, name = str(payload(event, "of")).partition(":")
    try:
        record = shelf.atlas.image(name) if kind == IMAGE else None
    except AtlasError:
        record = None
    if record is None:
        raise Refused(shared.NO_SUCH_CHOICE)
    return name, box_of(event, int(record["height"]), int(record["width"]))


def of_image(shelf: Shelf, image_id: str, box: Box) -> Answer:
    """What is most like a box of an image of the atlas."""
    picture = Image.fromarray(shelf.pixels(image_id))
    named = texts.BOX_IN.format(image=image_id)
    return answered(shelf, picture, box, named, image_id, read_as(shelf.atlas, image_id))


def answered(
    shelf: Shelf, picture: Image.Image, box: Box, named: str, seed: str, label: str | None = None
) -> Answer:
    """What is most like a box of a picture, as mined; `seed` is the name that seeds its noises."""
    if shelf.model is None or not takes_examples(shelf):
        return Answer(shelf.key, named, reason=texts.NO_EXAMPLES)
    config = shelf.atlas.configured(ClusterConfig)
    try:
        (feature,) = work.example(str(shelf.model), picture, box, config, seed, label)
    except DiffmineError as error:
        return Answer(shelf.key, named, reason=str(error))
    near = shelf.atlas.neighbours.near(feature, COUNT)
    reason = "" if near else texts.NOTHING_LIKE_IT
    return Answer(shelf.key, named, tuple(name for name, _ in near), reason)


def with_answer(value: Value, shelf: Shelf, answer: Answer) -> Value:
    """A viewer's value with what the full screen shows of an answer."""
    wall = patch_wall(shelf, shelf.atlas.named(answer.patches), size=72, labelled=True)
    like = {"line": answer.reason or texts.LIKE_THE_BOX.format(named=answer.named), "wall": wall}
    return value | {"like": like, "rev": digest(value["rev"], like, id(answer))}


class Examples:
    """The search of one viewer: `find` makes the answer of an event, `value` the viewer's value for
    the view that is then open. `more` are what both are given beside the view."""

    def __init__(
        self,
        desk: Desk,
        find: Callable[..., Answer],
        value: Callable[..., Value],
        *more: Any,
    ) -> None:
        self.desk = desk
        self.find = find
        self.value = value
        self.more = list(more)
        self.answer = gr.State(None)

    def wire(self, viewer: gr.HTML) -> None:
        """Connect a viewer's events example and pick."""
        desk = self.desk
        state: Any = desk.state
        inspector: Any = desk.inspector
        self.viewer = viewer
        viewer.example(self.find, [state, *self.more], [self.answer], **SEARCHES)
        shown = [viewer, *inspector.similar_parts]
        self.answer.change(self.on_answer, [state, self.answer, *self.more], shown, **LAST)
        viewer.pick(desk.on_pick_anywhere, [state], desk.outputs, **LAST)

    def on_answer(self, view: View, answer: Answer | None, *more: Any) -> Updates:
        """An answer: in the full screen, and in the inspector as what is similar."""
        if answer is None or answer.atlas != view.atlas:
            return {self.viewer: gr.skip()}
        shelf = self.desk.shelf(view)
        value = with_answer(self.value(view, *more), shelf, answer)
        line = texts.LIKE_THE_BOX.format(named=words.markdown(answer.named))
        patches = shelf.atlas.named(answer.patches)
        inspector: Any = self.desk.inspector
        shown: Updates = inspector.similar_shown(
            shelf, patches, f"**{line}**" if patches else "", answer.reason
        )
        return {self.viewer: value} | shown
