"""running_sum: sums over positions that move on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.window import check_rank
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS


@dataclass(frozen=True)
class RunningSum(Op):
    """Adds what is new to sums, and takes away what is too old.

    Tensors: sums int32 [outer, inner]; newest and oldest int8 [outer, count, inner]. Output:
    sums + newest.sum(1) - oldest.sum(1), int32 [outer, inner], modulo 2^32.
    """

    name: ClassVar[str] = "running_sum"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("sums", ("int32",)),
        TensorArgument("newest"),
        TensorArgument("oldest"),
    )

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "newest", 3)
        shape = types["newest"].shape
        self.expect(types["oldest"].shape == shape, "oldest", shape, types["oldest"].shape)
        sums = (shape[0], shape[2])
        self.expect(types["sums"].shape == sums, "sums", sums, types["sums"].shape)
        return sums

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return dict(zip(("outer", "count", "inner"), types["newest"].shape, strict=True))


OP = RunningSum
KERNELS = [
    Kernel("running_sum_s8__ref", in_place=lambda layer: ("sums",)),
    *DSP_KERNELS,
    *MVE_KERNELS,
]
