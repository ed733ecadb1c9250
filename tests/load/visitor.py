"""A visitor without a browser: a session of gradio_client that also sends events with payloads."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from gradio_client import Client

Answer = dict[str, Any]
JSON = {"Content-Type": "application/json"}


class Served(NamedTuple):
    """Where the app is, and what it said on stderr."""

    address: str
    log: Path


@dataclass
class Visitor:
    """One session. `seconds` holds the time of every action that was sent, by kind; `headers` go
    with every request, and without `verify` any certificate is taken."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    verify: bool = True
    seconds: dict[str, list[float]] = field(default_factory=dict)
    held: dict[str, Answer] = field(default_factory=dict)
    """What the page holds, by its name: answers bring it, and it goes with every event."""

    def __post_init__(self) -> None:
        more: dict[str, Any] = {"headers": self.headers, "ssl_verify": self.verify}
        more["httpx_kwargs"] = {"timeout": 120}  # a busy machine is slow, not wrong
        self.client = Client(self.address, download_files=False, verbose=False, **more)
        self.http = httpx.Client(
            base_url=self.client.src_prefixed,
            timeout=120,
            headers=self.headers,
            verify=self.verify,
        )
        parts = self.client.config["components"]
        self.types = {part["id"]: part["type"] for part in parts}
        values = {part["id"]: part["props"].get("value") for part in parts}
        self.holders = {
            key: value["held"]
            for key, value in values.items()
            if isinstance(value, dict) and "held" in value
        }
        self.names = {part["id"]: part["props"].get("elem_id") for part in parts}
        self.ids = {name: each for each, name in self.names.items() if name}
        self.events: dict[tuple[str, str], dict[str, Any]] = {}
        for dependency in self.client.config["dependencies"]:
            for target, event in dependency["targets"]:
                if dependency["backend_fn"] and self.names.get(target):
                    self.events.setdefault((self.names[target], event), dependency)

    def close(self) -> None:
        """End the session."""
        self.http.close()
        self.client.close()

    def post(self, name: str, event: str, data: Any = None, values: tuple[Any, ...] = ()) -> Any:
        """The answer to an event of the component `name`, as the browser sends it: `data` is its
        payload, `values` those of the inputs that are no state."""
        body = self._body(name, event, data, values)
        # json writes NaN, which a browser does not and an attacker does.
        start = time.perf_counter()
        answer = self.http.post("run/predict", content=json.dumps(body), headers=JSON)
        kind = "nothing" if name == "nothing" else "action"
        self.seconds.setdefault(kind, []).append(time.perf_counter() - start)
        if answer.status_code == 200:
            new = zip(self.events[name, event]["outputs"], answer.json()["data"], strict=True)
            self.held |= {
                self.holders[key]: value
                for key, value in new
                if key in self.holders and "held" in value
            }
        return answer

    def _body(self, name: str, event: str, data: Any, values: tuple[Any, ...]) -> Answer:
        dependency, given = self.events[name, event], iter(values)
        inputs = [
            self.held.get(self.holders[each])
            if each in self.holders
            else None
            if self.types[each] == "state"
            else next(given, None)
            for each in dependency["inputs"]
        ]
        return {
            "data": inputs,
            "event_data": data,
            "fn_index": dependency["id"],
            "session_hash": self.client.session_hash,
            "trigger_id": self.ids[name],
        }

    def send(self, name: str, event: str, data: Any = None, values: tuple[Any, ...] = ()) -> Answer:
        """The new values of an event's outputs, by the names of their components."""
        answer = self.post(name, event, data, values)
        assert answer.status_code == 200, f"{name}.{event}: {answer.text[:300]}"
        outputs = self.events[name, event]["outputs"]
        found = zip(outputs, answer.json()["data"], strict=True)
        return {self.names[each]: value for each, value in found if self.names[each]}

    def queued(self, name: str, event: str, data: Any = None, values: tuple[Any, ...] = ()) -> str:
        """The last message about an event that waits its turn, as the server sends it."""
        line = ""
        for line in self.stream(name, event, data, values):
            if "process_completed" in line:
                break
        return line

    def stream(
        self, name: str, event: str, data: Any = None, values: tuple[Any, ...] = ()
    ) -> Iterator[str]:
        """The messages about an event that waits its turn, as they come."""
        body = self._body(name, event, data, values)
        answer = self.http.post("queue/join", content=json.dumps(body), headers=JSON)
        assert answer.status_code == 200, answer.text[:300]
        about = {"session_hash": self.client.session_hash}
        with self.http.stream("GET", "queue/data", params=about) as stream:
            yield from (line for line in stream.iter_lines() if line)

    def crops(self, data: Any) -> Any:
        """What the map's own function gives for points."""
        body = {
            "session_hash": self.client.session_hash,
            "component_id": self.ids["map"],
            "fn_name": "crops",
            "data": data,
        }
        start = time.perf_counter()
        answer = self.http.post("component_server", content=json.dumps(body), headers=JSON)
        self.seconds.setdefault("action", []).append(time.perf_counter() - start)
        assert answer.status_code == 200, answer.text[:300]
        return answer.json()
