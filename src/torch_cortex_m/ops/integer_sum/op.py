"""integer_sum: how many are true, or the sum of integers, over one dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, TensorArgument
from ..rules.reduction import ReductionOp


@dataclass(frozen=True)
class IntegerSum(ReductionOp):
    """The sum over the middle dimension modulo 2^32; true is 1 and false is 0.

    Tensors: input [outer, count, inner] bool or int32. Output: [outer, inner] int32.
    Source: numpy.sum.
    """

    name: ClassVar[str] = "integer_sum"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("bool", "int32")),)

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "int32"

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"element_bytes": types["input"].element_bytes}


OP = IntegerSum
KERNELS = [Kernel("integer_sum_integers__ref")]
