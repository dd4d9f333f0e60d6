"""Pass: data movement and requantizations that do nothing, or that one node can do."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..ops.interfaces import Border
from ..ops.rules.permutation import compose, identity, moves_data
from .movement import moved, pad, reshape, transpose
from .rewrite import change, first_input, producer_of_input, rewrite, substitute


def simplify(graph: Graph) -> Graph:
    """Removes identities, merges neighbours of one kind, turns transposes that move only axes of
    size 1 into reshapes, and moves constant data now instead of at run time."""
    return rewrite(graph, _drop_identity, _as_reshape, _merge, _fold_constant)


def _drop_identity(graph: Graph, node: Node) -> bool:
    """y = x -> x."""
    value = first_input(node)
    if not _does_nothing(graph, node, value):
        return False
    substitute(graph, node, value)
    return True


def _does_nothing(graph: Graph, node: Node, value: str) -> bool:
    op = node.op
    clamp = op.clamp_range()
    if clamp is not None and clamp == graph.types[node.output].limits:
        return _may_lose_quantization(graph, node, value)
    if op.reshapes:
        return graph.types[node.output].shape == graph.types[value].shape
    if (permutation := op.moved_axes()) is not None:
        return permutation == identity(len(permutation))
    border = op.border()
    return border is not None and not any(map(any, border.widths))


def _may_lose_quantization(graph: Graph, node: Node, value: str) -> bool:
    """Whether no output of the graph would report another scale or zero point."""
    if graph.types[value].quantization == graph.types[node.output].quantization:
        return True
    return not graph.is_result(node.output)


def _as_reshape(graph: Graph, node: Node) -> bool:
    """transpose(x) -> reshape(x) where the bytes stay in order."""
    permutation = node.op.moved_axes()
    if permutation is None or moves_data(graph.types[first_input(node)].shape, permutation):
        return False
    change(graph, node, reshape(graph.types[node.output].shape), node.inputs)
    return True


def _merge(graph: Graph, node: Node) -> bool:
    """second(first(x)) -> one operator on x."""
    first = producer_of_input(graph, node)
    merged = None if first is None else _merged(first.op, node.op)
    if first is None or merged is None:
        return False
    change(graph, node, merged, first.inputs)
    return True


def _merged(first: Any, second: Any) -> Any | None:
    if first.reshapes and second.reshapes:
        return second
    axes = first.moved_axes(), second.moved_axes()
    if None not in axes:
        return transpose(compose(*axes))
    return _merged_pads(first.border(), second.border())


def _merged_pads(first: Border | None, second: Border | None) -> Any | None:
    if first is None or second is None or first.value != second.value:
        return None
    pairs = zip(first.widths, second.widths, strict=True)
    widths = tuple((a[0] + b[0], a[1] + b[1]) for a, b in pairs)
    return pad(Border(widths, first.value))


def _fold_constant(graph: Graph, node: Node) -> bool:
    """A data movement of a constant -> a constant of the same name."""
    data = graph.constants.get(first_input(node))
    result = None if data is None else moved(graph, node, data)
    if result is None:
        return False
    graph.nodes.remove(node)
    graph.constants[node.output] = np.asarray(result, order="C")
    return True
