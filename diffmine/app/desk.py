"""What all tabs share: the shelves, the visitor's view and the way from one place to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import parse_qsl

import gradio as gr

from diffmine.app import texts
from diffmine.app.cache import Cache
from diffmine.app.parts import Updates, Value
from diffmine.app.shelf import Shelf
from diffmine.app.view import (
    Refused,
    View,
    choice,
    first_view,
    from_query,
    payload,
    picked,
    view_beside,
)
from diffmine.atlas.records import Patch

Component = TypeVar("Component")

LONGEST_LINK = 20_000


def always(of: object) -> bool:
    """For a tab that every atlas has, or that always follows the selected patch."""
    return True


def never(of: object) -> bool:
    """For a tab that shows the same thing whichever patch is selected."""
    return False


@runtime_checkable
class Panel(Protocol):
    """A part of the page: made in the constructor, filled by `show`, connected by `wire`."""

    def show(self, view: View) -> Updates:
        """New values of its components for a view."""

    def wire(self) -> None:
        """Connect its events, once every part of the page is made."""


@dataclass(frozen=True)
class Tab:
    """A tab: its name in links, its title on the screen, where its class is (`module:Class`, a
    Panel), which atlases it is shown for, and in which views it follows the selected patch: then
    it is filled again when another one is selected beside the tabs. `filtered`: what it shows can
    be filtered."""

    name: str
    title: str
    path: str
    shown: Callable[[Shelf], bool] = always
    follows: Callable[[View], bool] = never
    filtered: bool = False

    def panel(self, desk: Desk) -> Panel:
        """Its part of the page, newly made."""
        module, _, name = self.path.partition(":")
        panel: Panel = getattr(import_module(module), name)(desk)
        return panel


class Desk:
    """The page while it is built and the handlers that every tab uses."""

    def __init__(
        self,
        shelves: Mapping[str, Shelf],
        tabs: Sequence[Tab],
        cache: Cache,
        view: View,
        *,
        editable: bool,
    ) -> None:
        self.shelves = dict(shelves)
        self.tabs = list(tabs)
        self.cache = cache
        self.first = view
        self.editable = editable
        self.owners = False
        """Whether all visitors are the one whose machine this is: `serve` says so."""
        self.outputs: list[Any] = []
        self.groups: dict[str, list[Any]] = {}
        self.group = ""
        self.panels: dict[str, Panel] = {}
        self.inspector: Panel
        self.header: Any
        self.filters: Panel
        self.labels: gr.HTML
        self.refuse: Callable[[View, str], Updates]
        self.bar: gr.Tabs
        self.state: gr.HTML  # holds the view
        self.basket: gr.HTML  # holds its entries
        self.add_all: Callable[[View, Any, Sequence[Patch]], Updates]  # into the basket
        self.added: list[Any]  # what that changes
        self.running: dict[str, gr.HTML]  # know the jobs that this page began, by their kinds

    def own(self, component: Component) -> Component:
        """Note a component as one that moving about may change, in the group being built."""
        self.outputs.append(component)
        self.groups.setdefault(self.group, []).append(component)
        return component

    def to(self, *groups: str) -> list[Any]:
        """Outputs of a handler that changes only some groups: each output costs a millisecond."""
        named = (component for name in groups for component in self.groups[name])
        return list(dict.fromkeys([self.state, *self.groups["filters"], *named]))

    def shown(self, shelf: Shelf) -> list[str]:
        """The names of the tabs that an atlas has, in their order."""
        return [tab.name for tab in self.tabs if tab.shown(shelf)]

    def shelf(self, view: View) -> Shelf:
        """The shelf a visitor stands at."""
        return self.shelves[view.atlas]

    def beside(self, view: View) -> tuple[Shelf, View] | None:
        """Another atlas that stands beside the open one, and the view of it."""
        return (self.shelves[view.other], view_beside(view)) if view.other else None

    def others(self, view: View) -> list[tuple[str, str]]:
        """The other atlases as choices, by title and key."""
        shelves = self.shelves.values()
        return [(shelf.title, shelf.key) for shelf in shelves if shelf.key != view.atlas]

    def paired(self, view: View, other: Any) -> View:
        """A view with another atlas beside it, by its key, at the label of the same name or at its
        first; "" for none."""
        key = choice(other or "", ["", *(key for _, key in self.others(view))])
        if not key:
            return replace(view, other="", second="", twin=None)
        labels = self.shelves[key].labels
        label = view.label if view.label in labels else first_view(self.shelves[key]).label
        return replace(view, other=key, second=label, twin=None)

    def across(self, view: View, patch_id: str) -> View:
        """The view of the atlas that stands beside, at one of its patches; the atlas of before
        then stands beside it."""
        there = self.beside(view)
        patch = there[0].known(patch_id) if there else None
        if there is None or patch is None:
            raise Refused(texts.NO_SUCH_PATCH)
        return replace(
            view,
            atlas=view.other,
            label=patch.label,
            patch=patch.patch_id,
            element=view.twin,
            filter=there[1].filter,
            other=view.atlas,
            second=view.label,
            twin=view.element,
            versus=None,
            into=(),
            target="",
        )

    def foreign(self, view: View, event: gr.EventData) -> str:
        """The patch that an event names of the atlas that stands beside; "" for one of the open
        atlas."""
        key, _, name = str(payload(event, "id")).partition("/")
        return name if view.other and key == view.other else ""

    def crossing(self, view: View, event: gr.EventData) -> Updates:
        """A pressed patch of the atlas that stands beside opens that one; nothing for others."""
        name = self.foreign(view, event)
        return self.arrive(self.across(view, name)) if name else {}

    def on_pick_beside(self, view: View, event: gr.EventData) -> Updates:
        """A picture was pressed that may be of the atlas that stands beside."""
        return self.crossing(view, event) or self.on_pick(view, event)

    def go(self, view: View, tab: str) -> Updates:
        """Another place in the tab that is open."""
        view = replace(view, tab=tab)
        return self.placed(view) | self.filters.show(view) | self.panels[tab].show(view)

    def turn(self, view: View, tab: str) -> Updates:
        """The same place in another tab."""
        return self._opened(self.settled(replace(view, tab=tab)))

    def _opened(self, view: View) -> Updates:
        tab = {self.bar: gr.Tabs(selected=view.tab)}
        return self.go(view, view.tab) | self.header.show(view) | tab

    def arrive(self, view: View) -> Updates:
        """A place, perhaps in another atlas: header, inspector and tab are filled again."""
        return self._opened(view) | self.inspector.show(view)

    def select(self, view: View, patch: Patch) -> Updates:
        """Show a patch in the inspector."""
        view = self.settled(replace(view, patch=patch.patch_id))
        return self.placed(view) | self.inspector.show(view)

    def choose(self, view: View, label: str) -> View:
        """The view of another label, from its beginning: its first patch is selected."""
        beside = self.beside(view)
        if beside and view.second == view.label and label in beside[0].labels:
            view = replace(view, second=label, twin=None)  # the same label of both atlases
        view = replace(view, label=label, page=0, element=None)
        first = self.shelf(view).atlas.patches(label, count=1)
        return replace(view, patch=first[0].patch_id if first else "")

    def settled(self, view: View) -> View:
        """A view that speaks of one label: that of the selected patch, or one beside it. Only
        Trends shows the course of one label while patches of others are looked at."""
        patch = self.shelf(view).known(view.patch)
        labels = (view.label, "" if view.other else view.second)
        if view.tab == "trends" or patch is None or patch.label in labels:
            return view
        return replace(view, label=patch.label, page=0, element=None)

    def placed(self, view: View) -> Updates:
        """The view, which the address bar shows as a link."""
        return {self.state: view}

    def read(self, value: Value) -> View:
        """The view that a page holds; what is wrong in it is as on a first visit."""
        text, elements = value.get("query"), value.get("elements")
        query = dict(parse_qsl(text[:LONGEST_LINK])) if isinstance(text, str) else {}
        view = from_query(self.shelves, query, self.shown)
        return replace(view, elements=elements if isinstance(elements, str) else "")

    def write(self, view: View) -> Value:
        """The view as a page holds it: its link, and which elements it speaks of."""
        return {"query": view.query(), "elements": view.elements}

    def on_pick(self, view: View, event: gr.EventData) -> Updates:
        """A picture was pressed in a tab that shows the same thing whichever patch is selected."""
        return self.select(view, picked(event, self.shelf(view)))

    def on_pick_anywhere(self, view: View, event: gr.EventData) -> Updates:
        """A picture was pressed beside the tabs: the open one may follow it."""
        updates = self.on_pick(view, event)
        now = updates[self.state]
        if now.label != view.label or self._follows(now):
            updates |= self.panels[view.tab].show(now)
        return updates

    def _follows(self, view: View) -> bool:
        return any(tab.name == view.tab and tab.follows(view) for tab in self.tabs)

    def on_visit(self, view: View, event: gr.EventData) -> Updates:
        """Back or Forward: the view of an address of before, which the answer names again."""
        query = payload(event, "query")
        there = self.read({"query": query}) if isinstance(query, str) else view
        updates = self.arrive(there)
        now = self.write(updates[self.state])
        return updates | {self.state: {**now, "visited": str(query)[:LONGEST_LINK]}}
