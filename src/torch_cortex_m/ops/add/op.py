"""add: the sum of two quantized tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8
from ..base import Kernel
from ..integers.arithmetic import quantize_multiplier
from ..rules.broadcasting import BroadcastingOp, operands_not_broadcast
from ..rules.checks import check_multiplier
from ..rules.window import check_activation, check_offset
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS, LINEAR_WORDS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True, kw_only=True)
class Add(BroadcastingOp):
    """Quantized addition of int8 tensors; shapes are those of BroadcastingOp.

    ``input_offset`` and ``other_offset`` (= -zero point) are added, the sums shifted left by
    ``left_shift`` (modulo 2^32) and requantized to a common scale, added (modulo 2^32), requantized
    to the output's scale, ``output_offset`` (= output zero point) is added and the result clamped.
    Source: TensorFlow Lite 8-bit ADD; CMSIS-NN's arm_elementwise_add_s8 gives the same values.
    """

    name: ClassVar[str] = "add"
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "left_shift",
            "input_offset",
            "input_multiplier",
            "input_shift",
            "other_offset",
            "other_multiplier",
            "other_shift",
            "output_offset",
            "output_multiplier",
            "output_shift",
            "activation_min",
            "activation_max",
        }
    )

    left_shift: int = 20
    input_offset: int = 0
    input_multiplier: int
    input_shift: int
    other_offset: int = 0
    other_multiplier: int
    other_shift: int
    output_offset: int = 0
    output_multiplier: int
    output_shift: int
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "left_shift", self.left_shift, 0, 31)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "other_offset", self.other_offset, *INT8.negated())
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "input_", self.input_multiplier, self.input_shift)
        check_multiplier(self, "other_", self.other_multiplier, self.other_shift)
        check_multiplier(self, "output_", self.output_multiplier, self.output_shift)


def rescaling(
    input_scale: float, other_scale: float, output_scale: float, left_shift: int = 20
) -> dict[str, int]:
    """The fields of Add that follow from the scales: ``left_shift``, multipliers and shifts.

    Both operands are brought to twice the larger input scale, divided by 2^left_shift.
    Source: TensorFlow Lite's preparation of the quantized ADD.
    """
    common = 2.0 * max(input_scale, other_scale)
    input_multiplier, input_shift = quantize_multiplier(input_scale / common)
    other_multiplier, other_shift = quantize_multiplier(other_scale / common)
    output_multiplier, output_shift = quantize_multiplier(
        common / ((1 << left_shift) * output_scale)
    )
    return {
        "left_shift": left_shift,
        "input_multiplier": input_multiplier,
        "input_shift": input_shift,
        "other_multiplier": other_multiplier,
        "other_shift": other_shift,
        "output_multiplier": output_multiplier,
        "output_shift": output_shift,
    }


OP = Add
KERNELS = [
    Kernel("add_s8__ref", in_place=operands_not_broadcast),
    *DSP_KERNELS,
    *SCALAR_KERNELS,
    LINEAR_WORDS,
    *MVE_KERNELS,
    *CMSIS_NN_KERNELS,
]
