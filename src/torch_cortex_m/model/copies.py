"""What layers that only move data copy, as no pass and no plan could spare it."""

from __future__ import annotations

from ..generate import Generated
from ..ir import Node


def copied_bytes(generated: Generated) -> dict[str, int]:
    """Name of a node -> bytes that it writes, of the nodes that only move data."""
    nodes = generated.graph.computing_nodes()
    return {n.name: _copied(generated, n) for n in nodes if n.op.only_moves}


def _copied(generated: Generated, node: Node) -> int:
    """Parts that are computed in their place are not copied."""
    graph, hosted = generated.graph, generated.plan.hosted
    types = graph.present_types(node)
    parts = node.op.parts(types)
    if parts:
        return sum(types[part].bytes for part in parts if (node.name, part) not in hosted)
    return sum(type_.bytes for type_ in graph.output_types(node))
