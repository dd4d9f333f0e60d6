"""running_sum: sums over positions that move on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..interfaces import Types
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS


@dataclass(frozen=True)
class RunningSum(Op):
    """Adds what is new to sums, and takes away what is too old.

    Tensors: sums int32 [outer, inner]; newest and oldest (optional) int8 [outer, ..., inner], of
    one shape and at least three axes. Output: sums + newest - oldest, each summed over all axes
    between the first and the last, int32 [outer, inner], modulo 2^32.
    """

    name: ClassVar[str] = "running_sum"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("sums", ("int32",)),
        TensorArgument("newest"),
        TensorArgument("oldest", optional=True),
    )

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["newest"].shape
        self.expect(len(shape) >= 3, "newest", "at least 3 axes", shape)
        oldest = types.get("oldest", types["newest"]).shape
        self.expect(oldest == shape, "oldest", shape, oldest)
        sums = (shape[0], shape[-1])
        self.expect(types["sums"].shape == sums, "sums", sums, types["sums"].shape)
        return sums

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        outer, *counts, inner = types["newest"].shape
        return {"outer": outer, "count": prod(counts), "inner": inner}

    def folds(self, types: Types, argument: str, axis: int) -> str | None:
        between = argument == "newest" and 0 < axis < len(types["newest"].shape) - 1
        return "sums" if between and "oldest" not in types else None


OP = RunningSum
KERNELS = [
    Kernel("running_sum_s8__ref", in_place=lambda layer: ("sums",)),
    *DSP_KERNELS,
    *MVE_KERNELS,
]
