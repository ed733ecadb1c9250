"""What programs may ask of the app: named endpoints, beside the page and independent of it.

They are called by gradio_client or over HTTP, and with `--mcp` an agent finds them as tools.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from gradio.events import api
from pydantic import ValidationError, validate_call

from diffmine.app.api import texts
from diffmine.app.api.endpoints import Endpoints
from diffmine.app.jobs import ONE_AT_A_TIME
from diffmine.app.shelf import Shelf
from diffmine.errors import UsageError

Question = Callable[..., Any]
_SLOT = {name: ONE_AT_A_TIME[name] for name in ("concurrency_id", "concurrency_limit")}
"""Live work waits its turn with that of the page."""


def offer(shelves: Mapping[str, Shelf]) -> None:
    """Add the endpoints to the page that is being built."""
    own = Endpoints(shelves)
    stored: list[Question] = [own.atlases, own.labels, own.patches, own.similar, own.trends]
    for question in stored:
        api(checked(question), queue=False)
    live: list[Question] = [own.score, own.translate]
    for question in live:
        api(checked(question), **_SLOT)


def checked(question: Question) -> Question:
    """The same, refusing values of other types in a sentence: gradio looks at none."""
    validated, signature = validate_call(question), inspect.signature(question)

    @functools.wraps(question)
    def answer(*values: Any) -> Any:
        try:
            return validated(**signature.bind(*values).arguments)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise UsageError(texts.BAD_VALUE.format(name=name, why=first["msg"])) from error

    return answer


__all__ = ["offer"]
