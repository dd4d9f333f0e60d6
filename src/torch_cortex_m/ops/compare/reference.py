"""The exact reference of compare on torch tensors."""

from __future__ import annotations

from torch import Tensor

from .op import Compare


def reference(op: Compare, input: Tensor, other: Tensor) -> Tensor:
    """Two tensors of integers that broadcast together -> bool of the broadcast shape."""
    return (input < other if op.less else input == other) != op.negated
