"""One visitor's events, one after the other.

gradio hands a handler the state as it is when the handler is called and stores what comes back
when it has ended. Of two events of one visitor that overlap, the second would therefore begin from
the state before the first, and undo what that changed.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from itertools import count
from threading import Lock
from typing import Any

import gradio as gr

_numbers = count()


class Held:
    """A value of one visitor, which handlers read and change in turn."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.lock = Lock()
        self.number = next(_numbers)

    def __deepcopy__(self, memo: dict[int, Any]) -> Held:
        return Held(deepcopy(self.value, memo))


def held(value: Any) -> gr.State:
    """A state whose handlers run in turn once `in_turn` has been through the page.

    They get the value itself as an input and hand back a new one, by component, in a dict.
    """
    return gr.State(Held(value))


def in_turn(blocks: gr.Blocks) -> None:
    """Let every event that changes a held state begin from what the one before it left, and let
    every event that reads one wait for those that are changing it.

    Raises ValueError for a generator that would change one.
    """
    for event in blocks.fns.values():
        written = [component for component in event.outputs if _is_held(component)]
        if event.fn is None or not any(map(_is_held, [*event.inputs, *written])):
            continue
        if not written:
            event.fn = _reads(event.fn)
            continue
        if inspect.isgeneratorfunction(event.fn):
            raise ValueError(f"{event.name} would hold a state for as long as it runs.")
        # gradio puts what is no component, an event or a request, behind the function's own inputs
        # and before the added ones: those are counted from the end.
        added = [component for component in written if component not in event.inputs]
        own = (component for component in written if component in event.inputs)
        places = {component: event.inputs.index(component) for component in own}
        places |= {component: at - len(added) for at, component in enumerate(added)}
        event.inputs = [*event.inputs, *added]
        event.fn = _writes(event.fn, places, len(added))


def _is_held(component: Any) -> bool:
    return isinstance(component, gr.State) and isinstance(component.value, Held)


def _reads(function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def steps(*values: Any) -> Iterator[Any]:
            yield from function(*map(_now, values))

        return steps

    @functools.wraps(function)
    def once(*values: Any) -> Any:
        return function(*map(_now, values))

    return once


def _now(value: Any) -> Any:
    """The value of an argument; that of a held state once nobody is changing it."""
    if not isinstance(value, Held):
        return value
    with value.lock:
        return value.value


def _writes(function: Callable[..., Any], places: dict[Any, int], added: int) -> Callable[..., Any]:
    """`places`: the index of each written state among the values; the last `added` values are there
    for this alone."""

    @functools.wraps(function)
    def once(*values: Any) -> dict[Any, Any]:
        given = values[: len(values) - added]
        with ExitStack() as stack:
            # In one order, so that no two events wait for each other.
            states = [value for value in values if isinstance(value, Held)]
            for state in sorted(states, key=lambda state: state.number):
                stack.enter_context(state.lock)
            updates = dict(
                function(*(value.value if isinstance(value, Held) else value for value in given))
            )
            for component in places.keys() & updates.keys():
                mine = values[places[component]]
                mine.value = updates[component]
                updates[component] = mine
        return updates

    return once
