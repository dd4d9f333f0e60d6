"""integer_arithmetic: sums, products, quotients and the like of int32, with broadcasting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, TensorArgument
from ..rules.broadcasting import OPERANDS, BroadcastingOp, operands_not_broadcast
from ..rules.integer_functions import Function


@dataclass(frozen=True)
class IntegerArithmetic(BroadcastingOp):
    """``function`` of input and other, one by one, modulo 2^32.

    Tensors: input and other, int32, shapes of rank 6 at most that broadcast together as NumPy's do.
    Output: the broadcast shape, int32.

    Quotients are rounded down, or towards 0 (TRUNCATED_DIVIDE), and 0 where the divisor is 0; a
    remainder is input - FLOOR_DIVIDE * other. Of a number of bits to shift the lowest five count,
    and the sign stays (RIGHT_SHIFT).
    Source: NumPy, but for divisors of 0.
    """

    name: ClassVar[str] = "integer_arithmetic"
    tensors: ClassVar[tuple[TensorArgument, ...]] = tuple(
        TensorArgument(name, ("int32",)) for name in OPERANDS
    )

    function: int

    def __post_init__(self) -> None:
        known = self.function in list(Function)
        self.expect(known, "function", f"0 to {max(Function)}", self.function)

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "int32"


OP = IntegerArithmetic
KERNELS = [Kernel("integer_arithmetic_s32__ref", in_place=operands_not_broadcast)]
