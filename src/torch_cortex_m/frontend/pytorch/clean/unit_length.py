"""Tensors divided by their Euclidean norm, as torch.nn.functional.normalize does it, become RMS
norms, which have the root of the mean of squares in place of that of their sum."""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..program import add_call, add_constant
from ..source import value_name

aten = torch.ops.aten

SMALLEST = 1e-12
"""What a norm is at least, where the program does not say."""


def normalize_length(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target is aten.div.Tensor and isinstance(node.args[1], Node):
            found = _norm(node.args[1])
            if found is not None and found[0].args[0] is node.args[0]:
                node.replace_all_uses_with(_rms_norm(module, node, *found))


def _norm(divisor: Node) -> tuple[Node, float] | None:
    """(norm, its least value), where a divisor is the 2-norm that keeps its dimensions."""
    least = SMALLEST
    if divisor.target is aten.expand.default:
        divisor = divisor.args[0]  # type: ignore[assignment]
    if divisor.target in (aten.clamp_min.default, aten.clamp.default):
        values = arguments(divisor)
        if values.get("max") is not None:
            return None
        least, divisor = values["min"], values["self"]
    if divisor.target is not aten.linalg_vector_norm.default:
        return None
    values = arguments(divisor)
    return (divisor, least) if values["ord"] == 2 and values["keepdim"] else None


def _rms_norm(module: GraphModule, node: Node, norm: Node, least: float) -> Node:
    """With the dimensions of the norm moved to the end, and back."""
    source: Any = node.args[0]
    shape = shape_of(source)
    rank = len(shape)
    last = sorted(axis % rank for axis in arguments(norm)["dim"] or range(rank))
    order = [axis for axis in range(rank) if axis not in last] + last
    sizes = [shape[axis] for axis in last]
    count = prod(sizes)
    name = f"{value_name(node)}.weight"
    weight = add_constant(module, node, torch.full(sizes, 1 / sqrt(count)), name)
    moved = _permuted(module, node, source, order)
    parameters = (moved, sizes, weight, least**2 / count)
    result = add_call(module, node, aten.rms_norm.default, parameters, node)
    return _permuted(module, node, result, [order.index(axis) for axis in range(rank)])


def _permuted(module: GraphModule, node: Node, value: Node, order: list[int]) -> Node:
    if order == list(range(len(order))):
        return value
    return add_call(module, node, aten.permute.default, (value, order), node)
