"""Masks in arithmetic become the numbers 0 and 1: x * (x > y) is x * (x > y).float(); and indices
the numbers that they are."""

from __future__ import annotations

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import INDICES
from ..program import add_call

aten = torch.ops.aten

ARITHMETIC = (
    aten.add.Tensor,
    aten.div.Tensor,
    aten.maximum.default,
    aten.minimum.default,
    aten.mul.Tensor,
    aten.rsub.Tensor,
    aten.sub.Tensor,
)


def make_masks_numbers(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target in ARITHMETIC and node.meta["val"].dtype == torch.float32:
            for mask in filter(_is_no_number, node.all_input_nodes):
                number = add_call(
                    module, node, aten._to_copy.default, (mask,), node, {"dtype": torch.float32}
                )
                node.replace_input_with(mask, number)


def _is_no_number(node: Node) -> bool:
    """Constants are numbers already."""
    return node.op != "get_attr" and node.meta["val"].dtype in (torch.bool, *INDICES)
