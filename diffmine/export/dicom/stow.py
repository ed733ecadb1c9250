"""Results sent to an archive by STOW-RS (PS3.18 10.5), one to a request.

An address may hold a name and a password (https://NAME:PASSWORD@host/dicom-web); neither stands in
what is said. Nothing is sent on to another address.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from diffmine.errors import DataError, UsageError
from diffmine.export.dicom import texts

_TIMEOUT = httpx.Timeout(300.0, connect=10.0)
_STORED, _FAILED = "00081199", "00081198"
_INSTANCE, _REASON = "00081155", "00081197"


def check_address(address: str) -> None:
    """Raise UsageError for what is no address of a DICOMweb service."""
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment:
        raise UsageError(texts.NO_ADDRESS)


def send(address: str, results: Iterable[tuple[str, bytes]], of: int) -> None:
    """Store `of` files, (SOP Instance UID, content), at a service, in their order.

    Raises:
        UsageError: It is no address.
        DataError: The service cannot be reached, or does not say that it stored one. Those before
            it are stored.
    """
    check_address(address)
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
        for done, (uid, content) in enumerate(results):
            try:
                _store(client, f"{address.rstrip('/')}/studies", uid, content)
            except (httpx.HTTPError, httpx.InvalidURL, _RefusedError) as error:
                # The words of the others may hold the address with its password.
                why = str(error) if isinstance(error, _RefusedError) else type(error).__name__
                host = urlsplit(address).hostname
                text = texts.UNSENT.format(host=host, why=why, done=done, of=of)
                raise DataError(text) from None


def sent(address: str, folder: Path) -> str:
    """Send the results of a folder; a sentence that says so. Raises as `send` does."""
    from pydicom import dcmread  # of the extra

    paths = sorted(folder.rglob("*.dcm"))
    uid = "MediaStorageSOPInstanceUID"
    results = (
        (str(dcmread(path, stop_before_pixels=True).file_meta[uid].value), path.read_bytes())
        for path in paths
    )
    send(address, results, len(paths))
    return texts.SENT.format(count=len(paths), host=urlsplit(address).hostname)


class _RefusedError(Exception):
    """What the service said, in words."""


def _store(client: httpx.Client, address: str, uid: str, content: bytes) -> None:
    boundary = secrets.token_hex(16)
    kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    body = b"".join([head, content, f"\r\n--{boundary}--\r\n".encode()])
    headers = {"Content-Type": kind, "Accept": "application/dicom+json"}
    answer = client.post(address, content=body, headers=headers)
    if answer.status_code not in (200, 202):
        raise _RefusedError(texts.STATUS.format(status=answer.status_code, why=_reason(answer)))
    if uid not in _stored(answer):
        raise _RefusedError(texts.NOT_STORED)


def _items(answer: httpx.Response, name: str) -> list[dict[str, Any]]:
    """The items of a sequence of the answer; none where there is no such sequence."""
    try:
        told = answer.json()
        told = told[0] if isinstance(told, list) else told
        return [item for item in told[name]["Value"] if isinstance(item, dict)]
    except (ValueError, KeyError, TypeError, IndexError):
        return []


def _stored(answer: httpx.Response) -> set[str]:
    return {_value(item, _INSTANCE) for item in _items(answer, _STORED)}


def _reason(answer: httpx.Response) -> str:
    reasons = [_value(item, _REASON) for item in _items(answer, _FAILED)]
    return texts.REASON.format(code=reasons[0]) if reasons and reasons[0].isdecimal() else ""


def _value(item: dict[str, Any], name: str) -> str:
    try:
        return str(item[name]["Value"][0])
    except (KeyError, TypeError, IndexError):
        return ""
