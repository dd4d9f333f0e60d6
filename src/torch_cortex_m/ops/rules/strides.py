"""Loops over strided tensors: sizes and strides that the C kernels take as constants.

A kernel nests MAX_RANK loops. Dimensions that a tensor steps through without a gap are one loop,
and the loops that are left over have one turn, so that the compiler removes them: two operands of
the same shape, for example, are a single loop over all elements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from .checks import MAX_RANK


def row_major_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Elements from one index to the next, per dimension; the last dimension is contiguous."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def broadcast_strides(shape: Sequence[int], output_shape: Sequence[int]) -> tuple[int, ...]:
    """Strides of ``shape`` per dimension of ``output_shape`` under NumPy broadcasting.

    Dimensions that ``shape`` lacks or repeats have stride 0.
    """
    missing = len(output_shape) - len(shape)
    strides = zip(shape, row_major_strides(shape), strict=True)
    return (0,) * missing + tuple(0 if size == 1 else stride for size, stride in strides)


def loop_constants(
    sizes: Sequence[int], strides: Mapping[str, Sequence[int]]
) -> dict[str, int | float]:
    """``size_0`` ... ``size_5`` and, for each name in ``strides``, ``<name>_stride_0`` ... ``_5``.

    ``sizes`` are the turns of the loops, outermost first, at most MAX_RANK of them; each entry of
    ``strides`` has a stride per loop.
    """
    loops = _merge([(size, *steps) for size, *steps in zip(sizes, *strides.values(), strict=True)])
    one_turn = (1, *(0 for _ in strides))
    loops = [one_turn] * (MAX_RANK - len(loops)) + loops
    names = ("size", *(f"{name}_stride" for name in strides))
    return {
        f"{name}_{level}": loop[column]
        for column, name in enumerate(names)
        for level, loop in enumerate(loops)
    }


def _merge(loops: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Loops (size, stride, stride, ...) without those of one turn, and adjacent ones joined
    wherever a step of the outer loop is as long as all steps of the inner one, for every stride."""
    merged: list[tuple[int, ...]] = []
    for size, *strides in loops:
        if size == 1:
            continue
        if merged and list(merged[-1][1:]) == [size * stride for stride in strides]:
            size *= merged.pop()[0]
        merged.append((size, *strides))
    return merged
