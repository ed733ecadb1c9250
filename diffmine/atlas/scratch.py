"""Files under work/, of which no digest is noted: whether one is there to its end."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open


def readable(path: Path) -> bool:
    """Whether a file of values (.json) or tensors (.safetensors) is there and was not cut."""
    if not path.is_file():
        return False
    try:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        else:
            with safe_open(path, framework="numpy"):  # compares its size with what its head says
                pass
    except (SafetensorError, ValueError, OSError):
        return False
    return True
