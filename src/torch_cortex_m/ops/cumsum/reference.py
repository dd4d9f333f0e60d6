"""The exact reference of cumsum on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to_int8, wrap_int32
from .op import Cumsum


def reference(op: Cumsum, input: Tensor) -> Tensor:
    """[outer, count, inner] int8 -> the same shape, int8; see Cumsum."""
    values = input.to(torch.int64) + op.input_offset
    ordered = values.flip(1) if op.reverse else values
    sums = ordered.cumsum(1) - (ordered if op.exclusive else 0) + op.start
    if op.reverse:
        sums = sums.flip(1)
    multiplier, shift = sums.new_tensor(op.multiplier), sums.new_tensor(op.shift)
    return requantize_to_int8(
        wrap_int32(sums << op.left_shift),
        multiplier,
        shift,
        op.output_offset,
        op.activation_min,
        op.activation_max,
    )
