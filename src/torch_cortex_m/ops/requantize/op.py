"""requantize: int8 values in another scale, zero point or range; also relu and clamp alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Kernel, TensorArgument
from ..integers.bounds import Array, Bounds, of_requantized
from ..interfaces import Constants, Types
from ..rules.quantized import RequantizedOp
from .kernels_table import TABLE_KERNELS, outputs


@dataclass(frozen=True, kw_only=True)
class Requantize(RequantizedOp):
    """clamp(requantize(input + input_offset) + output_offset), element by element.

    Tensors: input int8, any shape. Output: the same shape, int8.

    ``input_offset`` is -input zero point, ``output_offset`` the output's zero point. ``multiplier``
    and ``shift`` stand for input scale / output scale; the defaults are exactly one.
    Source: TensorFlow Lite 8-bit quantization specification, requantization.
    """

    name: ClassVar[str] = "requantize"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    elementwise: ClassVar[bool] = True

    multiplier: int = 1 << 30
    shift: int = 1

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"elements": types["input"].elements}

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        if "input" not in given:
            return None
        sums = given["input"].plus(self.input_offset)
        multiplier, shift = np.array(self.multiplier), np.array(self.shift)
        outputs = of_requantized(sums, multiplier, shift, self.output_offset)
        return outputs.clamped(self.activation_min, self.activation_max)

    def element_table(self, types: Types, constants: Constants) -> tuple[str, Array] | None:
        return "input", outputs(self, np.arange(INT8.low, INT8.high + 1))

    def clamp_range(self) -> tuple[int, int] | None:
        """2^30 with a shift of 1 is exactly one, and the offsets may cancel."""
        unchanged = (self.multiplier, self.shift) == (1 << 30, 1)
        if not unchanged or self.input_offset != -self.output_offset:
            return None
        return self.activation_min, self.activation_max


OP = Requantize
KERNELS = [Kernel("requantize_s8__ref", in_place=lambda layer: ("input",)), *TABLE_KERNELS]
