"""Operators whose output ends within a period of rows, with the rest of the period."""

from __future__ import annotations

from math import lcm
from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..ir.nodes import NodeList
from ..ops import operator
from .slices import row_axis


def whole_periods(graph: Graph) -> Graph:
    """A copy in which such operators are two nodes: one that computes whole periods, as the calls
    of what goes by rows do, and one that leaves out what is too much."""
    changed = graph.copy()
    changed.nodes = NodeList()
    for node in graph.nodes:
        axis = row_axis(graph.types[node.name])
        longer = None if axis is None else _longer(graph, node, axis)
        if axis is None or longer is None:
            changed.nodes.append(node)
        else:
            _add_periods(changed, node, longer, axis)
    return changed


def _longer(graph: Graph, node: Node, axis: int) -> Any | None:
    """The operator that computes whole periods; None where this one does, or there is none."""
    if len(node.outputs) != 1 or node.name in graph.kept:
        return None
    types, constants = graph.present_types(node), graph.argument_constants(node)
    owns = {name: row_axis(types[name]) for name in types.keys() - constants.keys()}
    reaches = (
        node.op.reach(types, constants, name, own) for name, own in owns.items() if own is not None
    )
    periods = [reach.period for reach in reaches if reach is not None and reach.axis == axis]
    rows = graph.types[node.name].shape[axis]
    missing = -rows % lcm(*periods)
    return node.op.longer(axis, rows + missing) if missing else None


def _add_periods(changed: Graph, node: Node, longer: Any, axis: int) -> None:
    """A slice of the first rows would be a view, behind which rows lie where a border belongs."""
    type_, name = changed.types[node.name], f"{node.name}.periods"
    value = changed.add_node(
        longer, node.inputs, name, quantization=type_.quantization, source=node.source
    )
    rows = np.arange(type_.shape[axis], dtype=np.int32)
    indices = changed.add_constant(f"{node.name}.rows", rows)
    first: Any = operator("gather", axis=axis)
    changed.nodes.append(Node(first, (value, indices), node.outputs, node.source))
