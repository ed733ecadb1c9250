"""The file of those who may log in."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from diffmine.app import logins
from diffmine.app.logins import Logins, Tries, hashed, matches, read_names, write_name
from diffmine.app.server import way_of
from diffmine.config import ServeConfig
from diffmine.errors import UsageError


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "COST", 2)


def finished(work: Coroutine[Any, Any, bool]) -> bool:
    """What a coroutine returns. In a thread: a browser of other tests may leave a loop in this."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_a_hash_is_salted_and_says_what_it_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "COST", 2**14)
    line = hashed("a long password")
    assert line.startswith("scrypt$16384$8$1$")
    assert line != hashed("a long password")
    assert matches("a long password", line)
    assert not matches("a long passwort", line)
    key = bytes.fromhex("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    salt, key_text = (base64.b64encode(part).decode() for part in (b"NaCl", key))
    assert matches("password", f"scrypt$1024$8$16${salt}${key_text}"), "as in RFC 7914"


def test_names_are_added_changed_and_read_by_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "logins"
    write_name(path, "anna", "one password")
    write_name(path, "boris", "two passwords")
    write_name(path, "anna", "another one")
    assert list(read_names(path)) == ["anna", "boris"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert "password" not in path.read_text()
    known = Logins(path)
    assert finished(known.right("anna", "another one"))
    assert not finished(known.right("anna", "one password"))
    assert not finished(known.right("nobody", "another one"))
    assert "anna" in known
    path.unlink()
    assert "anna" not in known
    assert not finished(known.right("anna", "another one"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "names nobody"),
        (b"anna:secret\n", "line 1: expected a name and the hash"),
        (b"# who\n\nanna\n", "line 3: expected"),
        (b"anna:scrypt$99999999$8$1$c2FsdA==$c2FsdA==\n", "line 1: expected"),
        (b"\xff\xfe", "line 1: expected"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "logins"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=sentence) as caught:
        Logins(path)
    assert "secret" not in str(caught.value)
    with pytest.raises(UsageError, match="cannot be read"):
        Logins(tmp_path / "none")


@pytest.mark.parametrize(("name", "password"), [("a:b", "long enough"), ("anna", "short")])
def test_names_and_passwords_that_cannot_be_used(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(UsageError, match=r"is no name|at least 8"):
        write_name(tmp_path / "logins", name, password)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="others and groups are those of POSIX")
def test_a_file_of_others_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "logins"
    write_name(path, "anna", "one password")
    path.chmod(0o644)
    Logins(path)
    assert capsys.readouterr().err == (
        f"diffmine: {path} can be read by others, who could guess passwords; chmod 600 {path}.\n"
    )
    path.chmod(0o660)
    with pytest.raises(UsageError, match="can be changed by others"):
        Logins(path)


def test_tries_are_forgotten_after_minutes_and_after_a_right_one() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(logins.TRIES):
        assert not tries.wait("here")
        tries.wrong("here")
    assert tries.wait("here") == 60 * logins.MINUTES
    assert not tries.wait("there")
    now[0] = 60.0 * logins.MINUTES + 1
    assert not tries.wait("here")
    for _ in range(logins.TRIES):
        tries.wrong("here")
    tries.right("here")
    assert not tries.wait("here")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"host": "0.0.0.0"}, "--auth FILE"),
        ({"host": "0.0.0.0", "proxy_user_header": "X-Remote-User"}, "trusts whoever can reach"),
        ({"proxy_user_header": "X Remote"}, "no name of a header"),
        ({"address": "atlas.example.org"}, "expected an address"),
        ({"address": "https://atlas.example.org/?a=b"}, "expected an address"),
    ],
)
def test_ways_that_would_let_strangers_in_are_refused(
    options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        way_of(ServeConfig(**options))


def test_the_command_writes_what_the_app_reads(tmp_path: Path) -> None:
    path = tmp_path / "logins"
    command = [sys.executable, "-m", "diffmine", "user", str(path), "anna"]
    done = subprocess.run(
        command, input="a long password\n", capture_output=True, text=True, check=True
    )
    assert done.stdout == f"anna can log in: diffmine app --auth {path}\n"
    assert "anna" in Logins(path)
