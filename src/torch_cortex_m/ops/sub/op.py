"""sub: the difference of two quantized tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT16, Limits
from ..base import Kernel, TensorArgument, for_dtype
from ..rules.broadcasting import operands, operands_not_broadcast
from ..rules.scaled_operands import ScaledOperandsOp
from .kernels_add import ADD_KERNELS


@dataclass(frozen=True, kw_only=True)
class Sub(ScaledOperandsOp):
    """input - other; fields and arithmetic are those of ScaledOperandsOp.

    Source: TensorFlow Lite 8-bit SUB.
    """

    name: ClassVar[str] = "sub"
    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int16")
    widest: ClassVar[Limits] = INT16
    sign: ClassVar[int] = -1


OP = Sub
KERNELS = [
    *for_dtype("int8", [Kernel("sub_s8__ref", in_place=operands_not_broadcast), *ADD_KERNELS]),
    Kernel("sub_s16__ref", dtypes=("int16",), in_place=operands_not_broadcast),
]
