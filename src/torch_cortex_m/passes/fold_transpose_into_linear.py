"""Pass: a linear layer's weights are stored in the order in which its features arrive."""

from __future__ import annotations

import numpy as np

from ..ir import Graph, Node
from ..ops.linear.op import Linear
from ..ops.reshape.op import Reshape
from ..ops.transpose.op import Transpose
from .features import feature_axes
from .permutation import inverse, long_sizes, order_of
from .rewrite import change, first_input, insert_before, producer_of_input, rewrite


def fold_transpose_into_linear(graph: Graph) -> Graph:
    """linear(reshape(transpose(x)), weight) -> linear(reshape(x), weight'), where the transpose
    only changes the order of the features: weight' has weight's columns in the order of x."""
    return rewrite(graph, _fold)


def _fold(graph: Graph, node: Node) -> bool:
    weight = graph.argument_constants(node).get("weight")
    if not isinstance(node.op, Linear) or weight is None:
        return False
    reshape = producer_of_input(graph, node, Reshape)
    transpose = None if reshape is None else producer_of_input(graph, reshape, Transpose)
    if reshape is None or transpose is None:
        return False
    order = order_of(graph.types[first_input(transpose)].shape, transpose.op.permutation)
    shape = graph.types[transpose.output].shape
    first = feature_axes(shape, order, weight.shape[1])
    if first is None:
        return False
    name = _set_weight(graph, node, _columns(weight, long_sizes(shape), order, first))
    quantization = graph.types[reshape.output].quantization
    flat = insert_before(graph, node, reshape.op, transpose.inputs, reshape.output, quantization)
    change(graph, node, node.op, (flat, name, *node.inputs[2:]))
    return True


def _set_weight(graph: Graph, node: Node, data: np.ndarray) -> str:
    """Gives the node's weight other data: under the same name, unless other nodes read it."""
    name = node.inputs[1]
    assert name is not None
    if len(graph.users(name)) > 1:
        return graph.add_constant(name, data)
    graph.constants[name] = data
    return name


def _columns(
    weight: np.ndarray, sizes: tuple[int, ...], order: tuple[int, ...], first: int
) -> np.ndarray:
    """[N, K] with the columns back in the order before the transpose.

    The features are the long axes from ``first`` on, of these ``sizes`` after the transpose.
    """
    back = inverse(tuple(place - first for place in order[first:]))
    features = weight.reshape(-1, *sizes[first:])
    moved = features.transpose(0, *(1 + place for place in back))
    return np.ascontiguousarray(moved.reshape(weight.shape))
