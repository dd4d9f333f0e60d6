"""The exact reference of rescale on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import limits
from ..integers.torch_arithmetic import requantize, wrap_int32
from ..rules.integer_types import OUTPUTS
from .op import Rescale


def reference(op: Rescale, input: Tensor) -> Tensor:
    """int8, int16 or int32 -> one of these, of the same shape; see Rescale."""
    dtype = OUTPUTS[op.output_bytes]
    values = wrap_int32(input.to(torch.int64) + op.input_offset)
    scaled = requantize(values, values.new_tensor(op.multiplier), values.new_tensor(op.shift))
    return wrap_int32(scaled + op.output_offset).clamp(*limits(dtype)).to(getattr(torch, dtype))
