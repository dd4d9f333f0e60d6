"""What reductions have in common: one dimension of three is gone."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import ClassVar

from ...ir import TensorType
from ..base import Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from .window import check_rank


class ReductionOp(Op):
    """One value from all along the middle dimension.

    Tensors: input [outer, count, inner] int8, count at most ``largest_count``.
    Output: [outer, inner]. Kernels get the three sizes.
    """

    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)

    largest_count: ClassVar[int] = 1 << 22
    """Keeps 255 * count, and with it every sum, within int32."""

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 3)
        outer, count, inner = types["input"].shape
        expected = f"at most {self.largest_count} elements in dimension 1"
        self.expect(count <= self.largest_count, "input", expected, count)
        return outer, inner

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return None if axis == 1 else Reach(min(axis, 1))

    def reduces(self, types: Types, argument: str, axis: int) -> bool:
        return axis == 1

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        sizes = zip(("outer", "count", "inner"), types["input"].shape, strict=True)
        return super().constants(types) | dict(sizes)


def blocks(shape: tuple[int, ...], axes: list[int]) -> tuple[tuple[int, ...], tuple[int, int, int]]:
    """(permutation, sizes): transposed by the permutation, a tensor has the reduced ``axes``, which
    are in order, as neighbours, and the sizes (outer, count, inner) around them.

    Neighbours stay where they are; others go to the end.
    """
    rank = len(shape)
    count = prod(shape[axis] for axis in axes)
    first = axes[0] if axes else rank
    if axes == list(range(first, first + len(axes))):
        end = first + len(axes)
        return tuple(range(rank)), (prod(shape[:first]), count, prod(shape[end:]))
    kept = [axis for axis in range(rank) if axis not in axes]
    return (*kept, *axes), (prod(shape[axis] for axis in kept), count, 1)


def reduced_shape(shape: tuple[int, ...], axes: list[int], keepdim: bool) -> tuple[int, ...]:
    """What is left of a shape; the reduced dimensions are 1 or gone."""
    sizes = [1 if axis in axes else size for axis, size in enumerate(shape)]
    return tuple(size for axis, size in enumerate(sizes) if keepdim or axis not in axes)
