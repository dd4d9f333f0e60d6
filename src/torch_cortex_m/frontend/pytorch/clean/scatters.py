"""Tensors of which a part is replaced become concatenations of what stays and what is new.

y[:, 1:3] = z, for example, is slice_scatter(y, z, 1, 1, 3) and becomes
cat([y[:, :1], z, y[:, 3:]], 1).
"""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..program import add_call

aten = torch.ops.aten


def replace_scatters(module: GraphModule) -> None:
    """Replaces select_scatter, slice_scatter with step 1, and copy, which gives its second tensor
    the shape of its first."""
    for node in list(module.graph.nodes):
        if node.target is aten.copy.default:
            args = (arguments(node)["src"], list(shape_of(node)))
            node.replace_all_uses_with(add_call(module, node, aten.expand.default, args, node))
        elif node.target is aten.select_scatter.default:
            _replace_index(module, node)
        elif node.target is aten.slice_scatter.default and arguments(node)["step"] == 1:
            _replace_slice(module, node)


def _replace_index(module: GraphModule, node: Node) -> None:
    values = arguments(node)
    axis = values["dim"] % len(shape_of(node))
    index = values["index"] % shape_of(node)[axis]
    source = add_call(module, node, aten.unsqueeze.default, (values["src"], axis), node)
    _replace(module, node, source, axis, index, index + 1)


def _replace_slice(module: GraphModule, node: Node) -> None:
    values = arguments(node)
    axis = values["dim"] % len(shape_of(node))
    limits = slice(values["start"], values["end"]).indices(shape_of(node)[axis])
    _replace(module, node, values["src"], axis, limits[0], limits[1])


def _replace(
    module: GraphModule, node: Node, source: Node, axis: int, start: int, end: int
) -> None:
    """``source`` stands at the indices from ``start`` to ``end``."""
    whole = shape_of(node)[axis]
    kept: Any = arguments(node)["self"]

    def part(first: int, last: int) -> list[Node]:
        if first == last:
            return []
        return [add_call(module, node, aten.slice.Tensor, (kept, axis, first, last), node)]

    parts = [*part(0, start), source, *part(end, whole)]
    node.replace_all_uses_with(add_call(module, node, aten.cat.default, (parts, axis), node))
