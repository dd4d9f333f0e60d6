"""From the sums of a WideSumOp to its output, on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to, requantize_wide, wrap_int32
from .weighted_sum import WideSumOp


def output_of_sums(
    op: WideSumOp,
    dtype: torch.dtype,
    sums: Tensor,
    bias: Tensor | None,
    multipliers: Tensor,
    shifts: Tensor,
) -> Tensor:
    """int64 sums [..., channels] without the bias -> the output, int8 or int16; see WideSumOp."""
    limits = op.activation_min, op.activation_max
    total = sums if bias is None else sums + bias.to(torch.int64)
    if dtype == torch.int16 and (bias is None or bias.dtype == torch.int64):
        scaled = requantize_wide(total, multipliers.to(torch.int64), shifts.to(torch.int64))
        return torch.clamp(scaled, *limits).to(dtype)
    wrapped = wrap_int32(total)
    return requantize_to(dtype, wrapped, multipliers, shifts, op.output_offset, *limits)
