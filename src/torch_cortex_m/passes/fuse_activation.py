"""Pass: a clamp after an operator that clamps anyway becomes its activation range."""

from __future__ import annotations

from ..ir import Graph, Node
from ..ops.requantize.op import Requantize
from .clamps import has_activation, only_clamps, then_clamp
from .rewrite import change, first_input, rewrite, sole_user, substitute


def fuse_activation(graph: Graph) -> Graph:
    """clamp(f(x)) -> f(x) with the clamp in activation_min and activation_max, where only the
    clamp reads f(x)."""
    return rewrite(graph, _fuse)


def _fuse(graph: Graph, node: Node) -> bool:
    value = first_input(node)
    if not isinstance(node.op, Requantize) or not only_clamps(node.op):
        return False
    if not sole_user(graph, value):
        return False
    producer = graph.producer(value)
    if producer is None or not has_activation(producer.op):
        return False
    change(graph, producer, then_clamp(producer.op, node.op), producer.inputs)
    graph.types[value] = graph.types[node.output]
    substitute(graph, node, value)
    return True
