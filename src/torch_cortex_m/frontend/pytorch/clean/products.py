"""Matrix products with factors and summands.

What a product adds becomes a sum of its own, so that each is quantized by itself; linear layers
keep theirs. A factor becomes part of the product, as baddbmm's alpha with beta = 0, which costs
nothing.
"""

from __future__ import annotations

from math import inf, prod
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, is_constant, shape_of
from ..patterns import pattern_of
from ..program import add_call, add_constant

aten = torch.ops.aten

SUMS: dict[object, tuple[str, str]] = {
    aten.addmm.default: ("mat1", "mat2"),
    aten.baddbmm.default: ("batch1", "batch2"),
}
"""Operators that give beta * self + alpha * product -> the operands of the product."""

PRODUCTS = (aten.matmul.default, aten.bmm.default, aten.mm.default)

FACTORS = (aten.mul.Tensor, aten.mul.Scalar, aten.div.Tensor, aten.div.Scalar)


def split_products(module: GraphModule) -> None:
    """Splits sums with products, and linear layers whose weight is no constant."""
    for node in list(module.graph.nodes):
        if node.target in SUMS and pattern_of(node) is None:
            node.replace_all_uses_with(_product_and_sum(module, node))
        elif node.target is aten.linear.default and not is_constant(arguments(node)["weight"]):
            node.replace_all_uses_with(_product_with_weight(module, node))


def fold_factors(module: GraphModule) -> None:
    """Products times a number, or divided by one."""
    for node in list(module.graph.nodes):
        factor = _factor(node)
        product = node.args[0] if factor is not None else None
        if isinstance(product, Node) and _is_product(product) and len(product.users) == 1:
            left, right = product.args
            node.replace_all_uses_with(scaled_product(module, node, left, right, factor))


def scaled_product(module: GraphModule, node: Node, left: Any, right: Any, factor: Any) -> Node:
    """factor * (left @ right), at the place of ``node``.

    The factor is part of the product where both have the same leading dimensions.
    """
    first, second = shape_of(left), shape_of(right)
    if factor == 1:
        return add_call(module, node, aten.matmul.default, (left, right), node)
    if first[:-2] != second[:-2] or min(len(first), len(second)) < 2:
        product = add_call(module, node, aten.matmul.default, (left, right), node)
        return add_call(module, node, aten.mul.Scalar, (product, factor), node)
    zero = add_constant(module, node, torch.zeros(1, 1, 1), f"{node.name}.zero")
    stacks = (_stack(module, node, left), _stack(module, node, right))
    amounts = {"beta": 0, "alpha": factor}
    result = add_call(module, node, aten.baddbmm.default, (zero, *stacks), node, amounts)
    return _reshaped(module, node, result, (*first[:-1], second[-1]))


def _stack(module: GraphModule, node: Node, matrices: Node) -> Node:
    shape = shape_of(matrices)
    return _reshaped(module, node, matrices, (prod(shape[:-2]), *shape[-2:]))


def _reshaped(module: GraphModule, node: Node, value: Node, shape: tuple[int, ...]) -> Node:
    if shape_of(value) == shape:
        return value
    return add_call(module, node, aten.reshape.default, (value, list(shape)), node)


def _is_product(node: Node) -> bool:
    if node.target not in PRODUCTS:
        return False
    return not any(is_constant(operand) for operand in node.args)


def _factor(node: Node) -> float | None:
    """The number that a call multiplies its first argument by, if it is a positive finite one."""
    if node.target not in FACTORS:
        return None
    number = arguments(node)["other"]
    if not isinstance(number, int | float) or not 0 < number < inf:
        return None
    return 1 / number if node.target in (aten.div.Tensor, aten.div.Scalar) else number


def _product_and_sum(module: GraphModule, node: Node) -> Node:
    values = arguments(node)
    left, right = (values[name] for name in SUMS[node.target])
    added = values["self"]
    result = scaled_product(module, node, left, right, values["alpha"])
    if values["beta"] != 1:
        added = add_call(module, node, aten.mul.Scalar, (added, values["beta"]), node)
    return add_call(module, node, aten.add.Tensor, (result, added), node)


def _product_with_weight(module: GraphModule, node: Node) -> Node:
    values = arguments(node)
    rows = add_call(module, node, aten.transpose.int, (values["weight"], -1, -2), node)
    result = add_call(module, node, aten.matmul.default, (values["input"], rows), node)
    if values["bias"] is None:
        return result
    return add_call(module, node, aten.add.Tensor, (result, values["bias"]), node)
