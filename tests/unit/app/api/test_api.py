"""What programs ask: by gradio_client, and by an agent's client."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

from diffmine.app.page import build, serve
from diffmine.app.server import way_of
from diffmine.config import ServeConfig
from diffmine.errors import UsageError
from diffmine.model.tiny import make_random
from tests.unit.app.make_atlas import make_atlas
from tests.unit.app.test_server import free_port

ROOT = Path(__file__).parents[4]
CARS = ROOT / "assets" / "atlases" / "cars"
NAMES = {"atlases", "labels", "patches", "similar", "score", "translate", "trends"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One app with an atlas that has a model, and with tools for agents."""
    folder = tmp_path_factory.mktemp("api")
    make_random(folder / "model")
    make_atlas(folder / "shapes", model="../model")
    make_atlas(folder / "bare")
    blocks = build([folder / "shapes", folder / "bare", CARS])
    yield serve(blocks, port=free_port(), block=False, mcp=True)
    blocks.close(verbose=False)


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False, analytics_enabled=False)


def test_the_endpoints_are_named_typed_and_described(client: Client) -> None:
    known = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {name.removeprefix("/") for name in known} == NAMES, "nothing of the page is offered"
    patches = known["/patches"]
    types = {one["parameter_name"]: one["python_type"]["type"] for one in patches["parameters"]}
    assert types == {"label": "str", "count": "int", "first": "int", "kind": "str", "atlas": "str"}
    assert patches["description"].startswith("List the patches of a label")


def test_labels_lead_to_patches_and_these_to_similar_ones(client: Client) -> None:
    assert [row["atlas"] for row in client.predict(api_name="/atlases")] == [
        "shapes",
        "bare",
        "cars",
    ]
    labels = client.predict(api_name="/labels")
    assert [row["label"] for row in labels] == ["1900", "1910", "1920", "1930"]
    assert labels[0]["images"] == 10
    assert labels[0]["elements"][0]["patches"] > 0
    first, second = client.predict("1910", 2, api_name="/patches")
    assert (first["rank"], second["rank"]) == (1, 2)
    assert first["typicality"] >= second["typicality"] > 0
    (third,) = client.predict(label="1910", count=1, first=3, api_name="/patches")
    assert third["rank"] == 3
    near = client.predict(first["patch_id"], 5, api_name="/similar")
    assert len(near) == 5
    assert first["patch_id"] not in [row["patch_id"] for row in near]


def test_trends_are_those_of_the_atlas(client: Client) -> None:
    labels = client.predict(api_name="/labels")
    number = labels[1]["elements"][0]["element"]
    rows = client.predict("1910", number, api_name="/trends")
    assert [row["target"] for row in rows] == ["1900", "1910", "1920", "1930"]
    assert all(row["low"] <= row["share"] <= row["high"] for row in rows)


def test_the_model_scores_and_translates(client: Client, address: str) -> None:
    patch = client.predict("1900", 1, api_name="/patches")[0]["patch_id"]
    scores = client.predict(patch, api_name="/score")
    assert [row["label"] for row in scores] == ["1900", "1910", "1920", "1930"]
    assert all(row["se"] > 0 for row in scores)
    (one,) = client.predict(patch, ["1930"], api_name="/translate")
    assert one["generated"] is True
    assert one["became_typical"] in ("yes", "no", "unclear")
    picture = httpx.get(address.rstrip("/") + one["picture"])
    assert picture.content[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("call", "values", "sentence"),
    [
        (
            "labels",
            {"atlas": "none"},
            "There is no atlas 'none' here; there are shapes, bare, cars.",
        ),
        ("patches", {"label": "1890"}, "The atlas shapes has no label '1890'; it has 1900, 1910"),
        ("patches", {"label": "1900", "count": 10**6}, "An answer has 1 to 200 patches"),
        ("patches", {"label": "1900", "count": "many"}, "count cannot be used"),
        ("patches", {"label": "1900", "kind": "best"}, "no patches of the kind 'best'"),
        ("patches", {"label": "1900", "first": 0}, "Ranks begin with 1"),
        ("similar", {"patch_id": "none"}, "The atlas shapes has no patch 'none'"),
        ("trends", {"label": "1900", "element": 999}, "The label 1900 has no element 999"),
        ("score", {"patch_id": "none", "atlas": "bare"}, "The atlas bare has no patch 'none'"),
        ("translate", {"patch_id": "none", "targets": "1900"}, "targets cannot be used"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    client: Client, call: str, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Exception, match=sentence):
        client.predict(**values, api_name=f"/{call}")


def test_without_its_model_an_atlas_is_not_asked(client: Client) -> None:
    patch = client.predict("1900", 1, atlas="bare", api_name="/patches")[0]["patch_id"]
    with pytest.raises(Exception, match="The model of the atlas bare is not on this machine"):
        client.predict(patch, "bare", api_name="/score")


def test_an_agent_finds_the_tools_and_calls_one(address: str) -> None:
    async def talk() -> tuple[dict[str, Any], Any, Any]:
        from mcp import ClientSession
        from mcp.client.streamable_http import streamable_http_client

        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            good = await session.call_tool("patches", {"label": "1910", "count": 1})
            bad = await session.call_tool("patches", {"label": "1890"})
            return tools, good, bad

    with ThreadPoolExecutor(1) as alone:  # this thread may have a loop of another test's browser
        tools, good, bad = alone.submit(asyncio.run, talk()).result()
    assert set(tools) == NAMES
    assert "square windows" in str(tools["patches"].description)
    assert "most typical" in str(tools["patches"].inputSchema)
    assert "1910" in good.content[0].text
    assert bad.isError
    assert "has no label '1890'" in bad.content[0].text


def test_agents_get_no_tools_unless_asked_for(folder: Path) -> None:
    blocks = build([folder])
    address = serve(blocks, port=free_port(), block=False)
    try:
        assert httpx.post(f"{address}gradio_api/mcp/", json={}).status_code == 404
    finally:
        blocks.close(verbose=False)


def test_agents_cannot_log_in(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        way_of(ServeConfig(mcp=True, auth=str(tmp_path / "users")))


def test_the_blocks_of_the_page_run(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 3, "for programs, for agents, for tables"
    with ThreadPoolExecutor(1) as alone:  # this thread may have a loop of another test's browser
        for block in blocks:
            alone.submit(exec, block.replace("http://127.0.0.1:7860/", address), {}).result()
    assert set(re.findall(r"^\| `/(\w+)` \|", page, re.MULTILINE)) == NAMES
