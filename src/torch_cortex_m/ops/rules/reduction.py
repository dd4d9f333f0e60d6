"""What reductions have in common: one dimension of three is gone."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from ...ir import TensorType
from ..base import Op
from .window import check_rank

LARGEST_COUNT = 1 << 22
"""Keeps 255 * count, and with it every sum, within int32."""


def check_blocks(
    op: Op, types: Mapping[str, TensorType], largest: int = LARGEST_COUNT
) -> tuple[int, int, int]:
    """The sizes (outer, count, inner) of the input, of which ``count`` elements are reduced."""
    check_rank(op, types, "input", 3)
    outer, count, inner = types["input"].shape
    op.expect(count <= largest, "input", f"at most {largest} elements in dimension 1", count)
    return outer, count, inner


def block_sizes(types: Mapping[str, TensorType]) -> dict[str, int]:
    """``outer``, ``count`` and ``inner`` for the kernels."""
    return dict(zip(("outer", "count", "inner"), types["input"].shape, strict=True))


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
