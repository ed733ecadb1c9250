"""Events as the browser sends them, and values as it gets them."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr


def event(**data: Any) -> gr.EventData:
    """An event of a component with what it says."""
    return gr.EventData(None, data)


def shown(desk: Any, updates: dict[Any, Any], component: Any) -> Any:
    """The new value of a component that moving about may change."""
    assert set(updates) <= set(desk.outputs)
    json.dumps(updates[component])
    return updates[component]
