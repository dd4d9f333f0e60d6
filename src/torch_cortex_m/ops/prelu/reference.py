"""The exact reference of prelu on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to, wrap_int32
from .op import Prelu


def reference(op: Prelu, input: Tensor, other: Tensor) -> Tensor:
    """Two tensors of one type that broadcast together -> that type, the broadcast shape."""
    values = input.to(torch.int64) + op.input_offset
    slopes = wrap_int32(values * (other.to(torch.int64) + op.other_offset))
    limits = (op.output_offset, op.activation_min, op.activation_max)
    positive = requantize_to(
        input.dtype, values, values.new_tensor(op.multiplier), values.new_tensor(op.shift), *limits
    )
    negative = requantize_to(
        input.dtype,
        slopes,
        values.new_tensor(op.slope_multiplier),
        values.new_tensor(op.slope_shift),
        *limits,
    )
    return torch.where(values >= 0, positive, negative)
