"""quotient: integers divided by one number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.window import check_activation, check_offset
from .kernels_mve import MVE_KERNELS

LARGEST_DIVISOR = 1 << 22


@dataclass(frozen=True)
class Quotient(Op):
    """input / ``divisor``, rounded to nearest, then clamped to the activation range.

    Tensors: input int32, any shape. Output: int8 of the same shape. Ties go away from zero, or up
    with ``ties_up``. The divisor is at most 2^22. It makes averages of sums.
    """

    name: ClassVar[str] = "quotient"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int32",)),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"activation_min", "activation_max"})
    elementwise: ClassVar[bool] = True

    divisor: int
    ties_up: bool = False
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "divisor", self.divisor, 1, LARGEST_DIVISOR)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "int8"

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"elements": types["input"].elements}


OP = Quotient
KERNELS = [Kernel("quotient_s32__ref"), *MVE_KERNELS]
