"""What is said of addresses and servers."""

from __future__ import annotations

NOT_WEB = "{address} is no address of the web (http:// or https:// and a host)"
NO_HOST = "the host {host} is not known here: {reason}"
INSIDE = (
    "{host} is an address of this machine or network, which a file from elsewhere may not have "
    "read; give --data an address there, if you mean it"
)
REDIRECTS = "{address} leads on more than {most} times"
TOO_LARGE = "{address} sends more than {most}"
TOO_SLOW = "{address} took longer than {most:.0f} s"
STATUS = "{host} answers {status}{words} for {address}"
EMPTY = "{host} answers with nothing (204) for {address}"
TOO_MUCH = (
    "{count} films of about {size} GB are not here yet, and {limit} GB are the most that one build "
    "fetches: ask for fewer, or give --data.fetch-limit."
)
NO_ROOM = "{count} films of about {size} GB are not here yet, and {free} GB are free in {folder}."
LOGIN = "{host} asks for a login for {address}"
COME_BACK = (
    "{host} asks to be left alone for {seconds} s; run the same command again after that: what was "
    "fetched is kept."
)
BROKEN = "the connection to {host} failed: {reason}"
ENOUGH = (
    "{count} pictures in a row could not be fetched ({reason}); run the same command again later: "
    "what was fetched is kept."
)
NO_PICTURE = "{address} is no picture but {kind}"
CUT = "{address} ends before the picture does"
NO_JSON = "{address} is no JSON: {reason}"
DEEP = "it is nested too deeply"
NOT_WRITTEN = "{path} cannot be written: {reason}."
TO_FETCH = (
    "{count} pictures are not here yet; a build fetches them from {hosts}, one after another, into "
    "{folder}."
)
