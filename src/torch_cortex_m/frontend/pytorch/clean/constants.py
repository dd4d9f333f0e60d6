"""Constant subgraphs become constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node, map_arg

from ..patterns import is_result
from ..program import add_constant, constant_value
from ..quantized import is_dequantize
from ..source import value_name

aten = torch.ops.aten

SHAPE_ONLY = (
    aten.zeros_like.default,
    aten.ones_like.default,
    aten.full_like.default,
    aten.new_zeros.default,
    aten.new_ones.default,
    aten.new_full.default,
    aten.fill.Scalar,
    aten.fill.Tensor,
)
"""Operators that read nothing of their first tensor but its shape and type."""


def fold_constants(module: GraphModule) -> None:
    """Evaluates every operator whose tensors are all constant, or of which only the shapes count;
    of several results those in use.

    Dequantize nodes stay: their integers are what counts. Random numbers stay, too.
    """
    known: dict[Node, Any] = {}
    for node in list(module.graph.nodes):
        if node.op == "get_attr":
            known[node] = constant_value(module, node)
        elif _foldable(node) and (operands := _operands(node, known)) is not None:
            with torch.no_grad():
                args, kwargs = map_arg((node.args, node.kwargs), operands.__getitem__)
                value = known[node] = node.target(*args, **kwargs)  # type: ignore[operator]
            if isinstance(value, Tensor):
                folded = add_constant(module, node, value, f"{value_name(node)}.constant")
                node.replace_all_uses_with(folded)
                known[folded] = value


def _operands(node: Node, known: Mapping[Node, Any]) -> Mapping[Node, Any] | None:
    """The constants that the operator reads; in their place any of the same shape and type, where
    it reads nothing else of them. None: not all are known."""
    if all(input in known for input in node.all_input_nodes):
        return known
    first: Any = node.args[0]
    others = [input for input in node.all_input_nodes if input is not first]
    if node.target not in SHAPE_ONLY or not all(input in known for input in others):
        return None
    like = first.meta["val"]
    return {**known, first: torch.zeros(like.shape, dtype=like.dtype)}


def _foldable(node: Node) -> bool:
    if node.op != "call_function" or is_dequantize(node):
        return False
    if not isinstance(node.target, torch._ops.OpOverload):
        return is_result(node)
    return torch.Tag.nondeterministic_seeded not in node.target.tags
