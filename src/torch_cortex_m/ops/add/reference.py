"""The exact reference of add on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize, requantize_to_int8, wrap_int32
from .op import Add


def reference(op: Add, input: Tensor, other: Tensor) -> Tensor:
    """Two int8 tensors that broadcast together -> int8 of the broadcast shape; see Add."""
    sums = wrap_int32(
        _rescale(op, input, op.input_offset, op.input_multiplier, op.input_shift)
        + _rescale(op, other, op.other_offset, op.other_multiplier, op.other_shift)
    )
    multiplier, shift = sums.new_tensor(op.output_multiplier), sums.new_tensor(op.output_shift)
    return requantize_to_int8(
        sums, multiplier, shift, op.output_offset, op.activation_min, op.activation_max
    )


def _rescale(op: Add, values: Tensor, offset: int, multiplier: int, shift: int) -> Tensor:
    """int8 -> int64, in the scale that both operands share."""
    shifted = wrap_int32((values.to(torch.int64) + offset) << op.left_shift)
    return requantize(shifted, shifted.new_tensor(multiplier), shifted.new_tensor(shift))
