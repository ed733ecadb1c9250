"""All manifests of a document: of a collection those in it and in its collections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from diffmine.data.iiif import texts
from diffmine.data.iiif.document import document
from diffmine.data.iiif.pages import Collection, Manifest
from diffmine.data.web.address import check_web
from diffmine.data.web.errors import PassingError
from diffmine.data.web.store import Store
from diffmine.data.web.texts import ENOUGH
from diffmine.errors import DataError

DEPTH = 12
"""Collections inside one another that are opened."""
MOST = 20_000
"""Manifests that are read of one document."""
ROW = 3
"""Manifests in a row that fail for now, after which it is the network that fails."""


@dataclass
class Walk:
    """Manifests that were reached, each with the labels of the collections it is in, joined by
    " / "; `refused` are addresses with the reason, `notes` sentences for people. A document that is
    named twice, also by itself, is read once."""

    store: Store
    tell: Callable[[int, int], None] = lambda done, total: None
    manifests: list[tuple[Manifest, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    """Labels of the documents that were added."""
    _seen: set[str] = field(default_factory=set)
    _failed: int = 0

    def add(self, content: Any, name: str) -> None:
        """All manifests of a document of that name. Raises DataError for one that is none."""
        first = document(content, name)
        self.titles.append(first.label)
        waiting = [(first, "", 0)]
        while waiting:
            one, path, depth = waiting.pop(0)
            self._seen.add(one.address)
            if isinstance(one, Manifest):
                if len(self.manifests) >= MOST:
                    self.notes.append(texts.MORE.format(most=MOST))
                    return
                self.manifests.append((one, path))
            else:
                waiting = [*self._members(one, path, depth), *waiting]
            self.tell(len(self.manifests), len(self.manifests) + len(waiting))

    def _members(
        self, one: Collection, path: str, depth: int
    ) -> list[tuple[Manifest | Collection, str, int]]:
        """What a collection names, opened in its order."""
        if depth >= DEPTH:
            self.refused.append((one.address, texts.DEEPER.format(most=DEPTH)))
            return []
        path = " / ".join(part for part in (path, one.label) if part)
        opened = []
        for address, content in one.members:
            if address in self._seen:
                continue
            self._seen.add(address)
            inner = self._opened(address, content)
            if inner is not None:
                opened.append((inner, path, depth + 1))
        return opened

    def _opened(self, address: str, content: Any) -> Manifest | Collection | None:
        try:
            if content is None:
                check_web(address)
                content = self.store.json(address)
            self._failed = 0
            return document(content, address)
        except PassingError as error:
            self._failed += 1
            if self._failed >= ROW:
                raise DataError(ENOUGH.format(count=ROW, reason=error)) from error
            self.refused.append((address, str(error)))
        except DataError as error:
            self.refused.append((address, str(error).removeprefix(f"{address}: ").rstrip(".")))
        return None
