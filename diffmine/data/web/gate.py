"""Which addresses may be asked: those of the web, and not those of this machine or network, unless
the person at the keyboard named one there.

A name is resolved once and the number that was looked at is the one that is connected to: a name
that means another host a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import httpx

from diffmine.data.web import texts
from diffmine.data.web.address import check_web
from diffmine.data.web.errors import LastingError, PassingError

Kind = Literal["public", "private", "loopback", "link", "none"]
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOST = 4
"""Numbers of one name that are tried."""


def web_url(address: str) -> httpx.URL:
    """An address of the web, without its fragment. LastingError for anything else."""
    check_web(address)
    try:
        return httpx.URL(address.strip()).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise LastingError(texts.NOT_WEB.format(address=repr(address[:200]))) from error


def kind_of(number: str) -> Kind:
    """What a number of the internet protocol is; `none` are those that no server has."""
    ip = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return kind_of(str(inner))
    if ip.is_unspecified or ip.is_multicast:
        return "none"
    if ip.is_loopback:
        return "loopback"
    if ip.is_link_local:
        return "link"
    return "public" if ip.is_global else "private"


def numbers_of(host: str, port: int) -> list[str]:
    """The numbers of a host, as its operating system orders them; of a number itself."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


@dataclass(frozen=True)
class Gate:
    """What may be asked for the sake of `home`, the address that a person gave (empty: a file): all
    that is public, and hosts of the same kind as that address."""

    home: str = ""
    _known: dict[tuple[str, int], list[str]] = field(default_factory=dict, repr=False)

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that may be asked."""
        if not self.home:
            return frozenset({"public"})
        kinds = {kind_of(number) for number in self._numbers(web_url(self.home))}
        return frozenset({"public", *kinds} - {"none", "link"})

    def numbers(self, url: httpx.URL) -> list[str]:
        """The numbers to connect to. Raises LastingError where any is not to be asked, PassingError
        where the host has none."""
        numbers = self._numbers(url)
        if any(kind_of(number) not in self.kinds for number in numbers):
            raise LastingError(texts.INSIDE.format(host=url.host))
        return numbers

    def _numbers(self, url: httpx.URL) -> list[str]:
        at = (url.host, url.port or _PORTS[url.scheme])
        if at not in self._known:
            try:
                self._known[at] = numbers_of(*at)[:_MOST]
            except (OSError, UnicodeError) as error:
                reason = getattr(error, "strerror", None) or "its name is none"
                raise PassingError(texts.NO_HOST.format(host=at[0], reason=reason)) from error
        return self._known[at]
