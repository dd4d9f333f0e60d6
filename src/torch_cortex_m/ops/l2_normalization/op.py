"""l2_normalization: rows divided by their Euclidean norm, as TensorFlow Lite computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import Kernel, Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.rows import reach_of_rows
from ..rules.window import check_offset

LARGEST_ROW = 1 << 15
"""Keeps 255^2 times it within int32."""


@dataclass(frozen=True)
class L2Normalization(Op):
    """128 * q / sqrt(sum(q^2)) over the last dimension, with q = input + ``input_offset``.

    Tensors: input [..., N] int8, N at most 2^15. Output: the input's shape, int8, with scale 1/128
    and zero point 0. A row of zeros gives zeros.

    The reciprocal root takes five Newton steps in 28 fractional bits, and an output is that times
    q, requantized; ``normalize`` has another arithmetic, which is closer to the real value.
    Source: TensorFlow Lite 8-bit L2_NORMALIZATION, GetInvSqrtQuantizedMultiplierExp.
    """

    name: ClassVar[str] = "l2_normalization"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"input_offset"})

    input_offset: int = 0

    def __post_init__(self) -> None:
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["input"].shape
        fits = len(shape) >= 1 and shape[-1] <= LARGEST_ROW
        self.expect(fits, "input", f"a last dimension of 1 to {LARGEST_ROW}", f"shape {shape}")
        return shape

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return reach_of_rows(types, argument, axis)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        row_size = types["input"].shape[-1]
        rows = types["input"].elements // row_size
        return super().constants(types) | {"rows": rows, "row_size": row_size}


OP = L2Normalization
KERNELS = [Kernel("l2_normalization_s8__ref", in_place=lambda layer: ("input",))]
