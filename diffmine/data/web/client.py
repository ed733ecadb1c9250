"""Requests, one at a time over one connection, as a guest makes them: a pause before each, longer
ones where the server asks for them or fails, and an end to all of them.

    wait after the k-th failure = max(Retry-After, BACK_OFF * 2^(k - 1)) seconds
"""

from __future__ import annotations

import base64
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from io import BufferedIOBase
from ssl import SSLContext

import httpx

from diffmine.data.web import texts
from diffmine.data.web.base import Check, trusting
from diffmine.data.web.errors import (
    AbsentError,
    AwayError,
    EmptyError,
    LastingError,
    PassingError,
)
from diffmine.data.web.gate import Gate, web_url
from diffmine.version import __version__

AGENT = f"diffmine/{__version__} (data mining of pictures; one request at a time)"
TRIES = 5
BACK_OFF = 1.0
"""Seconds before the second try; they double from one to the next."""
LONGEST_WAIT = 120.0
"""Seconds that a server may ask to wait; one that asks for more is left alone."""
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds without a sign of the server."""
TOTAL = 300.0
"""Seconds of one request, however slowly its bytes come."""
_REDIRECTS = 5
_STEP = 0.1
_CHUNK = 2**16
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_ABSENT = frozenset({403, 404, 410, 451})
_LEADS_ON = frozenset({301, 302, 303, 307, 308})


@dataclass
class Client:
    """A connection to whatever may be asked for the sake of `home` (see Gate). `pause` is in
    seconds; `waiting` is called several times a second while it waits, and may raise. `login`, as
    NAME:PASSWORD, is said to the server of `home` and to no other."""

    home: str = ""
    pause: float = 0.25
    waiting: Callable[[], None] = lambda: None
    login: str = field(default="", repr=False)
    requests: int = 0
    """How many were sent."""
    begun: float = field(default_factory=time.time)
    """When it was made, seconds since 1970."""
    _last: float = field(default=0.0, repr=False)
    _open: tuple[tuple[str, str, int | None], httpx.Client] | None = field(default=None, repr=False)

    @cached_property
    def gate(self) -> Gate:
        """Which addresses may be asked."""
        return Gate(self.home)

    def fetch(
        self, address: str, into: BufferedIOBase, most: int, accept: str, check: Check = trusting
    ) -> None:
        """Write what is at an address to an empty file, at most `most` bytes. `check` looks at the
        file, and raises one of the first two of these. After an error the file holds anything.

        Raises:
            LastingError: It is not to be had, or not to be asked for.
            PassingError: It was not to be had in TRIES tries.
            AwayError: The server asks to wait longer than LONGEST_WAIT seconds.
        """
        for number in range(1, TRIES + 1):
            try:
                self._once(address, into, most, accept)
                return check(into, address)
            except PassingError as error:
                if number == TRIES:
                    raise
                self._wait(max(error.wait, BACK_OFF * 2 ** (number - 1)))
        raise AssertionError

    def close(self) -> None:
        """Give the connection back."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _once(self, address: str, into: BufferedIOBase, most: int, accept: str) -> None:
        """One try, wherever the address leads."""
        url, end = web_url(address), time.monotonic() + TOTAL
        for _ in range(_REDIRECTS + 1):
            self._wait(self._last + self.pause - time.monotonic())
            with self._asked(url, accept) as response:
                if response.status_code in _LEADS_ON and "location" in response.headers:
                    url = web_url(str(url.join(response.headers["location"][:4096])))
                    continue
                _check(response.status_code, response.headers, url)
                into.seek(0)
                into.truncate()
                return self._copy(response, into, most, url, end)
        raise LastingError(texts.REDIRECTS.format(address=address, most=_REDIRECTS))

    @contextmanager
    def _asked(self, url: httpx.URL, accept: str) -> Iterator[httpx.Response]:
        """The answer to one request, its body not read yet; what fails on the way is passing, but
        for a disk that refuses what came: httpx raises no OSError of its own."""
        try:
            response = self._send(url, accept)
            self.requests += 1
            try:
                yield response
            finally:
                with suppress(httpx.HTTPError):
                    response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            self.close()
            reason = str(error) or type(error).__name__
            raise PassingError(texts.BROKEN.format(host=url.host, reason=reason)) from error
        finally:
            self._last = time.monotonic()

    def _send(self, url: httpx.URL, accept: str) -> httpx.Response:
        headers = {"User-Agent": AGENT, "Accept": accept, **self._who(url)}
        proxied = _proxy(url)
        numbers = [url.host] if proxied else self.gate.numbers(url)
        client = self._client(url, proxied)
        for number in numbers:
            # The number that was looked at is asked, under the name that its certificate has.
            named = {"Host": url.netloc.decode("ascii")}
            request = client.build_request(
                "GET",
                url.copy_with(host=number),
                headers=headers | named,
                extensions={"sni_hostname": url.host},
            )
            try:
                return client.send(request, stream=True)
            except httpx.ConnectError:
                if number == numbers[-1]:
                    raise
        raise AssertionError

    def _who(self, url: httpx.URL) -> dict[str, str]:
        """The header that says who asks, for the server of `home` alone."""
        if not self.login or _server(url) != _server(web_url(self.home)):
            return {}
        told = base64.b64encode(self.login.encode()).decode("ascii")
        return {"Authorization": f"Basic {told}"}

    def _client(self, url: httpx.URL, proxy: str | None) -> httpx.Client:
        """The one connection; that to another host before is closed."""
        at = _server(url)
        if self._open is None or self._open[0] != at:
            self.close()
            limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
            how = {"limits": limits, "timeout": TIMEOUT, "trust_env": False, "proxy": proxy}
            verify = _context() if url.scheme == "https" else False
            self._open = (at, httpx.Client(verify=verify, **how))  # type: ignore[arg-type]
        return self._open[1]

    def _copy(
        self, response: httpx.Response, into: BufferedIOBase, most: int, url: httpx.URL, end: float
    ) -> None:
        size = 0
        for chunk in response.iter_bytes(_CHUNK):
            size += len(chunk)
            if size > most:
                limit = f"{most / 2**20:.0f} MB"
                raise LastingError(texts.TOO_LARGE.format(address=url, most=limit))
            if time.monotonic() > end:
                raise PassingError(texts.TOO_SLOW.format(address=url, most=TOTAL))
            into.write(chunk)
            self.waiting()

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(_STEP, left))
            self.waiting()


def _check(status: int, headers: Mapping[str, str], url: httpx.URL) -> None:
    """Raise for an answer that is not what was asked for."""
    if status == 200:
        return
    if status == 204:
        raise EmptyError(texts.EMPTY.format(host=url.host, address=url))
    if status == 401:
        raise AbsentError(texts.LOGIN.format(host=url.host, address=url))
    known = httpx.codes.get_reason_phrase(status)
    words = f" ({known})" if known else ""
    told = texts.STATUS.format(host=url.host, status=status, words=words, address=url)
    if status in _ABSENT:
        raise AbsentError(told)
    if status not in _PASSING:
        raise LastingError(told)
    wait = _retry_after(headers.get("retry-after", ""))
    if wait > LONGEST_WAIT:
        raise AwayError(texts.COME_BACK.format(host=url.host, seconds=f"{wait:.0f}"))
    error = PassingError(told)
    error.wait = wait
    raise error


def _server(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _retry_after(text: str) -> float:
    """Seconds that a server asks to wait, by a number or a date; 0: it does not say."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    with suppress(ValueError, TypeError, OverflowError):
        then = parsedate_to_datetime(text)
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        return max(0.0, (then - datetime.now(UTC)).total_seconds())
    return 0.0


def _proxy(url: httpx.URL) -> str | None:
    """The proxy that the environment has for an address with a name; it looks the name up, and not
    this machine."""
    if url.host == "localhost" or url.host.replace(".", "").isdigit() or ":" in url.host:
        return None
    proxies = urllib.request.getproxies()
    if urllib.request.proxy_bypass(url.host):
        return None
    address = proxies.get(url.scheme) or proxies.get("all")
    return address if address is None or "://" in address else f"http://{address}"


@lru_cache
def _context() -> SSLContext:
    return httpx.create_ssl_context()
