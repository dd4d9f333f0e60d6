"""The exact reference of sub on torch tensors."""

from __future__ import annotations

from torch import Tensor

from ..rules.scaled_operands_torch import rescaled_operands, result_of
from .op import Sub


def reference(op: Sub, input: Tensor, other: Tensor) -> Tensor:
    """Two tensors of one type -> that type, the broadcast shape; see Sub."""
    first, second = rescaled_operands(op, input, other)
    return result_of(op, first - second, input.dtype)
