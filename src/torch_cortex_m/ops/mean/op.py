"""mean: the mean over one dimension, requantized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, Quantization, TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.arithmetic import quantize_multiplier
from ..rules.checks import check_multiplier
from ..rules.window import check_activation, check_offset, check_rank
from .kernels_dsp import DSP_KERNELS
from .kernels_scalar import SCALAR_KERNELS

LARGEST_COUNT = 1 << 22
"""Keeps 255 * count, and with it every sum, within int32."""


@dataclass(frozen=True, kw_only=True)
class Mean(Op):
    """The mean over the middle dimension, in the output's own scale and zero point.

    Tensors: input [outer, count, inner] int8, count at most 2^22. Output: [outer, inner] int8.

    ``input_offset`` (= -input zero point) is added to every input; the sums are requantized by
    ``multiplier`` and ``shift``, which stand for input scale / (output scale * count), then
    ``output_offset`` (= output zero point) is added and the result clamped. ``rescaling`` computes
    the two as TensorFlow Lite does. avg_pool2d has another arithmetic: it divides.
    Source: TensorFlow Lite 8-bit MEAN.
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
        check_rank(self, types, "input", 3)
        outer, count, inner = types["input"].shape
        expected = f"at most {LARGEST_COUNT} elements in dimension 1"
        self.expect(count <= LARGEST_COUNT, "input", expected, count)
        return outer, inner

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        outer, count, inner = types["input"].shape
        return super().constants(types) | {"outer": outer, "count": count, "inner": inner}


def rescaling(input: Quantization, output: Quantization, count: int) -> dict[str, int]:
    """``multiplier`` and ``shift`` of the mean over ``count`` elements.

    The multiplier of the two scales is divided by the count in integers, after a shift to the left
    by floor(log2(count)) that keeps its precision; the shift makes up for it.
    Raises ValueError if the scales' quotient is too large.
    Source: TensorFlow Lite's integer MEAN.
    """
    multiplier, shift = quantize_multiplier(input.scale / output.scale)
    left = min(count.bit_length() - 1, 32, 31 + shift)
    return {"multiplier": (multiplier << left) // count, "shift": shift - left}


OP = Mean
KERNELS = [Kernel("mean_s8__ref"), *SCALAR_KERNELS, *DSP_KERNELS]
