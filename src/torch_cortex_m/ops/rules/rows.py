"""What operators have in common that treat every row, the last dimension, in the same way."""

from __future__ import annotations

from ..interfaces import Reach, Types


def reach_of_rows(types: Types, argument: str, axis: int) -> Reach | None:
    """Along every axis but the last, an output row depends on the row at its own place."""
    return Reach(axis) if axis < len(types[argument].shape) - 1 else None
