"""Prompts as networks read them that have more than one text encoder.

A prompt is one tensor, s x d: the states of its tokens, and last, where the network wants one, a
state of the prompt as a whole, filled up with zeros.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor
from torch.nn.functional import pad


def packed(
    states: Shaped[Tensor, "n s d"], whole: Shaped[Tensor, "n e"]
) -> Shaped[Tensor, "n s+1 _"]:
    """States of tokens and of the prompt as a whole as one tensor."""
    wide = max(states.shape[-1], whole.shape[-1])
    rows = (states, whole[:, None].to(states.dtype))
    return torch.cat([pad(row, (0, wide - row.shape[-1])) for row in rows], 1)


def unpacked(
    words: Shaped[Tensor, "n t f"], tokens: int, whole: int
) -> tuple[Shaped[Tensor, "n s d"], Shaped[Tensor, "n e"]]:
    """The same apart: states of `tokens` numbers and a whole of `whole` numbers."""
    return words[:, :-1, :tokens], words[:, -1, :whole]


def clip(
    tokenizer: Any, encoder: Any, prompts: list[str]
) -> tuple[Shaped[Tensor, "n s d"], Shaped[Tensor, "n *e"]]:
    """The states of a CLIP text encoder before its last layer, and what comes first of its answer:
    of one with a projection that is a state of the whole."""
    tokens = tokenizer(
        prompts,
        padding="max_length",
        max_length=encoder.config.max_position_embeddings,
        truncation=True,
        return_tensors="pt",
    ).input_ids
    answer = encoder(tokens.to(encoder.device), output_hidden_states=True)
    return answer.hidden_states[-2], answer[0]
