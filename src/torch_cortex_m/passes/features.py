"""Which orders of axes a flattened input of a linear layer can have."""

from __future__ import annotations

from math import prod

from ..ir import Graph, Node
from ..ops.rules.permutation import Axes, identity, long_sizes
from .rewrite import first_input


def feature_axes(shape: Axes, order: Axes, features: int) -> int | None:
    """The first of the long axes of ``shape`` that are flattened into ``features``, if ``order``
    keeps these axes among themselves and all others in place; otherwise None."""
    sizes = long_sizes(shape)
    for first in range(len(sizes) + 1):
        if prod(sizes[first:]) == features:
            return first if order[:first] == identity(first) else None
    return None


def feature_weights(graph: Graph, node: Node) -> str | None:
    """The constant whose last axis belongs to the features of the node's first input."""
    name = node.op.feature_weights()
    weights = None if name is None else node.arguments()[name]
    return weights if weights in graph.constants else None


def flattens_for_linear(graph: Graph, node: Node, order: Axes) -> bool:
    """Whether the node is a reshape whose users are all linear layers with constant weights, which
    can take its input in this order of axes instead of its own."""
    if not node.op.reshapes or graph.is_result(node.output):
        return False
    users = graph.users(node.output)
    shape = graph.types[first_input(node)].shape
    return bool(users) and all(_takes(graph, user, node.output, shape, order) for user in users)


def _takes(graph: Graph, user: Node, value: str, shape: Axes, order: Axes) -> bool:
    weights = feature_weights(graph, user)
    if weights is None or user.inputs[0] != value:
        return False
    return feature_axes(shape, order, graph.types[weights].shape[-1]) is not None
