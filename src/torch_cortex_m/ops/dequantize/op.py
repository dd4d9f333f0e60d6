"""dequantize: int8 -> float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, Quantization, TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.checks import check_scale
from ..rules.window import check_offset
from .kernels_table import TABLE_KERNELS


@dataclass(frozen=True)
class Dequantize(Op):
    """scale * (input - zero_point), one float32 multiplication per element.

    Tensors: input int8, any shape. Output: the same shape, float32.
    Source: PT2E's quantized_decomposed.dequantize_per_tensor, which this equals.
    """

    name: ClassVar[str] = "dequantize"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"scale", "zero_point"})
    elementwise: ClassVar[bool] = True

    scale: float
    zero_point: int

    def __post_init__(self) -> None:
        check_scale(self, self.scale)
        check_offset(self, "zero_point", self.zero_point, *INT8)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "float32"

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"elements": types["input"].elements}

    def dequantizes(self) -> Quantization | None:
        return Quantization(self.scale, self.zero_point)


OP = Dequantize
KERNELS = [Kernel("dequantize_s8__ref"), *TABLE_KERNELS]
