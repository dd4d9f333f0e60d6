"""gather: some indices of one dimension, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from ...ir import DTYPES, TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.bounds import Array, Bounds
from ..interfaces import ChannelFlow, Constants, Reach, Types
from ..rules.periods import periodic_reach
from ..rules.permutation import long_axes
from ..rules.window import check_rank
from .kernels_offsets import OFFSET_KERNELS


@dataclass(frozen=True)
class Gather(Op):
    """The elements of dimension ``axis`` at ``indices``, each of them as often as it is there.

    Tensors: input of any dtype and shape, indices int32 [count]. Output: the same dtype, ``count``
    in dimension ``axis``. An index below 0 counts as 0, one beyond the end as the last.
    Source: numpy.take with mode "clip".
    """

    name: ClassVar[str] = "gather"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input", tuple(DTYPES)),
        TensorArgument("indices", ("int32",)),
    )
    only_moves: ClassVar[bool] = True

    axis: int

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "indices", 1)
        shape = types["input"].shape
        fits = 0 <= self.axis < len(shape)
        self.expect(fits, "axis", f"a dimension of {shape}", self.axis)
        return (*shape[: self.axis], *types["indices"].shape, *shape[self.axis + 1 :])

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        input = types["input"]
        return {
            "rows": prod(input.shape[: self.axis]),
            "row_indices": input.shape[self.axis],
            "run_bytes": prod(input.shape[self.axis + 1 :]) * input.element_bytes,
            "count": types["indices"].elements,
        }

    def _moves_channels(self, types: Types) -> bool:
        return self.axis == len(types["input"].shape) - 1

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        if "input" not in given or not self._moves_channels(types):
            return given.get("input")
        if "indices" not in constants:
            return None
        return given["input"].of(np.clip(constants["indices"], 0, types["input"].shape[-1] - 1))

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        if self._moves_channels(types):
            return None
        return ChannelFlow(tied={"input": np.arange(types["input"].shape[-1])})

    def taken_indices(self, types: Types, constants: Constants) -> tuple[Array, ...] | None:
        if "indices" not in constants:
            return None
        shape = types["input"].shape
        indices = [np.arange(size) for size in shape]
        indices[self.axis] = np.clip(constants["indices"], 0, shape[self.axis] - 1)
        return tuple(indices)

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        if argument != "input" or axis != self.axis:
            return Reach(axis) if argument == "input" else None
        taken = self.taken_indices(types, constants)
        return None if taken is None else periodic_reach(taken[axis], axis)

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        taken = self.taken_indices(types, constants) if axis == self.axis else None
        if taken is None:
            return self, {}
        reach = periodic_reach(taken[axis], axis)
        assert reach is not None
        return self, {"indices": (taken[axis][:count] - reach.first).astype(np.int32)}

    def follows_layout(self, types: Types, output: TensorType) -> bool:
        """Where every axis longer than 1 stays so."""
        return long_axes(types["input"].shape) == long_axes(output.shape)

    def in_layout(self, permutation: tuple[int, ...], output_shape: tuple[int, ...]) -> Any:
        return replace(self, axis=permutation.index(self.axis))


OP = Gather
KERNELS = [Kernel("gather_bytes__ref"), *OFFSET_KERNELS]
