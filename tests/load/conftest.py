"""A served app over two small atlases, what it says on stderr kept."""

from collections.abc import Iterator

import pytest

from tests.helpers import serving
from tests.load.visitor import Served
from tests.unit.app.make_atlas import make_atlas

SERVE = """
import sys
import gradio as gr
from diffmine.app.page import build, serve
blocks = build(sys.argv[2:])
with blocks:
    gr.Button(visible="hidden", elem_id="nothing").click(lambda: None, None, None, queue=False)
serve(blocks, port=int(sys.argv[1]))
"""
OTHER = ["east", "west"]


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app with a button more, whose handler does nothing."""
    root = tmp_path_factory.mktemp("load")
    make_atlas(root / "shapes")
    make_atlas(root / "other", kind="place", labels=OTHER)
    with serving(root / "shapes", root / "other", log=root / "stderr", code=SERVE) as (address, _):
        yield Served(address, root / "stderr")
