"""Data movement that passes make, and what it does to constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..ops import operator
from ..ops.integers.bounds import Array
from ..ops.interfaces import Border


def transpose(permutation: tuple[int, ...]) -> Any:
    return operator("transpose", permutation=permutation)


def reshape(shape: tuple[int, ...]) -> Any:
    return operator("reshape", shape=shape)


def pad(border: Border) -> Any:
    return operator("pad", padding=sum(border.widths, ()), value=border.value)


def moved(graph: Graph, node: Node, data: Array) -> Array | None:
    """What the node gives for this data as its first argument; None if it does more than to move
    it, into a border or not."""
    border = node.op.border()
    if border is not None:
        return np.pad(data, border.widths, constant_values=border.value)
    return rearranged(graph, node, data)


def rearranged(graph: Graph, node: Node, data: Array) -> Array | None:
    """The same of a node whose output has nothing but elements of its first argument."""
    if node.op.reshapes:
        return np.reshape(data, graph.types[node.output].shape)
    if (permutation := node.op.moved_axes()) is not None:
        return np.transpose(data, permutation)
    types, constants = graph.present_types(node), graph.argument_constants(node)
    indices = node.op.taken_indices(types, constants)
    return None if indices is None else np.asarray(data[np.ix_(*indices)])
