"""Operators that give back what they get."""

from __future__ import annotations

import operator

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

aten = torch.ops.aten

COPIES = (
    aten.alias.default,
    aten.clone.default,
    aten.contiguous.default,
    aten.detach.default,
    aten.detach_.default,
    aten.lift_fresh.default,
    aten.lift_fresh_copy.default,
    aten.to.dtype,
    aten.to.dtype_layout,
    aten._to_copy.default,
    aten.type_as.default,
    aten.expand.default,
    aten.slice.Tensor,
    aten.dropout.default,
    aten.feature_dropout.default,
    aten.alpha_dropout.default,
    aten.feature_alpha_dropout.default,
)
"""Their result has the input's values if it has the input's shape and type; a dropout is the
identity when a model is used."""


VIEWS = (aten.view.default, aten._unsafe_view.default)


def remove_identities(module: GraphModule) -> None:
    """Removes them. A view becomes a reshape, which needs no copy before it."""
    for node in list(module.graph.nodes):
        if node.target in VIEWS:
            node.target = aten.reshape.default
        elif node.target is operator.getitem and _is_native_dropout(node.args[0]):
            node.replace_all_uses_with(node.args[0].args[0])
        elif node.target in COPIES and _same(node, node.args[0]):
            node.replace_all_uses_with(node.args[0])
        elif node.target is aten.type_as.default:
            node.target = aten.to.dtype
            node.args = (node.args[0], node.meta["val"].dtype)


def _is_native_dropout(node: Node) -> bool:
    return node.target is aten.native_dropout.default


def _same(result: Node, input: Node) -> bool:
    first, second = result.meta.get("val"), input.meta.get("val")
    if not isinstance(first, Tensor) or not isinstance(second, Tensor):
        return input.op == "get_attr"
    return first.shape == second.shape and first.dtype == second.dtype
