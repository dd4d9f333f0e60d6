"""The exact reference of negate on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_cortex_m.ops.integers.torch_arithmetic import requantize_to_int8

from .op import Negate


def reference(op: Negate, input: Tensor) -> Tensor:
    """int8 -> int8 of the same shape; see Negate."""
    values = -(input.to(torch.int64) + op.input_offset)
    multiplier, shift = values.new_tensor(op.multiplier), values.new_tensor(op.shift)
    return requantize_to_int8(
        values, multiplier, shift, op.output_offset, op.activation_min, op.activation_max
    )
