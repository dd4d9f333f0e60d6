"""Which orders of axes a flattened input of a linear layer can have."""

from __future__ import annotations

from math import prod

from ..ir import Graph, Node
from ..ops.linear.op import Linear
from ..ops.reshape.op import Reshape
from .permutation import Axes, identity, long_sizes
from .rewrite import first_input


def feature_axes(shape: Axes, order: Axes, features: int) -> int | None:
    """The first of the long axes of ``shape`` that are flattened into ``features``, if ``order``
    keeps these axes among themselves and all others in place; otherwise None."""
    sizes = long_sizes(shape)
    for first in range(len(sizes) + 1):
        if prod(sizes[first:]) == features:
            return first if order[:first] == identity(first) else None
    return None


def flattens_for_linear(graph: Graph, node: Node, order: Axes) -> bool:
    """Whether the node is a reshape whose users are all linear layers with constant weights, which
    can take its input in this order of axes instead of its own."""
    if not isinstance(node.op, Reshape) or graph.is_output(node.output):
        return False
    users = graph.users(node.output)
    shape = graph.types[first_input(node)].shape
    return bool(users) and all(
        isinstance(user.op, Linear)
        and user.inputs[1] in graph.constants
        and user.inputs[0] == node.output
        and feature_axes(shape, order, graph.types[user.inputs[1]].shape[1]) is not None
        for user in users
    )
