"""prelu: negative elements times a slope of their own, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT16, Limits
from ..base import Kernel, TensorArgument, for_dtype
from ..integers.bounds import Array
from ..integers.requantization import requantized, wrapped
from ..rules.broadcasting import operands, operands_not_broadcast
from ..rules.checks import check_multiplier
from ..rules.products import ProductOp
from .kernels_fast import FAST_KERNELS


@dataclass(frozen=True, kw_only=True)
class Prelu(ProductOp):
    """With x = input + input_offset: requantize(x) where x >= 0, else
    requantize(x * (other + other_offset)) with ``slope_multiplier`` and ``slope_shift``;
    then output_offset is added and the result clamped.

    Fields are those of ProductOp; ``multiplier`` and ``shift`` stand for input scale / output
    scale, the others for input scale * other scale / output scale.
    Source: TensorFlow Lite 8-bit PRELU.
    """

    name: ClassVar[str] = "prelu"
    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int16")
    widest: ClassVar[Limits] = INT16
    quantization_data: ClassVar[frozenset[str]] = ProductOp.quantization_data | {
        "slope_multiplier",
        "slope_shift",
    }

    slope_multiplier: int
    slope_shift: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_multiplier(self, "slope_", self.slope_multiplier, self.slope_shift)

    def results(self, input: Array, other: Array) -> Array:
        values = input + self.input_offset
        slopes = values * (other + self.other_offset)
        scaled = np.where(
            values >= 0,
            requantized(values, self.multiplier, self.shift),
            requantized(slopes, self.slope_multiplier, self.slope_shift),
        )
        shifted = wrapped(scaled.astype(np.int64) + self.output_offset)
        return np.clip(shifted, self.activation_min, self.activation_max).astype(np.int8)


OP = Prelu
KERNELS = [
    *for_dtype("int8", [Kernel("prelu_s8__ref", in_place=operands_not_broadcast), *FAST_KERNELS]),
    Kernel("prelu_s16__ref", dtypes=("int16",), in_place=operands_not_broadcast),
]
