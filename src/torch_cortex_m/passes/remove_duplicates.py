"""Pass: what is the same is there once."""

from __future__ import annotations

from ..ir import Graph, Node, TensorType
from .rewrite import first_input, rewrite, substitute


def remove_duplicates(graph: Graph) -> Graph:
    """Merges constants with equal data and nodes with equal operators and inputs."""
    graph = graph.copy()
    _merge_constants(graph)
    return rewrite(graph, _merge_node)


def _merge_constants(graph: Graph) -> None:
    first: dict[tuple[TensorType, bytes], str] = {}
    for name, data in list(graph.constants.items()):
        kept = first.setdefault((graph.types[name], data.tobytes()), name)
        if kept != name:
            graph.replace_uses(name, kept)


def _merge_node(graph: Graph, node: Node) -> bool:
    for earlier in graph.users(first_input(node)):
        if earlier is node:
            return False
        same = (earlier.op, earlier.inputs) == (node.op, node.inputs)
        if same and graph.types[earlier.output] == graph.types[node.output]:
            substitute(graph, node, earlier.output)
            return True
    return False
