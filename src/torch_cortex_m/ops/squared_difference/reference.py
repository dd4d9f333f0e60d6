"""The exact reference of squared_difference on torch tensors."""

from __future__ import annotations

from torch import Tensor

from ..integers.torch_arithmetic import wrap_int32
from ..rules.scaled_operands_torch import rescaled_operands, result_of
from .op import SquaredDifference


def reference(op: SquaredDifference, input: Tensor, other: Tensor) -> Tensor:
    """Two int8 tensors that broadcast together -> int8 of the broadcast shape."""
    first, second = rescaled_operands(op, input, other)
    difference = wrap_int32(first - second)
    return result_of(op, difference * difference)
