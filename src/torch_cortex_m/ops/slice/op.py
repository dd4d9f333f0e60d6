"""slice: elements of a tensor at equal distances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from ...ir import DTYPES, TensorType
from ...ir.artifacts import Overlap
from ..base import Kernel, Layer, Op, TensorArgument, View
from ..integers.bounds import Array, Bounds
from ..interfaces import ChannelFlow, Constants, Reach, Types
from ..rules.checks import check_max_rank
from ..rules.overlap import at_distance
from ..rules.permutation import long_axes, permuted
from ..rules.strides import loop_constants, row_major_strides


@dataclass(frozen=True)
class Slice(Op):
    """The elements from ``begin`` on, ``size`` of them ``step`` apart in each dimension.

    Tensors: input of any dtype, rank 6 at most. Output: the same dtype, shape ``size``.
    A negative step goes backwards, and step 0 gives one index ``size`` times; without ``step``, all
    are 1. Where the elements lie side by side, the output is a view of the input.
    Source: input[begin[0] + step[0] * i, ...] for i below size[0], and so on.
    """

    name: ClassVar[str] = "slice"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", tuple(DTYPES)),)
    only_moves: ClassVar[bool] = True

    begin: tuple[int, ...]
    size: tuple[int, ...]
    step: tuple[int, ...] = ()

    @property
    def steps(self) -> tuple[int, ...]:
        """From one element to the next in each dimension; 1 where there is no next one."""
        given = self.step or (1,) * len(self.size)
        return tuple(1 if size == 1 else step for size, step in zip(self.size, given, strict=True))

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_max_rank(self, types, "input")
        shape = types["input"].shape
        lengths = {len(shape), len(self.begin), len(self.size), len(self.step or shape)}
        inside = len(lengths) == 1 and all(
            size >= 1 and 0 <= begin < whole and 0 <= begin + (size - 1) * step < whole
            for begin, size, step, whole in zip(
                self.begin, self.size, self.steps, shape, strict=True
            )
        )
        expected = f"at least one element, all within {shape}"
        self.expect(inside, "begin, size, step", expected, (self.begin, self.size, self.step))
        return self.size

    def _first_element(self, shape: tuple[int, ...]) -> int:
        strides = row_major_strides(shape)
        return sum(begin * stride for begin, stride in zip(self.begin, strides, strict=True))

    def _outer_rank(self, shape: tuple[int, ...]) -> int:
        """The dimensions before those whose elements of the output lie side by side in the
        input."""
        for axis in reversed(range(len(shape))):
            if self.steps[axis] != 1:
                return axis + 1
            if self.size[axis] != shape[axis]:
                return axis
        return 0

    def views(self, types: Mapping[str, TensorType]) -> tuple[View, ...] | None:
        shape = types["input"].shape
        if prod(self.size[: self._outer_rank(shape)]) != 1:
            return None
        return (View("input", self._first_element(shape) * types["input"].element_bytes),)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        shape, element = types["input"].shape, types["input"].element_bytes
        outer = self._outer_rank(shape)
        steps = zip(row_major_strides(shape)[:outer], self.steps[:outer], strict=True)
        strides = [stride * step * element for stride, step in steps]
        return loop_constants(self.size[:outer], {"input": strides}) | {
            "input_start": self._first_element(shape) * element,
            "run_bytes": prod(self.size[outer:]) * element,
        }

    def _sources(self) -> Array:
        """The input channel of each output channel."""
        if not self.size:
            return np.arange(1)
        return self.begin[-1] + self.steps[-1] * np.arange(self.size[-1])

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        return given["input"].of(self._sources()) if "input" in given else None

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        """Where the channels lie side by side, those that stay do so, too."""
        if (1, *self.steps)[-1] != 1:
            return None
        return ChannelFlow(tied={"input": self._sources()})

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        _, changed = super().keep_channels(constants, kept)
        if not self.size:
            return self, changed
        begin = int(kept["input"][: self.begin[-1]].sum())
        size = int(kept["output"].sum())
        op = replace(self, begin=(*self.begin[:-1], begin), size=(*self.size[:-1], size))
        return op, changed

    def taken_indices(self, types: Types, constants: Constants) -> tuple[Array, ...] | None:
        places = zip(self.begin, self.size, self.steps, strict=True)
        return tuple(begin + step * np.arange(size) for begin, size, step in places)

    def follows_layout(self, types: Types, output: TensorType) -> bool:
        """Where every axis longer than 1 stays so."""
        return long_axes(types["input"].shape) == long_axes(output.shape)

    def in_layout(self, permutation: tuple[int, ...], output_shape: tuple[int, ...]) -> Any:
        moved = {name: permuted(getattr(self, name), permutation) for name in ("begin", "size")}
        return replace(self, **moved, step=permuted(self.steps, permutation))

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        step = self.steps[axis]
        return Reach(axis, self.begin[axis], step) if step > 0 else None

    def with_positions(
        self, types: Types, constants: Constants, axis: int, count: int
    ) -> tuple[Any, dict[str, Array]]:
        begin = (*self.begin[:axis], 0, *self.begin[axis + 1 :])
        size = (*self.size[:axis], count, *self.size[axis + 1 :])
        return replace(self, begin=begin, size=size, step=self.steps), {}


def _overlap(layer: Layer) -> dict[str, Overlap]:
    """Elements that are taken in order never lie before their places in the output."""
    return at_distance(0) if all(step > 0 for step in layer.op.steps) else {}


OP = Slice
KERNELS = [Kernel("slice_bytes__ref", overlap=_overlap)]
