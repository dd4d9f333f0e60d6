"""The k-th smallest element, the median and quantiles are among those in order: a part of what sort
gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..patterns import results
from ..program import add_call, add_results

aten = torch.ops.aten

PAIRS = (aten.kthvalue.default, aten.median.dim)
"""Values and indices over one dimension."""

QUANTILE = aten.quantile.scalar

SEVERAL = (*PAIRS, aten.median.default, QUANTILE)


def select_of_sorted(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target in PAIRS and shape_of(arguments(node)["self"]):
            _replace(module, node)
        elif node.target is aten.median.default:
            node.replace_all_uses_with(_median(module, node))
        elif node.target is QUANTILE:
            node.replace_all_uses_with(_quantile(module, node))


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


def _quantile(module: GraphModule, node: Node) -> Node:
    """Between two elements in order, or one of them."""
    values = arguments(node)
    value, axis, shape = values["self"], values["dim"], shape_of(node)
    if axis is None:
        value, axis = add_call(module, node, aten.reshape.default, (value, [-1]), node), 0
    ordered, _ = _sorted(module, node, value, axis)
    whole, part = divmod(values["q"] * (shape_of(value)[axis] - 1), 1)
    between = INTERPOLATIONS[values["interpolation"]](whole, part)
    place = int(between)
    end = (ordered, axis, place, place + 1)
    element = add_call(module, node, aten.slice.Tensor, end, node)
    if between != place:
        next_ = (ordered, axis, place + 1, place + 2)
        other = add_call(module, node, aten.slice.Tensor, next_, node)
        element = add_call(module, node, aten.lerp.Scalar, (element, other, between - place), node)
    return add_call(module, node, aten.reshape.default, (element, list(shape)), node)


INTERPOLATIONS: dict[str, Callable[[float, float], float]] = {
    "linear": lambda whole, part: whole + part,
    "lower": lambda whole, part: whole,
    "higher": lambda whole, part: whole + (part > 0),
    "midpoint": lambda whole, part: whole + (0.5 if part else 0.0),
    "nearest": lambda whole, part: round(whole + part),
}
"""Place between two elements, by its whole and its other part."""


def _sorted(module: GraphModule, like: Node, value: Node, axis: int) -> list[Node]:
    return add_results(module, like, aten.sort.default, (value, axis), like)
