"""Collections: nested, in circles, too deep, and with members that cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diffmine.data.iiif import walk as walks
from diffmine.data.iiif.walk import Walk
from diffmine.data.web import client as clients
from diffmine.data.web.client import Client
from diffmine.data.web.store import Store
from diffmine.errors import DataError
from tests.unit.data.museum import Museum, open_museum

THREE = "http://iiif.io/api/presentation/3/context.json"


@pytest.fixture
def museum(monkeypatch: pytest.MonkeyPatch) -> Iterator[Museum]:
    monkeypatch.setattr(clients, "BACK_OFF", 0.001)
    with open_museum() as museum:
        yield museum


def walked(museum: Museum, tmp_path: Path, path: str) -> Walk:
    store = Store(tmp_path, Client(museum.address, pause=0.0))
    walk = Walk(store)
    try:
        walk.add(store.json(museum.address + path), path)
    finally:
        store.client.close()
    return walk


def collection(museum: Museum, name: str, *members: str) -> None:
    """A collection of version 3; members that end on .json in `c` are collections."""
    items = [
        {"id": member if "://" in member else museum.address + member,
         "type": "Collection" if "/c" in member else "Manifest"}
        for member in members
    ]  # fmt: skip
    museum.documents[name] = {
        "@context": THREE, "id": museum.address + name, "type": "Collection",
        "label": {"en": [name.strip("/").removesuffix(".json")]}, "items": items,
    }  # fmt: skip


def test_collections_are_opened_in_their_order_and_circles_once(
    museum: Museum, tmp_path: Path
) -> None:
    collection(museum, "/c1.json", "/c2.json", "/v2/manifest.json", "/c1.json")
    collection(museum, "/c2.json", "/v3/manifest.json", "/c1.json", "/c2.json", "/v2/manifest.json")
    walk = walked(museum, tmp_path, "/c1.json")
    named = [(one.address.removeprefix(museum.address), path) for one, path in walk.manifests]
    assert named == [("/v3/manifest.json", "c1 / c2"), ("/v2/manifest.json", "c1")]
    assert len(museum.asked) == len(set(museum.asked)) == 4
    assert walk.refused == []


def test_a_collection_of_version_two(museum: Museum, tmp_path: Path) -> None:
    museum.documents["/top.json"] = {
        "@context": "http://iiif.io/api/presentation/2/context.json", "@type": "sc:Collection",
        "@id": museum.address + "/top.json", "label": "top",
        "manifests": [{"@id": museum.address + "/v2/manifest.json", "@type": "sc:Manifest"}],
        "members": [{"@id": museum.address + "/v3/manifest.json", "@type": "sc:Manifest"}],
    }  # fmt: skip
    walk = walked(museum, tmp_path, "/top.json")
    assert [one.version for one, _ in walk.manifests] == [2, 3]
    assert walk.titles == ["top"]


def test_members_that_cannot_be_had_are_refused(museum: Museum, tmp_path: Path) -> None:
    museum.documents["/page.json"] = {"no": "manifest"}
    others = ("/none.json", "/page.json", "http://169.254.169.254/latest", "ftp://museum.example/a")
    collection(museum, "/c1.json", *others, "/v3/manifest.json")
    walk = walked(museum, tmp_path, "/c1.json")
    assert len(walk.manifests) == 1
    reasons = [reason for _, reason in walk.refused]
    assert "404" in reasons[0]
    assert reasons[1] == "it is no manifest or collection of the IIIF Presentation API 2 or 3"
    assert "address of this machine or network" in reasons[2]
    assert "no address of the web" in reasons[3]


def test_a_server_that_fails_is_no_empty_collection(museum: Museum, tmp_path: Path) -> None:
    collection(museum, "/c1.json", *(f"/m{number}.json" for number in range(9)))
    museum.troubles["/m"] = [(500, {}, b"")] * 99
    with pytest.raises(DataError, match=r"3 .* in a row could not be fetched"):
        walked(museum, tmp_path, "/c1.json")


def test_depth_and_number_have_an_end(
    museum: Museum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        collection(
            museum, f"/c{number}.json", f"/c{number + 1}.json", f"/v3/{number}/manifest.json"
        )
    walk = walked(museum, tmp_path / "a", "/c0.json")
    assert len(walk.manifests) == walks.DEPTH
    assert "more than 12 deep" in walk.refused[-1][1]
    monkeypatch.setattr(walks, "MOST", 3)
    walk = walked(museum, tmp_path / "b", "/c0.json")
    assert len(walk.manifests) == 3
    assert "More than 3 manifests" in walk.notes[0]


def test_an_embedded_manifest_is_not_asked_for(museum: Museum, tmp_path: Path) -> None:
    inner: dict[str, Any] = museum.manifest3()
    museum.documents["/top.json"] = {
        "@context": THREE, "id": museum.address + "/top.json", "type": "Collection", "label": {},
        "items": [inner],
    }  # fmt: skip
    walk = walked(museum, tmp_path, "/top.json")
    assert len(walk.manifests) == 1
    assert museum.asked == ["/top.json"]
