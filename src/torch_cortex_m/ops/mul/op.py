"""mul: the product of two quantized tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8
from ..base import Kernel
from ..integers.bounds import Array
from ..integers.requantization import requantized, wrapped
from ..rules.broadcasting import BroadcastingOp, operands_not_broadcast
from ..rules.checks import check_multiplier
from ..rules.window import check_activation, check_offset


@dataclass(frozen=True, kw_only=True)
class Mul(BroadcastingOp):
    """clamp(requantize((input + input_offset) * (other + other_offset)) + output_offset).

    Shapes are those of BroadcastingOp. ``input_offset`` and ``other_offset`` are -zero point,
    ``output_offset`` is the output's zero point; ``multiplier`` and ``shift`` stand for
    input scale * other scale / output scale.
    Source: TensorFlow Lite 8-bit MUL.
    """

    name: ClassVar[str] = "mul"
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "input_offset",
            "other_offset",
            "output_offset",
            "multiplier",
            "shift",
            "activation_min",
            "activation_max",
        }
    )

    input_offset: int = 0
    other_offset: int = 0
    output_offset: int = 0
    multiplier: int
    shift: int
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "other_offset", self.other_offset, *INT8.negated())
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "", self.multiplier, self.shift)

    def results(self, input: Array, other: Array) -> Array:
        products = (input + self.input_offset) * (other + self.other_offset)
        scaled = requantized(products, self.multiplier, self.shift).astype(np.int64)
        shifted = wrapped(scaled + self.output_offset)
        return np.clip(shifted, self.activation_min, self.activation_max).astype(np.int8)


OP = Mul
KERNELS = [Kernel("mul_s8__ref", in_place=operands_not_broadcast)]
