"""add: the sum of two quantized tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT16, Limits
from ..base import Kernel, TensorArgument, for_dtype
from ..rules.broadcasting import operands, operands_not_broadcast
from ..rules.scaled_operands import ScaledOperandsOp
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS, LINEAR_WORDS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True, kw_only=True)
class Add(ScaledOperandsOp):
    """The sum of the operands; fields and arithmetic are those of ScaledOperandsOp.

    Source: TensorFlow Lite 8-bit ADD; CMSIS-NN's arm_elementwise_add_s8 gives the same values.
    """

    name: ClassVar[str] = "add"
    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int16")
    widest: ClassVar[Limits] = INT16


OP = Add
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("add_s8__ref", in_place=operands_not_broadcast),
            *DSP_KERNELS,
            *SCALAR_KERNELS,
            LINEAR_WORDS,
            *MVE_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    Kernel("add_s16__ref", dtypes=("int16",), in_place=operands_not_broadcast),
]
