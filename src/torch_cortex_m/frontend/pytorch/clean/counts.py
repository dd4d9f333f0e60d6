"""Integers that are made of truth values become real numbers, where only such are computed of them:
x.sum() / mask.sum().clamp(min=1) is x.sum() / mask.float().sum().clamp(min=1)."""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node, map_arg

from ....ops.pytorch.node import arguments
from ..program import add_call, add_constant
from ..source import value_name

aten = torch.ops.aten

SUMS = (aten.sum.default, aten.sum.dim_IntList)

COUNTS = (aten.count_nonzero.default, aten.count_nonzero.dim_IntList, *SUMS)

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
    """Counts, one-hot codes, and masks as integers."""
    for node in list(module.graph.nodes):
        if _is_of_truth(node):
            integers = _integers_behind(node)
            if integers is not None:
                _convert(module, integers)
            elif node.target not in (*SUMS, *CONVERSIONS):
                node.replace_all_uses_with(_integer(module, node))


def _is_of_truth(node: Node) -> bool:
    if node.target not in (*COUNTS, *CONVERSIONS, aten.one_hot.default):
        return False
    source = node.args[0].meta["val"].dtype  # type: ignore[union-attr]
    integer = node.meta["val"].dtype in (torch.int32, torch.int64)
    of_any = node.target not in (*SUMS, *CONVERSIONS)
    return integer and (source == torch.bool or of_any)


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
    numbers = {count: _number(module, count)}
    for node in others:
        args, kwargs = map_arg((node.args, node.kwargs), lambda each: numbers.get(each, each))
        numbers[node] = add_call(module, node, node.target, args, node, kwargs)  # type: ignore[arg-type]
    for node, number in numbers.items():
        for user in list(node.users):
            if user.target in CONVERSIONS and user not in numbers:
                user.replace_all_uses_with(number)
            elif user not in numbers:
                user.replace_input_with(node, number)


def _integer(module: GraphModule, node: Node) -> Node:
    """A count or one-hot code of truth values, which stay integers."""
    mask = _mask(module, node)
    if node.target is aten.one_hot.default:
        named = {"dtype": node.meta["val"].dtype}
        return add_call(module, node, aten._to_copy.default, (mask,), node, named)
    return _sum(module, node, mask)


def _mask(module: GraphModule, node: Node) -> Node:
    """The truth values that are counted."""
    mask: Any = node.args[0]
    if node.target is aten.one_hot.default:
        classes = torch.arange(node.meta["val"].shape[-1], dtype=mask.meta["val"].dtype)
        constant = add_constant(module, node, classes, f"{value_name(node)}.classes")
        index = add_call(module, node, aten.unsqueeze.default, (mask, -1), node)
        mask = add_call(module, node, aten.eq.Tensor, (index, constant), node)
    elif mask.meta["val"].dtype != torch.bool:
        mask = add_call(module, node, aten.ne.Scalar, (mask, 0), node)
    return mask


def _number(module: GraphModule, node: Node) -> Node:
    """What the integer is, as a real number."""
    mask = _mask(module, node)
    kwargs = {"dtype": torch.float32}
    number = add_call(module, node, aten._to_copy.default, (mask,), node, kwargs)
    return _sum(module, node, number) if node.target in COUNTS else number


def _sum(module: GraphModule, node: Node, numbers: Node) -> Node:
    """Over the dimensions of a count."""
    values = arguments(node)
    axes = values.get("dim")
    listed = [axes] if isinstance(axes, int) else axes
    parameters = (numbers, listed, values.get("keepdim", False))
    return add_call(module, node, aten.sum.dim_IntList, parameters, node)
