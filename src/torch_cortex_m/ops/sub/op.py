"""sub: the difference of two quantized tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..base import Kernel
from ..rules.broadcasting import operands_not_broadcast
from ..rules.scaled_operands import ScaledOperandsOp
from .kernels_add import ADD_KERNELS


@dataclass(frozen=True, kw_only=True)
class Sub(ScaledOperandsOp):
    """input - other; fields and arithmetic are those of ScaledOperandsOp.

    Source: TensorFlow Lite 8-bit SUB.
    """

    name: ClassVar[str] = "sub"
    sign: ClassVar[int] = -1


OP = Sub
KERNELS = [Kernel("sub_s8__ref", in_place=operands_not_broadcast), *ADD_KERNELS]
