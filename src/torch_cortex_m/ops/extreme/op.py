"""extreme: the largest or the smallest element over one dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.reduction import block_sizes, check_blocks
from .kernels_fast import FAST_KERNELS


@dataclass(frozen=True)
class Extreme(Op):
    """The ``largest`` element over the middle dimension, or the smallest.

    Tensors: input [outer, count, inner] int8. Output: [outer, inner] int8, of the input's
    quantization.
    Source: numpy.amax and numpy.amin.
    """

    name: ClassVar[str] = "extreme"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)

    largest: bool = True

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        outer, _, inner = check_blocks(self, types)
        return outer, inner

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | block_sizes(types)


OP = Extreme
KERNELS = [Kernel("extreme_s8__ref"), *FAST_KERNELS]
