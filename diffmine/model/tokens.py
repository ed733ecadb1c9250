"""Prompts as a model reads them: two that are the same tokens are one prompt to it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from diffmine.errors import ModelError
from diffmine.model.foreign.checkpoint import Checkpoint
from diffmine.model.foreign.single import tokenizer
from diffmine.model.prompts import Prompts

_MOST = 512


def tokenizer_of(checkpoint: Checkpoint) -> Any | None:
    """The tokenizer of a model, without its weights; None where it cannot be loaded, which loading
    the model will report."""
    from transformers import AutoTokenizer, CLIPTokenizer

    part = checkpoint.parts.get("tokenizer")
    if part is None:
        return None
    if part.folder is None:
        return tokenizer()
    path = part.folder / "tokenizer_config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if "CLIP" in config.get("tokenizer_class", "CLIP"):
            return CLIPTokenizer.from_pretrained(part.folder)
        return AutoTokenizer.from_pretrained(part.folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_distinct(tokenizer: Any, prompts: Prompts, labels: Iterable[str]) -> None:
    """Raise ModelError where two labels, or a label and the null prompt, are the same tokens: case,
    spaces and what lies beyond the longest text are not seen by the model."""
    seen: dict[tuple[int, ...], str] = {_tokens(tokenizer, prompts.of(None)): ""}
    for label in labels:
        tokens = _tokens(tokenizer, prompts.of(label))
        other = seen.setdefault(tokens, label)
        if other == label:
            continue
        what = f"the labels {other!r} and {label!r}" if other else f"{label!r} and no label"
        raise ModelError(
            f"For this model {what} are one prompt, {prompts.of(label)[:80]!r} (it sees "
            f"{_blind(tokenizer)}{_longest(tokenizer)} tokens at most); rename or join them."
        )


def _tokens(tokenizer: Any, prompt: str) -> tuple[int, ...]:
    return tuple(tokenizer(prompt, truncation=True, max_length=_longest(tokenizer)).input_ids)


def _longest(tokenizer: Any) -> int:
    """Tokens of a prompt that are read; some tokenizers name a limit of 10^30."""
    return min(int(tokenizer.model_max_length), _MOST)


def _blind(tokenizer: Any) -> str:
    return "no case, no spaces and " if "CLIP" in type(tokenizer).__name__ else ""
