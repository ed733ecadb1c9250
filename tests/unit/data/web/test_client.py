"""A guest of servers: what it says, how it waits, and what it takes no for."""

from __future__ import annotations

import errno
import io
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from diffmine.data.web import client as clients
from diffmine.data.web.client import Client
from diffmine.data.web.errors import AwayError, LastingError, PassingError
from diffmine.data.web.store import Store
from diffmine.errors import Cancelled, DataError
from tests.unit.data.museum import Museum, drawn, encoded, open_museum

PICTURE = encoded(drawn(1))
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture
def museum(monkeypatch: pytest.MonkeyPatch) -> Iterator[Museum]:
    monkeypatch.setattr(clients, "BACK_OFF", 0.001)
    with open_museum() as museum:
        yield museum


@pytest.fixture
def store(museum: Museum, tmp_path: Path) -> Iterator[Store]:
    client = Client(museum.address, pause=0.0)
    yield Store(tmp_path / "downloads", client)
    client.close()


def picture(store: Store, museum: Museum) -> Path:
    path = store.path(f"{museum.address}/a", "picture", ".jpg")
    store.picture((f"{museum.address}/a",), path)
    return path


def left(store: Store) -> list[str]:
    return [path.name for path in store.folder.rglob("*") if path.is_file()]


def test_a_picture_is_fetched_whole(museum: Museum, store: Store) -> None:
    museum.troubles["/a"] = [(200, JPEG, PICTURE)]
    path = picture(store, museum)
    assert path.read_bytes() == PICTURE
    assert left(store) == [path.name]
    (agent,) = museum.agents
    assert agent.startswith("diffmine/")


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([(429, {"Retry-After": "0"}, b""), (200, JPEG, PICTURE)], 2),
        ([(503, {}, b"busy"), (502, {}, b""), (200, JPEG, PICTURE)], 3),
        ([(200, {"Cut": "100"}, PICTURE), (200, JPEG, PICTURE)], 2),
        ([(200, {"Silent": "", "Cut": "900"}, PICTURE), (200, JPEG, PICTURE)], 2),
        ([(200, {"Silent": ""}, b""), (200, {"Silent": ""}, PICTURE)], 2),
        ([(301, {"Location": "/b"}, b""), (200, JPEG, PICTURE)], 2),
    ],
    ids=["429", "503", "cut", "cut without a length", "empty", "elsewhere"],
)
def test_what_fails_for_now_is_asked_for_again(
    museum: Museum, store: Store, answers: list[tuple[int, dict[str, str], bytes]], tries: int
) -> None:
    museum.troubles["/"] = answers
    assert picture(store, museum).read_bytes() == PICTURE
    assert len(museum.asked) == tries
    assert len(left(store)) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, {}, b""), "answers 404 (Not Found)"),
        ((403, {}, b""), "answers 403"),
        ((401, {}, b""), "asks for a login"),
        ((200, JPEG, b"<!DOCTYPE html><p>Welcome"), "is no picture but a page of HTML"),
        ((200, JPEG, b'{"error": 1}'), "is no picture but JSON"),
        ((200, JPEG, b"MZ\x90"), "is no picture but something else"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "is no address of the web"),
        ((302, {"Location": "/a"}, b""), "leads on more than 5 times"),
        ((206, {}, PICTURE[:99]), "answers 206"),
    ],
)
def test_what_is_not_to_be_had_is_asked_for_once(
    museum: Museum, store: Store, answer: tuple[int, dict[str, str], bytes], reason: str
) -> None:
    museum.troubles["/a"] = [answer] * 9
    with pytest.raises(LastingError) as error:
        picture(store, museum)
    assert reason in str(error.value)
    assert len(museum.asked) == (6 if "leads" in reason else 1)
    assert all(name.endswith(".jpg.absent") for name in left(store))


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        ((404, {}, b""), True),
        ((403, {}, b""), True),
        ((401, {}, b""), True),
        ((400, {}, b""), False),
        ((200, JPEG, b"<html>log in to the network of this hotel"), False),
    ],
)
def test_what_a_server_has_not_is_asked_for_again_on_request_alone(
    museum: Museum, store: Store, answer: tuple[int, dict[str, str], bytes], noted: bool
) -> None:
    museum.troubles["/a"] = [answer, (200, JPEG, PICTURE)]
    with pytest.raises(LastingError) as first:
        picture(store, museum)
    if noted:
        with pytest.raises(LastingError) as second:
            picture(store, museum)
        assert str(second.value) == str(first.value)
        assert len(museum.asked) == 1
        store.client.begun = time.time() + 5
        store = replace(store, again=True)
    assert picture(store, museum).read_bytes() == PICTURE
    assert len(left(store)) == 1


def test_a_picture_that_never_comes_whole_is_no_file(museum: Museum, store: Store) -> None:
    museum.troubles["/a"] = [(200, {"Cut": "9"}, PICTURE)] * 9
    with pytest.raises(PassingError, match=r"the connection to .* failed"):
        picture(store, museum)
    assert len(museum.asked) == clients.TRIES
    assert left(store) == []


def test_a_body_over_the_limit_is_not_read_to_its_end(museum: Museum) -> None:
    museum.troubles["/a"] = [(200, {}, b"x" * 3_000_000)]
    client, file = Client(museum.address, pause=0.0), io.BytesIO()
    with pytest.raises(LastingError, match="sends more than 1 MB"):
        client.fetch(f"{museum.address}/a", file, 2**20, "*/*")
    client.close()
    assert len(file.getvalue()) <= 2**20


def test_a_compressed_body_counts_as_it_is_unpacked(museum: Museum) -> None:
    import gzip

    bomb = gzip.compress(b"0" * 8_000_000)
    assert len(bomb) < 100_000
    museum.troubles["/a"] = [(200, {"Content-Encoding": "gzip"}, bomb)]
    client, file = Client(museum.address, pause=0.0), io.BytesIO()
    with pytest.raises(LastingError, match="sends more than"):
        client.fetch(f"{museum.address}/a", file, 2**20, "*/*")
    client.close()
    assert len(file.getvalue()) <= 2**20


def test_a_wait_that_is_asked_for_is_waited(museum: Museum, store: Store) -> None:
    museum.troubles["/a"] = [(429, {"Retry-After": "1"}, b""), (200, JPEG, PICTURE)]
    waits: list[float] = []
    store.client._wait = waits.append  # type: ignore[attr-defined]
    picture(store, museum)
    assert 1.0 in waits


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_server_that_asks_for_an_hour_is_left_alone(
    museum: Museum, store: Store, form: str
) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    after = "3600" if form == "seconds" else then
    museum.troubles["/a"] = [(503, {"Retry-After": after}, b"")]
    with pytest.raises(AwayError, match=r"left alone for 3[56]"):
        picture(store, museum)
    assert len(museum.asked) == 1


def test_requests_keep_their_distance_on_one_connection(museum: Museum) -> None:
    client = Client(museum.address, pause=0.05)
    begun = time.monotonic()
    for _ in range(4):
        client.fetch(f"{museum.address}/v3/manifest.json", io.BytesIO(), 2**20, "*/*")
    client.close()
    assert time.monotonic() - begun >= 3 * 0.05  # a least, whatever the machine does
    assert len(museum.connections) == 1


def test_who_waits_can_be_stopped(museum: Museum, store: Store) -> None:
    def stop() -> None:
        raise Cancelled("Stopped.")

    museum.troubles["/a"] = [(200, JPEG, PICTURE)]
    store.client.waiting = stop  # type: ignore[attr-defined]
    with pytest.raises(Cancelled):
        picture(store, museum)
    assert left(store) == []


def test_json_is_kept_and_asked_for_again_on_request(museum: Museum, tmp_path: Path) -> None:
    address = f"{museum.address}/v3/manifest.json"
    for again, asked in ((False, 1), (False, 1), (True, 2)):
        client = Client(museum.address, pause=0.0)
        store = Store(tmp_path, client, again)
        assert store.json(address)["type"] == "Manifest"
        assert store.json(address)["type"] == "Manifest"
        client.close()
        assert len(museum.asked) == asked


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"<html>", "is no JSON"),
        (b"\xff\xfe\xfa", "is no JSON"),
        (b"", "is no JSON"),
    ],
)
def test_json_that_is_none_is_refused(
    museum: Museum, store: Store, content: bytes, reason: str
) -> None:
    museum.troubles["/a"] = [(200, {}, content)]
    with pytest.raises(LastingError, match=reason):
        store.json(f"{museum.address}/a")
    assert left(store) == []


def test_a_disk_that_refuses_is_one_sentence(museum: Museum, tmp_path: Path) -> None:
    (tmp_path / "downloads").write_text("a file")
    client = Client(museum.address, pause=0.0)
    store = Store(tmp_path / "downloads", client)
    with pytest.raises(DataError, match="cannot be written: Not a directory"):
        store.json(f"{museum.address}/v3/manifest.json")
    client.close()


def test_a_disk_that_is_full_is_no_broken_connection(museum: Museum, store: Store) -> None:
    class Full(io.BytesIO):
        def write(self, *args: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    museum.troubles["/a"] = [(200, JPEG, PICTURE)]
    with pytest.raises(OSError, match="No space left"):
        store.client.fetch(f"{museum.address}/a", Full(), 2**20, "*/*")
    assert len(museum.asked) == 1


def test_what_cannot_be_synced_is_no_file(
    museum: Museum, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    museum.troubles["/a"] = [(200, JPEG, PICTURE)]
    with pytest.raises(DataError, match="cannot be written: No space left on device"):
        picture(store, museum)
    assert left(store) == []
