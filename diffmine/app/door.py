"""The one way by which errors leave the app: whatever a handler raises becomes a sentence.

gradio answers `{"error": null}` to what it does not know, prints a traceback of it, and of events
outside its queue the page shows no error at all: components/page/told.js does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from diffmine.app import texts
from diffmine.app.log import log
from diffmine.app.view import Refused
from diffmine.errors import DiffmineError


def one_door(blocks: gr.Blocks) -> None:
    """Let every event of a page answer with a sentence where it cannot answer otherwise."""
    read, process = blocks.preprocess_data, blocks.process_api
    folders: list[Path] = getattr(blocks, "diffmine_folders", [])

    async def preprocess_data(*values: Any, **how: Any) -> Any:
        # gradio would answer with what a component says of a value, which repeats the value.
        try:
            return await read(*values, **how)
        except Exception as error:  # from any component; what a handler raises is not caught here
            raise Refused(texts.NOT_READ) from error

    async def process_api(*values: Any, **how: Any) -> Any:
        try:
            return await process(*values, **how)
        except Refused as error:
            log.refused(texts.LOG_EVENT, _who(how.get("request")))
            raise error from None
        except gr.Error:
            raise
        except Exception as error:
            raise gr.Error(sentence(error, folders), print_exception=False) from None

    blocks.preprocess_data = preprocess_data  # type: ignore[method-assign]
    blocks.process_api = process_api  # type: ignore[method-assign]


def sentence(error: Exception, folders: Sequence[Path] = ()) -> str:
    """What a person is told of an error; what is no fault of theirs is logged under a number. Where
    the atlases' folders stand on the server is nobody's business: of each only the name is told."""
    if isinstance(error, DiffmineError):
        text = str(error)
        for folder in folders:
            text = text.replace(str(folder), folder.name)
        return text
    number = log.fault(error)
    text = texts.FILE_FAULT if isinstance(error, OSError) else texts.FAULT
    return text.format(number=number)


def _who(request: Any) -> str:
    """The user or the address of a request of gradio."""
    client = getattr(request, "client", None)
    return str(getattr(request, "username", None) or getattr(client, "host", None) or "")
