"""What is said while images are scored."""

from __future__ import annotations


def comparing(done: int, total: int) -> str:
    """How far the comparison of two arithmetics is, in predictions."""
    return f"trying bfloat16 beside float32, {done} of {total} predictions"
