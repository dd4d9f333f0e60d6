"""squared_difference: the square of the difference of two quantized tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..base import Kernel
from ..rules.broadcasting import operands_not_broadcast
from ..rules.scaled_operands import ScaledOperandsOp, rescaling_by
from .kernels_tables import TABLE_KERNELS

LEFT_SHIFT = 7
"""With which the squared difference fits into 32 bits."""


@dataclass(frozen=True, kw_only=True)
class SquaredDifference(ScaledOperandsOp):
    """(input - other)^2 modulo 2^32; fields and arithmetic are those of ScaledOperandsOp.

    Source: TensorFlow Lite 8-bit SQUARED_DIFFERENCE.
    """

    name: ClassVar[str] = "squared_difference"

    left_shift: int = LEFT_SHIFT


def rescaling(input_scale: float, other_scale: float, output_scale: float) -> dict[str, int]:
    """The fields that follow from the scales. Source: TensorFlow Lite's PrepareQuantized."""
    common = 2.0 * max(input_scale, other_scale)
    output = common * common / ((1 << (2 * LEFT_SHIFT)) * output_scale)
    return rescaling_by(input_scale / common, other_scale / common, output, LEFT_SHIFT)


OP = SquaredDifference
KERNELS = [
    Kernel("squared_difference_s8__ref", in_place=operands_not_broadcast),
    *TABLE_KERNELS,
]
