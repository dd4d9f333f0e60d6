"""The exact reference of equal on torch tensors."""

from __future__ import annotations

from torch import Tensor

from ..rules.scaled_operands_torch import rescaled_operands
from .op import Equal


def reference(op: Equal, input: Tensor, other: Tensor) -> Tensor:
    """Two int8 or int32 tensors that broadcast together -> bool of the broadcast shape."""
    first, second = rescaled_operands(op, input, other)
    return (first == second) != op.negated
