"""Who may see the app: a file of names, each with its password's scrypt hash.

    name:scrypt$16384$8$1$SALT$HASH

`diffmine user FILE NAME` writes such lines. scrypt (RFC 7914) makes every guess cost 16 MB and some
milliseconds; a guess is made for unknown names too, so that they take as long as known ones.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Callable
from getpass import getpass
from pathlib import Path

from diffmine.app import texts
from diffmine.atlas.atomic import whole
from diffmine.errors import UsageError

COST, BLOCK, LANES = 2**14, 8, 1
SHORTEST = 8
"""Letters of a password."""
TRIES, MINUTES = 10, 10
"""Wrong passwords from one address within so many minutes, after which it has to wait."""
PAUSE = 1.0
"""Seconds that a wrong password waits for its answer."""
_NAME = re.compile(r"[\w.@+-]{1,64}")
_LINE = re.compile(r"scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w+/=]+)\$([\w+/=]+)")
_MOST_COST = 2**18
_SIDE_BY_SIDE = 2


def hashed(password: str, salt: bytes = b"") -> str:
    """The hash of a password as the file has it, under a new salt unless one is given."""
    salt = salt or secrets.token_bytes(16)
    key = _key(password, salt, COST, BLOCK, LANES)
    ends = (base64.b64encode(part).decode() for part in (salt, key))
    return "$".join(["scrypt", str(COST), str(BLOCK), str(LANES), *ends])


def _key(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    memory = 2**20 + 256 * cost * block * lanes
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=memory, dklen=32
    )


def matches(password: str, line: str) -> bool:
    """Whether a password is that of a hash; takes as long when it is not."""
    parts = _LINE.fullmatch(line)
    assert parts, "lines are checked when they are read"
    cost, block, lanes = (int(parts[at]) for at in (1, 2, 3))
    salt, key = (base64.b64decode(parts[at]) for at in (4, 5))
    return hmac.compare_digest(_key(password, salt, cost, block, lanes), key)


class Logins:
    """The names of a file; read again when the file has changed."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError, in one sentence, for a file that cannot be used."""
        self.path = path
        self._read: tuple[int, dict[str, str]] = (0, {})
        self._nobody = hashed(secrets.token_urlsafe())
        self._slots = asyncio.Semaphore(_SIDE_BY_SIDE)
        if not self._names():
            raise UsageError(texts.NO_LOGIN.format(path=path))
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise UsageError(texts.LOGINS_WRITABLE.format(path=path))
        if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH):
            print(f"diffmine: {texts.LOGINS_READABLE.format(path=path)}", file=sys.stderr)

    def __contains__(self, name: str) -> bool:
        try:
            return name in self._names()
        except UsageError:  # spoilt while the app runs
            return False

    async def right(self, name: str, password: str) -> bool:
        """Whether a password is that name's."""
        try:
            line = self._names().get(name)
        except UsageError:
            line = None
        async with self._slots:
            same = await asyncio.to_thread(matches, password, line or self._nobody)
        return same and line is not None

    def _names(self) -> dict[str, str]:
        try:
            written = self.path.stat().st_mtime_ns
            if written != self._read[0]:
                self._read = (written, read_names(self.path))
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}.") from error
        return self._read[1]


def read_names(path: Path) -> dict[str, str]:
    """The hashes of a file by name; empty lines and those that begin with # are passed over.

    Raises UsageError, which names the line, never what is in it; OSError for no file.
    """
    names: dict[str, str] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(texts.BAD_LOGIN.format(path=path, line=1)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.strip().partition(":")
        parts = _LINE.fullmatch(rest)
        if not _NAME.fullmatch(name) or not parts or not 2 <= int(parts[1]) <= _MOST_COST:
            raise UsageError(texts.BAD_LOGIN.format(path=path, line=number))
        names[name] = rest
    return names


def write_name(path: Path, name: str, password: str) -> None:
    """Put a name and its password into a file, which only its owner may read.

    Raises UsageError for a name or a password that cannot be used, or a file that holds others.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(texts.BAD_NAME.format(name=name))
    if len(password) < SHORTEST:
        raise UsageError(texts.SHORT_PASSWORD.format(least=SHORTEST))
    names = read_names(path) if path.exists() else {}
    names[name] = hashed(password)
    with whole(path) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{one}:{line}\n" for one, line in names.items())


class Tries:
    """Wrong passwords by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, list[float]] = {}

    def wait(self, address: str) -> int:
        """Seconds that an address has to wait before it may try again; 0: it may."""
        times = self._recent(address)
        return (
            max(int(times[-TRIES] + 60 * MINUTES - self._clock()), 1) if len(times) >= TRIES else 0
        )

    def wrong(self, address: str) -> None:
        """A wrong password came from there."""
        self._wrong[address] = [*self._recent(address), self._clock()]
        if len(self._wrong) > 10_000:  # addresses that tried once, long ago
            self._wrong = {one: times for one in self._wrong if (times := self._recent(one))}

    def right(self, address: str) -> None:
        """A right one did."""
        self._wrong.pop(address, None)

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - 60 * MINUTES
        return [at for at in self._wrong.get(address, []) if at > since]


def user(file: Path, name: str) -> None:
    """Let somebody log in to the app: write a name and its password into the file of --auth.

    The password is asked for, or is the first line of the standard input.

    Parameters
    ----------
    file
        File of those who may log in; a new one, or one to add to.
    name
        Name to log in with; a known one gets another password.
    """
    asked = sys.stdin.isatty()
    password = getpass("Password: ") if asked else sys.stdin.readline().rstrip("\n")
    if asked and getpass("Again: ") != password:
        raise UsageError("The two passwords differ; try again.")
    write_name(file, name, password)
    print(f"{name} can log in: diffmine app --auth {file}")
