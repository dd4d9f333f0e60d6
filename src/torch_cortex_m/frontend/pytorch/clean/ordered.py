"""The k-th smallest element and the median are one of those in order: a part of what sort gives."""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..patterns import results
from ..program import add_call, add_results

aten = torch.ops.aten

SEVERAL = (aten.kthvalue.default, aten.median.dim)
"""Values and indices over one dimension."""


def select_of_sorted(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target in SEVERAL and shape_of(arguments(node)["self"]):
            _replace(module, node)
        elif node.target is aten.median.default:
            node.replace_all_uses_with(_median(module, node))


def _replace(module: GraphModule, node: Node) -> None:
    values = arguments(node)
    size = shape_of(values["self"])[values["dim"]]
    place = values.get("k", (size + 1) // 2) - 1
    for index, result in results(node):
        parts = _sorted(module, result, values["self"], values["dim"])
        end = (parts[index], values["dim"], place, place + 1)
        element = add_call(module, result, aten.slice.Tensor, end, result)
        if not values["keepdim"]:
            element = add_call(module, result, aten.squeeze.dim, (element, values["dim"]), result)
        result.replace_all_uses_with(element)


def _median(module: GraphModule, node: Node) -> Node:
    value: Any = node.args[0]
    flat = add_call(module, node, aten.reshape.default, (value, [-1]), node)
    (size,) = shape_of(flat)
    ordered, _ = _sorted(module, node, flat, 0)
    return add_call(module, node, aten.select.int, (ordered, 0, (size - 1) // 2), node)


def _sorted(module: GraphModule, like: Node, value: Node, axis: int) -> list[Node]:
    return add_results(module, like, aten.sort.default, (value, axis), like)
