"""The exact reference of rescale on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import limits
from ..integers.torch_arithmetic import requantize, wrap_int32
from .op import Rescale


def reference(op: Rescale, input: Tensor) -> Tensor:
    """Integers -> integers of ``output_bits``, of the same shape; see Rescale."""
    values = wrap_int32(input.to(torch.int64) + op.input_offset)
    scaled = requantize(values, values.new_tensor(op.multiplier), values.new_tensor(op.shift))
    dtype = f"int{op.output_bits}"
    return torch.clamp(wrap_int32(scaled + op.output_offset), *limits(dtype)).to(
        getattr(torch, dtype)
    )
