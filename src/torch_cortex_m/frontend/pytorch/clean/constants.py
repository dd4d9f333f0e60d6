"""Constant subgraphs become constants."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node, map_arg

from ..program import add_constant, constant_value
from ..quantized import is_dequantize
from ..source import value_name


def fold_constants(module: GraphModule) -> None:
    """Evaluates every operator whose tensors are all constant; of several results those in use.

    Dequantize nodes stay: their integers are what counts. Random numbers stay, too.
    """
    known: dict[Node, Any] = {}
    for node in list(module.graph.nodes):
        if node.op == "get_attr":
            known[node] = constant_value(module, node)
        elif _foldable(node) and all(input in known for input in node.all_input_nodes):
            with torch.no_grad():
                args, kwargs = map_arg((node.args, node.kwargs), known.__getitem__)
                value = known[node] = node.target(*args, **kwargs)  # type: ignore[operator]
            if isinstance(value, Tensor):
                folded = add_constant(module, node, value, f"{value_name(node)}.constant")
                node.replace_all_uses_with(folded)
                known[folded] = value


def _foldable(node: Node) -> bool:
    if node.op == "call_function" and node.target is operator.getitem:
        return True
    if node.op != "call_function" or not isinstance(node.target, torch._ops.OpOverload):
        return False
    random = torch.Tag.nondeterministic_seeded in node.target.tags
    return not random and not is_dequantize(node)
