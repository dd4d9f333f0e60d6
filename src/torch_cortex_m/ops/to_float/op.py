"""to_float: integers and truth values -> float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument


@dataclass(frozen=True)
class ToFloat(Op):
    """The nearest float32 of each element, ties to even; true is 1 and false is 0.

    Tensors: input int32 or bool, any shape. Output: the same shape, float32.
    Source: the conversion of C and NumPy.
    """

    name: ClassVar[str] = "to_float"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int32", "bool")),)
    elementwise: ClassVar[bool] = True

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "float32"

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        input = types["input"]
        return {"elements": input.elements, "element_bytes": input.element_bytes}


OP = ToFloat
KERNELS = [Kernel("to_float_integers__ref")]
