"""Pass: what is constant whatever the input goes into the bias of the layer that reads it."""

from __future__ import annotations

from ..ir import Graph
from .bounds import given_bounds, value_bounds
from .rewrite import replace_constants


def fold_constant_channels(graph: Graph) -> Graph:
    """The weights that read a constant channel become zero, and the bias takes over their sum.

    Where padding is read, too, this is exact only for a channel that equals the padding. Channels
    that nobody reads any more are left to ``remove_unread_channels``.
    """
    graph = graph.copy()
    bounds = value_bounds(graph)
    for node in list(graph.nodes):
        types, constants = graph.present_types(node), graph.argument_constants(node)
        changed = node.op.fold_constant_channels(types, constants, given_bounds(node, bounds))
        if changed is not None:
            replace_constants(graph, node, node.op, changed)
    graph.remove_unused()
    return graph
