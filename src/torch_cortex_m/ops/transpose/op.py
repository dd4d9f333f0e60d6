"""transpose: the dimensions of a tensor in another order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.checks import MAX_RANK
from ..rules.strides import loop_constants, row_major_strides
from ..rules.window import check_rank
from .kernels_blocks import BLOCK_KERNELS
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_portable import PORTABLE_KERNELS


@dataclass(frozen=True)
class Transpose(Op):
    """Reorders dimensions: output dimension i is input dimension ``permutation[i]``.

    Tensors: input int8, rank len(permutation), 6 at most. Output: int8.
    Source: numpy.transpose.
    """

    name: ClassVar[str] = "transpose"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    only_moves: ClassVar[bool] = True

    permutation: tuple[int, ...]

    def __post_init__(self) -> None:
        rank = len(self.permutation)
        self.expect(
            sorted(self.permutation) == list(range(rank)) and rank <= MAX_RANK,
            "permutation",
            f"each of 0 ... rank - 1 once, rank {MAX_RANK} at most",
            self.permutation,
        )

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", len(self.permutation))
        return tuple(types["input"].shape[axis] for axis in self.permutation)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        input_strides = row_major_strides(types["input"].shape)
        strides = {"input": [input_strides[axis] for axis in self.permutation]}
        return super().constants(types) | loop_constants(self.output_shape(types), strides)

    def moved_axes(self) -> tuple[int, ...] | None:
        return self.permutation

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return Reach(self.permutation.index(axis))


OP = Transpose
KERNELS = [Kernel("transpose_s8__ref"), *PORTABLE_KERNELS, *BLOCK_KERNELS, *CMSIS_NN_KERNELS]
