"""mul: the product of two quantized tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT16, Limits
from ..base import Kernel, TensorArgument, for_dtype
from ..integers.bounds import Array
from ..integers.requantization import requantized, wrapped
from ..rules.broadcasting import operands, operands_not_broadcast
from ..rules.products import ProductOp
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_fast import FAST_KERNELS


@dataclass(frozen=True, kw_only=True)
class Mul(ProductOp):
    """clamp(requantize((input + input_offset) * (other + other_offset)) + output_offset).

    Fields are those of ProductOp; ``multiplier`` and ``shift`` stand for
    input scale * other scale / output scale.
    Source: TensorFlow Lite 8-bit MUL.
    """

    name: ClassVar[str] = "mul"
    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int16")
    widest: ClassVar[Limits] = INT16

    def results(self, input: Array, other: Array) -> Array:
        products = (input + self.input_offset) * (other + self.other_offset)
        scaled = requantized(products, self.multiplier, self.shift).astype(np.int64)
        shifted = wrapped(scaled + self.output_offset)
        return np.clip(shifted, self.activation_min, self.activation_max).astype(np.int8)


OP = Mul
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("mul_s8__ref", in_place=operands_not_broadcast),
            *FAST_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    Kernel("mul_s16__ref", dtypes=("int16",), in_place=operands_not_broadcast),
]
