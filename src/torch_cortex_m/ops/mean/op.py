"""mean: the mean or the sum over one dimension, requantized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, Quantization, TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.arithmetic import quantize_multiplier
from ..rules.checks import check_multiplier
from ..rules.reduction import block_sizes, check_blocks
from ..rules.window import check_activation, check_offset
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True, kw_only=True)
class Mean(Op):
    """The mean over the middle dimension, in the output's own scale and zero point; the sum is the
    same with another multiplier.

    Tensors: input [outer, count, inner] int8, count at most 2^22. Output: [outer, inner] int8.

    ``input_offset`` (= -input zero point) is added to every input; the sums are requantized by
    ``multiplier`` and ``shift``, which stand for input scale / (output scale * count), or without
    the count for a sum, then
    ``output_offset`` (= output zero point) is added and the result clamped. ``rescaling`` computes
    the two as TensorFlow Lite does. avg_pool2d has another arithmetic: it divides.
    Source: TensorFlow Lite 8-bit MEAN and SUM.
    """

    name: ClassVar[str] = "mean"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"input_offset", "multiplier", "shift", "output_offset", "activation_min", "activation_max"}
    )

    input_offset: int = 0
    multiplier: int
    shift: int
    output_offset: int = 0
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "", self.multiplier, self.shift)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        outer, _, inner = check_blocks(self, types)
        return outer, inner

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | block_sizes(types)


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
KERNELS = [Kernel("mean_s8__ref"), *SCALAR_KERNELS, *DSP_KERNELS, *MVE_KERNELS]
