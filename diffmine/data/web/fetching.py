"""How pictures of the web are fetched: the settings of a configuration that say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from diffmine.config import DataConfig
from diffmine.data.image import OF_SOURCE
from diffmine.data.web.store import Store, downloads
from diffmine.engine import Progress, silent


@dataclass(frozen=True)
class Fetching:
    """Where what is fetched goes, seconds between two requests, whether what may have changed is
    asked for again, how large pictures are wanted (see DataConfig), and who hears of it."""

    folder: str = ""
    pause: float = 0.25
    again: bool = False
    short: int = 64
    view: int = 1024
    long: int = 0
    progress: Progress = silent

    @classmethod
    def of(cls, config: DataConfig, progress: Progress = silent) -> Fetching:
        """That of a configuration."""
        how = (config.downloads, config.pause, config.again)
        view = OF_SOURCE if config.view == "source" else config.view
        return cls(*how, config.image_size, view, config.iiif_size, progress)

    def store(
        self, home: str, waiting: Callable[[], None] = lambda: None, login: str = ""
    ) -> Store:
        """The store, for the sake of the address that a person gave (see Gate), with the name and
        the password that were given for it."""
        from diffmine.data.web.client import Client  # httpx: only who fetches waits for it

        return Store(downloads(self.folder), Client(home, self.pause, waiting, login), self.again)
