"""The exact reference of prelu on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to_int8
from .op import Prelu


def reference(op: Prelu, input: Tensor, other: Tensor) -> Tensor:
    """Two int8 tensors that broadcast together -> int8 of the broadcast shape; see Prelu."""
    values = input.to(torch.int64) + op.input_offset
    slopes = values * (other.to(torch.int64) + op.other_offset)
    limits = (op.output_offset, op.activation_min, op.activation_max)
    positive = requantize_to_int8(
        values, values.new_tensor(op.multiplier), values.new_tensor(op.shift), *limits
    )
    negative = requantize_to_int8(
        slopes, values.new_tensor(op.slope_multiplier), values.new_tensor(op.slope_shift), *limits
    )
    return torch.where(values >= 0, positive, negative)
