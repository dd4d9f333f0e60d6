"""Pass: a linear layer's weights are stored in the order in which its features arrive."""

from __future__ import annotations

import numpy as np

from ..ir import Graph, Node
from ..ops.integers.bounds import Array
from ..ops.rules.permutation import Axes, inverse, long_sizes, order_of
from .features import feature_axes, feature_weights
from .rewrite import change, first_input, insert_before, producer_of_input, rewrite


def fold_transpose_into_linear(graph: Graph) -> Graph:
    """linear(reshape(transpose(x)), weight) -> linear(reshape(x), weight'), where the transpose
    only changes the order of the features: weight' has weight's columns in the order of x."""
    return rewrite(graph, _fold)


def _fold(graph: Graph, node: Node) -> bool:
    weights = feature_weights(graph, node)
    reshape = producer_of_input(graph, node)
    if weights is None or reshape is None or not reshape.op.reshapes:
        return False
    transpose = producer_of_input(graph, reshape)
    permutation = None if transpose is None else transpose.op.moved_axes()
    if transpose is None or permutation is None:
        return False
    order = order_of(graph.types[first_input(transpose)].shape, permutation)
    shape = graph.types[transpose.output].shape
    data = graph.constants[weights]
    first = feature_axes(shape, order, data.shape[-1])
    if first is None:
        return False
    name = _set_weight(graph, weights, _columns(data, long_sizes(shape), order, first))
    quantization = graph.types[reshape.output].quantization
    flat = insert_before(graph, node, reshape.op, transpose.inputs, reshape.output, quantization)
    inputs = tuple(name if value == weights else value for value in node.inputs[1:])
    change(graph, node, node.op, (flat, *inputs))
    return True


def _set_weight(graph: Graph, name: str, data: Array) -> str:
    """Gives a node's weight other data: under the same name, unless other nodes read it."""
    if len(graph.users(name)) > 1:
        return graph.add_constant(name, data)
    graph.constants[name] = data
    return name


def _columns(weight: Array, sizes: Axes, order: Axes, first: int) -> Array:
    """[..., K] with the columns back in the order before the transpose.

    The features are the long axes from ``first`` on, of these ``sizes`` after the transpose.
    """
    back = inverse(tuple(place - first for place in order[first:]))
    features = np.reshape(weight, (-1, *sizes[first:]))
    moved = np.transpose(features, (0, *(1 + place for place in back)))
    return np.ascontiguousarray(np.reshape(moved, weight.shape))
