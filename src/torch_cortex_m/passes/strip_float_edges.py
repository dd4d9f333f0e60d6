"""Pass: the graph takes and gives integers where quantizing is all that happens at the edge."""

from __future__ import annotations

from dataclasses import replace

from ..ir import Graph, Node
from .rewrite import first_input, single_producer, substitute


def strip_float_edges(graph: Graph) -> Graph:
    """A float input that is only quantized, always alike, becomes an integer input; a
    dequantized output becomes the integer value, by its own name. Their types say scale and zero
    point.

    An input that is quantized in two ways stays float: deriving one from the other is not exact.
    """
    graph = graph.copy()
    for port in list(graph.inputs):
        _strip_input(graph, port.value)
    for value in [port.value for port in graph.outputs]:
        node = single_producer(graph, value)
        if node is not None:
            _strip_output(graph, node)
    graph.remove_unused()
    return graph


def _strip_input(graph: Graph, value: str) -> None:
    users = graph.users(value)
    if not users or graph.is_result(value) or any(user.op != users[0].op for user in users):
        return
    quantizes = users[0].op.quantizes()
    if quantizes is None:
        return
    quantization, ties_away = quantizes
    integers = graph.types[users[0].output]
    graph.types[value] = replace(integers, quantization=quantization)
    if ties_away:
        graph.inputs = [
            replace(port, ties_away=True) if port.value == value else port for port in graph.inputs
        ]
    for user in users:
        substitute(graph, user, value)


def _strip_output(graph: Graph, node: Node) -> None:
    quantization = node.op.dequantizes()
    if quantization is None or graph.users(node.output):
        return
    value = first_input(node)
    type_ = graph.types[value]
    if type_.quantization not in (None, quantization):
        return
    graph.types[value] = replace(type_, quantization=quantization)
    graph.replace_uses(node.output, value)
