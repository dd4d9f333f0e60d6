"""Matrix products that add something become the product and the sum, so that each is quantized by
itself; those that are linear layers stay as they are."""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, is_constant
from ..patterns import pattern_of
from ..program import add_call

aten = torch.ops.aten

PRODUCTS: dict[object, tuple[torch._ops.OpOverload, str, str]] = {
    aten.addmm.default: (aten.mm.default, "mat1", "mat2"),
    aten.baddbmm.default: (aten.bmm.default, "batch1", "batch2"),
}
"""beta * self + alpha * product: the product and the names of its operands."""


def split_products(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target in PRODUCTS and not _is_layer(node, PRODUCTS[node.target][2]):
            node.replace_all_uses_with(_product_and_sum(module, node))
        elif node.target is aten.linear.default and not _is_layer(node, "weight"):
            node.replace_all_uses_with(_product_with_weight(module, node))


def _is_layer(node: Node, weight: str) -> bool:
    pattern = pattern_of(node)
    return (
        pattern is not None and is_constant(arguments(node)[weight]) and not pattern.problem(node)
    )


def _product_and_sum(module: GraphModule, node: Node) -> Node:
    values = arguments(node)
    product, *operands = PRODUCTS[node.target]
    result = add_call(module, node, product, tuple(values[name] for name in operands), node)
    added = _times(module, node, values["self"], values["beta"])
    result = _times(module, node, result, values["alpha"])
    return add_call(module, node, aten.add.Tensor, (result, added), node)


def _times(module: GraphModule, node: Node, tensor: Node, factor: float) -> Node:
    if factor == 1:
        return tensor
    return add_call(module, node, aten.mul.Scalar, (tensor, factor), node)


def _product_with_weight(module: GraphModule, node: Node) -> Node:
    values: dict[str, Any] = arguments(node)
    rows = add_call(module, node, aten.transpose.int, (values["weight"], -1, -2), node)
    result = add_call(module, node, aten.matmul.default, (values["input"], rows), node)
    if values["bias"] is None:
        return result
    return add_call(module, node, aten.add.Tensor, (result, values["bias"]), node)
