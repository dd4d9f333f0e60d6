"""Counts of what is true become sums of 0 and 1, where only real numbers are computed of them:
x.sum() / mask.sum().clamp(min=1) is x.sum() / mask.float().sum().clamp(min=1)."""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node, map_arg

from ....ops.pytorch.node import arguments
from ..program import add_call

aten = torch.ops.aten

COUNTS = (
    aten.count_nonzero.default,
    aten.count_nonzero.dim_IntList,
    aten.sum.default,
    aten.sum.dim_IntList,
)

KEPT = (
    aten.add.Tensor,
    aten.clamp.default,
    aten.clamp_min.default,
    aten.expand.default,
    aten.mul.Tensor,
    aten.reshape.default,
    aten.rsub.Scalar,
    aten.squeeze.dim,
    aten.sub.Tensor,
    aten.unsqueeze.default,
)
"""What gives the same for integers and for real numbers."""

CONVERSIONS = (aten._to_copy.default, aten.to.dtype)


def make_counts_numbers(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if _is_count(node):
            integers = _integers_behind(node)
            if integers is not None:
                _convert(module, integers)


def _is_count(node: Node) -> bool:
    if node.target not in COUNTS:
        return False
    counted = node.args[0].meta["val"].dtype  # type: ignore[union-attr]
    return counted == torch.bool or "count_nonzero" in str(node.target)


def _integers_behind(count: Node) -> list[Node] | None:
    """The count and all integers that are computed of it; None where one of them is more than a
    step to real numbers."""
    found = [count]
    for node in found:
        for user in node.users:
            if user in found:
                continue
            if user.op == "output":
                return None
            if user.meta["val"].dtype == torch.float32:
                continue
            others = set(user.all_input_nodes) - set(found)
            if user.target not in KEPT or any(other.op != "get_attr" for other in others):
                return None
            found.append(user)
    return sorted(found)


def _convert(module: GraphModule, integers: list[Node]) -> None:
    count, *others = integers
    numbers = {count: _sum(module, count)}
    for node in others:
        args, kwargs = map_arg((node.args, node.kwargs), lambda each: numbers.get(each, each))
        numbers[node] = add_call(module, node, node.target, args, node, kwargs)  # type: ignore[arg-type]
    for node, number in numbers.items():
        for user in list(node.users):
            if user.target in CONVERSIONS and user not in numbers:
                user.replace_all_uses_with(number)
            elif user not in numbers:
                user.replace_input_with(node, number)


def _sum(module: GraphModule, count: Node) -> Node:
    values: dict[str, Any] = arguments(count)
    mask = values["self"]
    if mask.meta["val"].dtype != torch.bool:
        mask = add_call(module, count, aten.ne.Scalar, (mask, 0), count)
    kwargs = {"dtype": torch.float32}
    number = add_call(module, count, aten._to_copy.default, (mask,), count, kwargs)
    axes = values.get("dim")
    listed = [axes] if isinstance(axes, int) else axes
    parameters = (number, listed, values.get("keepdim", False))
    return add_call(module, count, aten.sum.dim_IntList, parameters, count)
