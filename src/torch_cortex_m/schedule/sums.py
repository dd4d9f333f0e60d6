"""Means that need no image: rows are added to sums as they come."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..ir.nodes import NodeList
from ..ops import operator
from ..ops.interfaces import Sums


def means_of_sums(graph: Graph) -> Graph:
    """A copy in which operators that are functions of sums over an image are two nodes: sums, to
    which some rows can be added at a time, and the function of them."""
    changed = graph.copy()
    changed.nodes = NodeList()
    for node in graph.nodes:
        single = len(node.outputs) == 1 and node.name not in graph.kept
        sums = node.op.sums(graph.present_types(node)) if single else None
        value = None if sums is None else _image(graph, node, sums)
        if sums is None or value is None:
            changed.nodes.append(node)
        else:
            _add_sums(changed, node, sums, value)
    return changed


def _image(graph: Graph, node: Node, sums: Sums) -> str | None:
    """The value of which sums over all axes but the first and the last are taken, itself or under
    another shape."""
    found, (value,) = None, node.inputs
    while value is not None:
        shape = graph.types[value].shape
        if len(shape) > 2 and (shape[0], prod(shape[1:-1]), shape[-1]) == sums.shape:
            found = value
        producer = graph.producer(value)
        value = producer.inputs[0] if producer is not None and producer.op.reshapes else None
    return found


def _add_sums(graph: Graph, node: Node, sums: Sums, value: str) -> None:
    outer, count, inner = sums.shape
    first = np.full((outer, inner), count * sums.offset, np.int32)
    start = graph.add_constant(f"{node.name}.start", first)
    name = f"{node.name}.sums"
    total = graph.add_node(operator("running_sum"), (start, value, None), name, source=node.source)
    function: Any = operator(sums.operator, **sums.fields)
    result = graph.add_node(function, (total,), f"{node.name}.mean", source=node.source)
    shape: Any = operator("reshape", shape=graph.types[node.name].shape)
    graph.nodes.append(Node(shape, (result,), node.outputs, node.source))
