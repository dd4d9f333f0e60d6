"""The indices of maximum pools: an argmax over the elements of each window, and where these are.

What lies in the padding is never the largest: an element of its window stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.layout import pair
from ....ops.pytorch.node import arguments, shape_of
from ..patterns import results
from ..program import add_call, add_constant
from ..source import value_name
from .adaptive_pools import adaptive_windows

aten = torch.ops.aten

PLAIN: dict[object, int] = {
    aten.max_pool1d_with_indices.default: 1,
    aten.max_pool2d_with_indices.default: 2,
}
ADAPTIVE: dict[object, int] = {
    aten.adaptive_max_pool1d.default: 1,
    aten.adaptive_max_pool2d.default: 2,
}
"""Operator -> dimensions of its windows."""

Windows = list[list[int]]
"""The places of each window along an axis, as many for each."""


def find_pool_indices(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target in PLAIN or node.target in ADAPTIVE:
            for place, result in results(node):
                if place == 1:
                    result.replace_all_uses_with(_Indices(module, node, result).found())


class _Indices:
    """Calls that give the indices of one pool, in the place of ``result``."""

    def __init__(self, module: GraphModule, pool: Node, result: Node) -> None:
        self.module = module
        self.pool = pool
        self.result = result
        self.values = arguments(pool)
        self.rank = PLAIN.get(pool.target) or ADAPTIVE[pool.target]
        self.shape = shape_of(self.values["self"])

    def found(self) -> Node:
        """The place of each result, counted row by row over the argument's."""
        sizes, outputs = self.shape[-self.rank :], shape_of(self.result)[-self.rank :]
        both = zip(sizes, outputs, strict=True)
        windows = [self.windows(axis, *each) for axis, each in enumerate(both)]
        element = self.largest(windows)
        if self.rank == 1:
            return self.places(element, windows[0], 0)
        columns = len(windows[1][0])
        row = self.call(aten.floor_divide.Scalar, element, columns)
        column = self.call(aten.remainder.Scalar, element, columns)
        before = self.call(aten.mul.Scalar, self.places(row, windows[0], 1), sizes[1])
        return self.call(aten.add.Tensor, before, self.places(column, windows[1], 0))

    def windows(self, axis: int, size: int, outputs: int) -> Windows:
        if self.pool.target in ADAPTIVE:
            return adaptive_windows(size, outputs)
        kernel = self.parameter("kernel_size", axis)
        stride = self.parameter("stride" if self.values["stride"] else "kernel_size", axis)
        padding, dilation = (self.parameter(name, axis) for name in ("padding", "dilation"))
        starts = (output * stride - padding for output in range(outputs))
        return [_within(range(s, s + kernel * dilation, dilation), size) for s in starts]

    def parameter(self, name: str, axis: int) -> int:
        """Of the windows, along one of their axes."""
        return pair(self.values[name], self.rank, missing=0)[axis - self.rank]

    def largest(self, windows: Sequence[Windows]) -> Node:
        """Which element of each window it is, counted row by row."""
        value = self.values["self"]
        outer = list(self.shape[: -self.rank])
        split = list(outer)
        for axis, each in enumerate(windows, len(outer)):
            places = self.constant([place for window in each for place in window])
            value = self.call(aten.index_select.default, value, axis, places)
            split += [len(each), len(each[0])]
        first = len(outer)
        order = [*range(first), *range(first, len(split), 2), *range(first + 1, len(split), 2)]
        apart = self.call(aten.reshape.default, value, split)
        together = self.call(aten.permute.default, apart, order)
        count = [len(each) for each in windows]
        flat = self.call(aten.reshape.default, together, [*outer, *count, -1])
        return self.call(aten.argmax.default, flat, -1)

    def places(self, element: Node, windows: Windows, behind: int) -> Node:
        """Where along an axis, which has so many ``behind`` it, the elements of the windows are."""
        count = len(windows[0])
        first = torch.arange(len(windows)) * count
        row = self.call(aten.add.Tensor, element, self.constant(first.reshape(-1, *[1] * behind)))
        flat = self.call(aten.reshape.default, row, [-1])
        table = self.constant([place for window in windows for place in window])
        found = self.call(aten.index_select.default, table, 0, flat)
        return self.call(aten.reshape.default, found, list(shape_of(element)))

    def call(self, target: torch._ops.OpOverload, *operands: Any) -> Node:
        return add_call(self.module, self.result, target, operands, self.result)

    def constant(self, data: Any) -> Node:
        name = f"{value_name(self.result)}.places"
        return add_constant(self.module, self.result, torch.as_tensor(data), name)


def _within(places: Sequence[int], size: int) -> list[int]:
    """The places, with the nearest of those that exist for others."""
    inside = [place for place in places if 0 <= place < size]
    return [min(max(place, inside[0]), inside[-1]) for place in places]
