"""log_softmax_float: logarithms of the softmax over the last dimension, in float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.rows import reach_of_rows


@dataclass(frozen=True)
class LogSoftmaxFloat(Op):
    """Over the last dimension, (x - max(x)) - log(sum(exp(x - max(x)))), every step in float32.

    Tensors: input [..., N] float32, finite. Output: the input's shape, float32.

    Exponentials and logarithms are those of the real numbers, rounded to float32, and the sum is
    taken in order. Source: TensorFlow Lite's float LOG_SOFTMAX, with the C library's functions,
    which are one unit in the last place off for about one in 500.
    """

    name: ClassVar[str] = "log_softmax_float"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("float32",)),)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["input"].shape
        self.expect(len(shape) >= 1, "input", "at least one dimension", f"shape {shape}")
        return shape

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return reach_of_rows(types, argument, axis)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        row_size = types["input"].shape[-1]
        return {"rows": types["input"].elements // row_size, "row_size": row_size}


OP = LogSoftmaxFloat
KERNELS = [Kernel("log_softmax_float__ref", in_place=lambda layer: ("input",))]
