"""Operands in one scale, on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize, requantize_to, wrap_int32
from .comparisons import ComparisonOp
from .scaled_operands import ScaledOperandsOp


def rescaled_operands(
    op: ScaledOperandsOp | ComparisonOp, input: Tensor, other: Tensor
) -> tuple[Tensor, Tensor]:
    """int8 or int16 -> int64, in the scale that both operands share; int32 as it is."""
    if input.dtype == torch.int32:
        return input.to(torch.int64), other.to(torch.int64)
    return (
        _rescale(op, input, op.input_offset, op.input_multiplier, op.input_shift),
        _rescale(op, other, op.other_offset, op.other_multiplier, op.other_shift),
    )


def result_of(op: ScaledOperandsOp, value: Tensor, dtype: torch.dtype = torch.int8) -> Tensor:
    """What has become of the operands -> the output."""
    wrapped = wrap_int32(value)
    multiplier, shift = (
        wrapped.new_tensor(op.output_multiplier),
        wrapped.new_tensor(op.output_shift),
    )
    limits = op.activation_min, op.activation_max
    return requantize_to(dtype, wrapped, multiplier, shift, op.output_offset, *limits)


def _rescale(
    op: ScaledOperandsOp | ComparisonOp, values: Tensor, offset: int, multiplier: int, shift: int
) -> Tensor:
    shifted = wrap_int32((values.to(torch.int64) + offset) << op.left_shift)
    return requantize(shifted, shifted.new_tensor(multiplier), shifted.new_tensor(shift))
