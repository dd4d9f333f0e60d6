"""slice: a box out of a tensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ...ir import DTYPES, TensorType
from ..base import Kernel, Op, TensorArgument, View
from ..rules.checks import check_max_rank
from ..rules.strides import loop_constants, row_major_strides


@dataclass(frozen=True)
class Slice(Op):
    """The elements from ``begin`` on, ``size`` of them in each dimension.

    Tensors: input of any dtype, rank 6 at most. Output: the same dtype, shape ``size``.
    Where these elements lie side by side, the output is a view of the input.
    Source: input[begin[0]:begin[0] + size[0], ...] in NumPy.
    """

    name: ClassVar[str] = "slice"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", tuple(DTYPES)),)

    begin: tuple[int, ...]
    size: tuple[int, ...]

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_max_rank(self, types, "input")
        shape = types["input"].shape
        same_rank = len(self.begin) == len(self.size) == len(shape)
        inside = same_rank and all(
            begin >= 0 and size >= 1 and begin + size <= whole
            for begin, size, whole in zip(self.begin, self.size, shape, strict=True)
        )
        expected = f"a box of at least one element within {shape}"
        self.expect(inside, "begin, size", expected, (self.begin, self.size))
        return self.size

    def _first_element(self, shape: tuple[int, ...]) -> int:
        strides = row_major_strides(shape)
        return sum(begin * stride for begin, stride in zip(self.begin, strides, strict=True))

    def _outer_rank(self, shape: tuple[int, ...]) -> int:
        """The dimensions before the last one that is cut: from that one on, elements of the output
        lie side by side in the input."""
        return max((axis for axis, size in enumerate(shape) if self.size[axis] != size), default=0)

    def views(self, types: Mapping[str, TensorType]) -> tuple[View, ...] | None:
        shape = types["input"].shape
        if prod(self.size[: self._outer_rank(shape)]) != 1:
            return None
        return (View("input", self._first_element(shape) * types["input"].element_bytes),)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        shape, element = types["input"].shape, types["input"].element_bytes
        outer = self._outer_rank(shape)
        strides = [stride * element for stride in row_major_strides(shape)[:outer]]
        return loop_constants(self.size[:outer], {"input": strides}) | {
            "input_start": self._first_element(shape) * element,
            "run_bytes": prod(self.size[outer:]) * element,
        }


OP = Slice
KERNELS = [Kernel("slice_bytes__ref")]
