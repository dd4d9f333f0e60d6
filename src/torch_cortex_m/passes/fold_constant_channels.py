"""Pass: what is constant whatever the input goes into the bias of the layer that reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..ops.linear.op import Linear
from .bounds import INT32, Bounds, value_bounds
from .channels import free_channels

WEIGHT, BIAS = 1, 2


def fold_constant_channels(graph: Graph) -> Graph:
    """The weights that read a constant channel become zero, and the bias takes over their sum.

    Where padding is read, too, this is exact only for a channel that equals the padding. Channels
    that nobody reads any more are left to ``remove_unread_channels``.
    """
    graph = graph.copy()
    bounds = value_bounds(graph)
    for node in list(graph.nodes):
        value = node.inputs[0]
        if free_channels(node) and value in bounds:
            _fold(graph, node, bounds[value])
    graph.remove_unused()
    return graph


def _fold(graph: Graph, node: Node, given: Bounds) -> None:
    constants = graph.argument_constants(node)
    if "weight" not in constants or ("bias" not in constants and node.inputs[BIAS] is not None):
        return
    weight = constants["weight"]
    foldable = given.constant & _exact(node.op, given) & _read(weight)
    if not foldable.any():
        return
    taps = weight.astype(np.int64)[..., foldable]
    values = given.low[foldable] + node.op.input_offset
    folded = (taps * values).reshape(len(weight), -1).sum(axis=1)
    bias = constants.get("bias", np.zeros(len(weight), np.int32)).astype(np.int64) + folded
    if bias.min() < INT32[0] or bias.max() > INT32[1]:
        return
    remaining = weight.copy()
    remaining[..., foldable] = 0
    inputs = list(node.inputs)
    inputs[WEIGHT] = graph.add_constant(f"{node.output}.weight", remaining)
    inputs[BIAS] = graph.add_constant(f"{node.output}.bias", bias.astype(np.int32))
    graph.nodes[graph.nodes.index(node)] = replace(node, inputs=tuple(inputs))


def _exact(op: Any, given: Bounds) -> np.ndarray:
    """Channels whose sum is the same at every position."""
    if isinstance(op, Linear):
        return np.full(len(given.low), True)
    return (given.low + op.input_offset == 0) | (not any(op.padding))


def _read(weight: np.ndarray) -> np.ndarray:
    """Input channels with a weight other than zero."""
    return (weight != 0).reshape(-1, weight.shape[-1]).any(axis=0)
