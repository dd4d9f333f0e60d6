"""dequantize: int8 or int16 -> float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import Quantization, TensorType, limits
from ..base import Kernel, Op, TensorArgument
from ..rules.checks import check_scale
from ..rules.window import check_offset
from .kernels_table import TABLE_KERNELS


@dataclass(frozen=True)
class Dequantize(Op):
    """scale * (input - zero_point), one float32 multiplication per element.

    Tensors: input int8 or int16, any shape. Output: the same shape, float32.
    Source: PT2E's quantized_decomposed.dequantize_per_tensor, which this equals.
    """

    name: ClassVar[str] = "dequantize"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int8", "int16")),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"scale", "zero_point"})
    elementwise: ClassVar[bool] = True

    scale: float
    zero_point: int

    def __post_init__(self) -> None:
        check_scale(self, self.scale)
        check_offset(self, "zero_point", self.zero_point, *limits("int16"))

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_offset(self, "zero_point", self.zero_point, *types["input"].limits)
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "float32"

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"elements": types["input"].elements}

    def dequantizes(self) -> Quantization | None:
        return Quantization(self.scale, self.zero_point)


OP = Dequantize
KERNELS = [
    Kernel("dequantize_s8__ref", dtypes=("int8",)),
    Kernel("dequantize_s16__ref", dtypes=("int16",)),
    *TABLE_KERNELS,
]
