"""Adaptive maximum pools become maximum pools of windows that do not overlap.

Where the windows overlap or differ in size, rows and columns are repeated before: a maximum is the
same however often an element is in its window.
"""

from __future__ import annotations

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..patterns import results
from ..program import add_call, add_constant
from ..source import value_name

aten = torch.ops.aten

POOLS: dict[object, torch._ops.OpOverload] = {
    aten.adaptive_max_pool1d.default: aten.max_pool1d.default,
    aten.adaptive_max_pool2d.default: aten.max_pool2d.default,
}


def replace_adaptive_pools(module: GraphModule) -> None:
    """Their values; ``pool_indices`` finds where these were."""
    for node in list(module.graph.nodes):
        for place, result in results(node) if node.target in POOLS else []:
            if place == 0:
                result.replace_all_uses_with(_pooled(module, node, result))


def _pooled(module: GraphModule, node: Node, result: Node) -> Node:
    values = arguments(node)
    value, shape = values["self"], shape_of(values["self"])
    outputs = shape_of(result)
    kernel = []
    for axis in range(len(shape) - len(values["output_size"]), len(shape)):
        windows = adaptive_windows(shape[axis], outputs[axis])
        kernel.append(len(windows[0]))
        places = [place for window in windows for place in window]
        if places != list(range(shape[axis])):
            name = f"{value_name(result)}.places"
            index = add_constant(module, result, torch.tensor(places), name)
            value = add_call(
                module, result, aten.index_select.default, (value, axis, index), result
            )
    return add_call(module, result, POOLS[node.target], (value, kernel), result)


def adaptive_windows(size: int, outputs: int) -> list[list[int]]:
    """The elements of each window, with its last one repeated to the size of the largest.

    Source: torch.nn.AdaptiveMaxPool2d.
    """
    ends = [(i * size // outputs, -(-(i + 1) * size // outputs)) for i in range(outputs)]
    longest = max(end - start for start, end in ends)
    return [[min(start + i, end - 1) for i in range(longest)] for start, end in ends]
