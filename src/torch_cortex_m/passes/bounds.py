"""Exact integer bounds of every value, channel by channel (its last dimension).

Interval arithmetic on what the operators compute: whatever the input, every element of channel c of
a value lies in [low[c], high[c]]. Where low = high the channel is constant.
"""

from __future__ import annotations

from ..ir import Graph, Node
from ..ops.integers.bounds import Bounds, any_int8, of_constant


def value_bounds(graph: Graph) -> dict[str, Bounds]:
    """Bounds of every int8 value with at least one dimension."""
    bounds = {
        name: any_int8(type_.shape[-1])
        for name, type_ in graph.types.items()
        if type_.dtype == "int8" and type_.shape
    }
    bounds |= {name: of_constant(d) for name, d in graph.constants.items() if name in bounds}
    for node in graph.nodes:
        known = len(node.outputs) == 1 and node.output in bounds
        found = _node_bounds(graph, node, bounds) if known else None
        if found is not None:
            bounds[node.output] = found
    return bounds


def given_bounds(node: Node, bounds: dict[str, Bounds]) -> dict[str, Bounds]:
    """Argument name -> bounds, of the node's arguments that have any."""
    return {name: bounds[v] for name, v in node.arguments().items() if v in bounds}


def _node_bounds(graph: Graph, node: Node, bounds: dict[str, Bounds]) -> Bounds | None:
    """None where nothing is known beyond the type."""
    types, constants = graph.present_types(node), graph.argument_constants(node)
    return node.op.bounds(types, constants, given_bounds(node, bounds))
