"""Pass: a clamp after an operator that clamps anyway becomes its activation range."""

from __future__ import annotations

from ..ir import Graph, Node
from .rewrite import change, first_input, producer_of_input, rewrite, sole_user, substitute


def fuse_activation(graph: Graph) -> Graph:
    """clamp(f(x)) -> f(x) with the clamp in its activation range, where only the clamp reads
    f(x)."""
    return rewrite(graph, _fuse)


def _fuse(graph: Graph, node: Node) -> bool:
    value = first_input(node)
    limits = node.op.clamp_range()
    if limits is None or not sole_user(graph, value):
        return False
    producer = producer_of_input(graph, node)
    clamped = None if producer is None else producer.op.clamped(*limits)
    if producer is None or clamped is None:
        return False
    change(graph, producer, clamped, producer.inputs)
    graph.types[value] = graph.types[node.output]
    substitute(graph, node, value)
    return True
