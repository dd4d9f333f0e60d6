"""batch_matmul: matrix products of two quantized tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ...ir import INT16, Limits, TensorType
from ..base import Kernel, TensorArgument, for_dtype
from ..interfaces import Constants, Reach, Types
from ..rules.broadcasting import OPERANDS, broadcast_shape, operands
from ..rules.checks import LARGEST_WIDE_SHIFT, check_max_rank
from ..rules.quantized import TwoFactorsOp
from ..rules.strides import broadcast_strides, loop_constants
from ..rules.window import check_offset
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS

LARGEST_DEPTH = 1 << 15
"""Keeps 255 * 255 * depth, and with it every sum, within int32."""

Matrix = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class BatchMatmul(TwoFactorsOp):
    """clamp(requantize((input + input_offset) @ (other + other_offset)) + output_offset).

    Tensors: input [..., M, K] and other [..., K, N], both int8 or both int16, of rank 2 to 6, K at
    most 2^15; with ``transpose_input`` the input is [..., K, M], with ``transpose_other`` the other
    is [..., N, K]. The leading dimensions broadcast together as NumPy's do. Output: [..., M, N] of
    the operands' type.

    ``input_offset`` and ``other_offset`` are -zero point, ``output_offset`` is the output's zero
    point; ``multiplier`` and ``shift`` stand for input scale * other scale / output scale.
    For int16 the offsets are 0, and sums of 64 bits are requantized by a multiplier that is rounded
    to 16 bits, with a shift of at most 7.
    Source: TensorFlow Lite's BATCH_MATMUL; CMSIS-NN's arm_batch_matmul_s8 and
    arm_batch_matmul_s16 give the same values.
    """

    name: ClassVar[str] = "batch_matmul"
    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int16")
    widest: ClassVar[Limits] = INT16

    transpose_input: bool = False
    transpose_other: bool = False

    def output_types(self, types: Types) -> tuple[TensorType, ...]:
        outputs, dtype = super().output_types(types), types["input"].dtype
        self.expect(types["other"].dtype == dtype, "other", dtype, types["other"].dtype)
        if dtype == "int16":
            for name in ("input_offset", "other_offset", "output_offset"):
                self.expect(getattr(self, name) == 0, name, "0 for int16", getattr(self, name))
            check_offset(self, "shift", self.shift, -31, LARGEST_WIDE_SHIFT)
        return outputs

    def _matrices(self, types: Mapping[str, TensorType]) -> tuple[Matrix, Matrix]:
        """(M, K) and (K, N)."""
        *_, first, second = types["input"].shape
        *_, third, fourth = types["other"].shape
        return (
            (second, first) if self.transpose_input else (first, second),
            (fourth, third) if self.transpose_other else (third, fourth),
        )

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        for name in OPERANDS:
            check_max_rank(self, types, name)
            shape = types[name].shape
            self.expect(len(shape) >= 2, name, "rank 2 or more", f"shape {shape}")
        (rows, depth), (other_depth, columns) = self._matrices(types)
        self.expect(
            depth == other_depth,
            "other",
            f"matrices with {depth} rows, as those of input {types['input'].shape} have columns",
            f"{other_depth} rows, shape {types['other'].shape}",
        )
        self.expect(depth <= LARGEST_DEPTH, "input", f"at most {LARGEST_DEPTH} columns", depth)
        batches = broadcast_shape(self, *(types[name].shape[:-2] for name in OPERANDS))
        return (*batches, rows, columns)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """The fields; ``rows``, ``depth``, ``columns`` and the strides of both operands in these
        directions; and the loops over batches: ``loop_constants`` whose strides count elements."""
        (rows, depth), (_, columns) = self._matrices(types)
        batches = self.output_shape(types)[:-2]
        strides = {name: _batch_strides(types[name].shape, batches) for name in OPERANDS}
        return (
            super().constants(types)
            | loop_constants(batches, strides)
            | {"rows": rows, "depth": depth, "columns": columns}
            | _steps("input", "row", "depth", types["input"], self.transpose_input)
            | _steps("other", "depth", "column", types["other"], self.transpose_other)
        )

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        """Along the rows of the first operand and the columns of the second."""
        rank = len(self.output_shape(types))
        place = axis - len(types[argument].shape)
        if argument == "input":
            return Reach(rank - 2) if place == (-1 if self.transpose_input else -2) else None
        return Reach(rank - 1) if place == (-2 if self.transpose_other else -1) else None

    def macs(self, types: Mapping[str, TensorType]) -> int:
        (_, depth), _ = self._matrices(types)
        return prod(self.output_shape(types)) * depth


def _batch_strides(shape: tuple[int, ...], batches: tuple[int, ...]) -> tuple[int, ...]:
    matrix = prod(shape[-2:])
    return tuple(matrix * stride for stride in broadcast_strides(shape[:-2], batches))


def _steps(
    name: str, vertical: str, horizontal: str, type_: TensorType, transposed: bool
) -> dict[str, int]:
    """Elements from one row and from one column of a matrix to the next."""
    width = type_.shape[-1]
    down, right = (1, width) if transposed else (width, 1)
    return {f"{name}_{vertical}_stride": down, f"{name}_{horizontal}_stride": right}


OP = BatchMatmul
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("batch_matmul_s8__ref"),
            *SCALAR_KERNELS,
            *DSP_KERNELS,
            *MVE_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    Kernel("batch_matmul_s16__ref", dtypes=("int16",)),
]
