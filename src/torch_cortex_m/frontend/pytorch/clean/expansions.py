"""Operators that stand for several become those, so that each result in between is quantized.

addcmul, addcdiv: self + value * (a * b) or (a / b); lerp: start + weight * (end - start);
glu: one half times the sigmoid of the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments
from ..program import add_call

aten = torch.ops.aten

Make = Callable[..., Node]
"""Adds a call of an operator with these arguments."""


def expand_composites(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        expand = EXPANSIONS.get(node.target)
        if expand is not None:
            node.replace_all_uses_with(expand(_maker(module, node), arguments(node)))


def _maker(module: GraphModule, node: Node) -> Make:
    def make(target: torch._ops.OpOverload, *operands: Any, **named: Any) -> Node:
        return add_call(module, node, target, operands, node, named)

    return make


def _add_combined(combination: torch._ops.OpOverload, make: Make, values: dict[str, Any]) -> Node:
    combined = make(combination, values["tensor1"], values["tensor2"])
    return make(aten.add.Tensor, values["self"], combined, alpha=values["value"])


def _lerp(make: Make, values: dict[str, Any]) -> Node:
    step = make(
        aten.mul.Tensor, make(aten.sub.Tensor, values["end"], values["self"]), values["weight"]
    )
    return make(aten.add.Tensor, values["self"], step)


def _glu(make: Make, values: dict[str, Any]) -> Node:
    input, dim = values["self"], values["dim"]
    size = input.meta["val"].shape[dim]
    first, second = (
        make(aten.slice.Tensor, input, dim, start, start + size // 2) for start in (0, size // 2)
    )
    return make(aten.mul.Tensor, first, make(aten.sigmoid.default, second))


EXPANSIONS: dict[Any, Callable[[Make, dict[str, Any]], Node]] = {
    aten.addcmul.default: partial(_add_combined, aten.mul.Tensor),
    aten.addcdiv.default: partial(_add_combined, aten.div.Tensor),
    aten.glu.default: _glu,
    aten.lerp.Scalar: _lerp,
    aten.lerp.Tensor: _lerp,
}

EXPANDED = frozenset(target.overloadpacket.__name__ for target in EXPANSIONS)
"""Their names."""
