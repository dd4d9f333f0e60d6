"""mean: the mean or the sum over one dimension, requantized."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, INT16, Limits, Quantization
from ..base import Kernel, TensorArgument, for_dtype
from ..integers.arithmetic import quantize_multiplier
from ..interfaces import Sums, Types
from ..rules.quantized import RequantizedOp
from ..rules.reduction import ReductionOp
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS

LARGEST_WIDE_COUNT = 1 << 14
"""Keeps 2^16 * count, and with it every sum of int16, within int32."""


@dataclass(frozen=True, kw_only=True)
class Mean(RequantizedOp, ReductionOp):
    """The mean over the middle dimension, in the output's own scale and zero point; the sum is the
    same with another multiplier.

    Tensors: input [outer, count, inner] int8, count at most 2^22, or int16, count at most 2^14.
    Output: [outer, inner] of the same type.

    ``input_offset`` (= -input zero point) is added to every input; the sums are requantized by
    ``multiplier`` and ``shift``, which stand for input scale / (output scale * count), or without
    the count for a sum, then
    ``output_offset`` (= output zero point) is added and the result clamped. ``rescaling`` computes
    the two as TensorFlow Lite does. avg_pool2d has another arithmetic: it divides.
    Source: TensorFlow Lite's MEAN and SUM of int8 and int16.
    """

    name: ClassVar[str] = "mean"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int8", "int16")),)
    widest: ClassVar[Limits] = INT16

    def output_shape(self, types: Types) -> tuple[int, ...]:
        shape = super().output_shape(types)
        if types["input"].dtype == "int16":
            count, expected = types["input"].shape[1], f"at most {LARGEST_WIDE_COUNT} of int16"
            self.expect(count <= LARGEST_WIDE_COUNT, "input", expected, count)
        return shape

    def sums(self, types: Types) -> Sums | None:
        """Of int8, where the result is not clamped further than its type."""
        limits = self.activation_min, self.activation_max
        if types["input"].limits != INT8 or limits != INT8:
            return None
        outer, count, inner = types["input"].shape
        names = ("multiplier", "shift", "output_offset")
        fields = {"output_bytes": 1, **{name: getattr(self, name) for name in names}}
        return Sums((outer, count, inner), self.input_offset, "rescale", fields)


def rescaling(input: Quantization, output: Quantization, count: int) -> dict[str, int]:
    """``multiplier`` and ``shift`` of the mean over ``count`` elements; of 1 for a sum.

    The multiplier of the two scales is divided by the count in integers, after a shift to the left
    by floor(log2(count)) that keeps its precision; the shift makes up for it.
    Raises ValueError if the scales' quotient is too large.
    Source: TensorFlow Lite's integer MEAN.
    """
    multiplier, shift = quantize_multiplier(input.scale / output.scale)
    left = min(count.bit_length() - 1, 32, 31 + shift)
    return {"multiplier": (multiplier << left) // count, "shift": shift - left}


OP = Mean
KERNELS = [
    *for_dtype("int8", [Kernel("mean_s8__ref"), *SCALAR_KERNELS, *DSP_KERNELS, *MVE_KERNELS]),
    Kernel("mean_s16__ref", dtypes=("int16",)),
]
