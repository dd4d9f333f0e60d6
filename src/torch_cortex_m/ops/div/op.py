"""div: the quotient of two quantized tensors, with broadcasting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import TensorType
from ..base import Kernel, Layer
from ..integers.bounds import Array
from ..integers.fixed_point import reciprocal_of_one_plus
from ..rules.broadcasting import operands_not_broadcast
from ..rules.products import ProductOp

LARGEST_SHIFT = 23
"""Up to here no quotient is shifted left."""

DIVISORS = 256
"""0 to 255, without their sign."""


@dataclass(frozen=True, kw_only=True)
class Div(ProductOp):
    """clamp(requantize((input + input_offset) / (other + other_offset)) + output_offset).

    Fields are those of ProductOp; ``multiplier`` and ``shift`` stand for
    input scale / (other scale * output scale), the shift is 23 at most. Division by zero gives the
    end of the range that the sign of the dividend tells, and 0 / 0 is 0.
    Source: TensorFlow Lite's quantized Div, which leaves division by zero open.
    """

    name: ClassVar[str] = "div"

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        self.expect(self.shift <= LARGEST_SHIFT, "shift", f"at most {LARGEST_SHIFT}", self.shift)
        return super().output_shape(types)


def reciprocals() -> Array:
    """1 / (d / 2^floor(log2(d))) in Q0.31, int32, for the divisors d; 0 for 0.

    Source: TensorFlow Lite's GetReciprocal.
    """
    divisors = np.arange(1, DIVISORS, dtype=np.int64)
    bits = np.frexp(divisors)[1] - 1
    fractions = (divisors << (31 - bits)) - (1 << 31)
    return np.concatenate([[0], reciprocal_of_one_plus(fractions)]).astype(np.int32)


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {**layer.constants, "reciprocals": reciprocals()}


OP = Div
KERNELS = [Kernel("div_s8__ref", pack=_pack, in_place=operands_not_broadcast)]
