"""Pass: data movement and requantizations that do nothing, or that one node can do."""

from __future__ import annotations

import numpy as np

from ..ir import Graph, Node
from ..ops.pad.op import Pad
from ..ops.requantize.op import Requantize
from ..ops.reshape.op import Reshape
from ..ops.transpose.op import Transpose
from .clamps import is_identity
from .permutation import compose, identity, moves_data
from .rewrite import change, first_input, rewrite, substitute


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
    if isinstance(op, Requantize):
        return is_identity(op) and _may_lose_quantization(graph, node, value)
    if isinstance(op, Reshape):
        return op.shape == graph.types[value].shape
    if isinstance(op, Transpose):
        return op.permutation == identity(len(op.permutation))
    return isinstance(op, Pad) and not any(op.padding)


def _may_lose_quantization(graph: Graph, node: Node, value: str) -> bool:
    """Whether no output of the graph would report another scale or zero point."""
    if graph.types[value].quantization == graph.types[node.output].quantization:
        return True
    return not graph.is_output(node.output)


def _as_reshape(graph: Graph, node: Node) -> bool:
    """transpose(x) -> reshape(x) where the bytes stay in order."""
    if not isinstance(node.op, Transpose):
        return False
    if moves_data(graph.types[first_input(node)].shape, node.op.permutation):
        return False
    change(graph, node, Reshape(graph.types[node.output].shape), node.inputs)
    return True


def _merge(graph: Graph, node: Node) -> bool:
    """second(first(x)) -> one operator on x."""
    first = graph.producer(first_input(node))
    merged = None if first is None else _merged(first.op, node.op)
    if first is None or merged is None:
        return False
    change(graph, node, merged, first.inputs)
    return True


def _merged(first: object, second: object) -> Reshape | Transpose | Pad | None:
    if isinstance(first, Reshape) and isinstance(second, Reshape):
        return second
    if isinstance(first, Transpose) and isinstance(second, Transpose):
        return Transpose(compose(first.permutation, second.permutation))
    if isinstance(first, Pad) and isinstance(second, Pad) and first.value == second.value:
        counts = zip(first.padding, second.padding, strict=True)
        return Pad(tuple(sum(pair) for pair in counts), first.value)
    return None


def _fold_constant(graph: Graph, node: Node) -> bool:
    """A data movement of a constant -> a constant of the same name."""
    data = graph.constants.get(first_input(node))
    moved = None if data is None else _moved(node.op, data)
    if moved is None:
        return False
    graph.nodes.remove(node)
    graph.constants[node.output] = np.ascontiguousarray(moved)
    return True


def _moved(op: object, data: np.ndarray) -> np.ndarray | None:
    if isinstance(op, Reshape):
        return data.reshape(op.shape)
    if isinstance(op, Transpose):
        return data.transpose(op.permutation)
    if isinstance(op, Pad):
        counts = list(zip(op.before, op.after, strict=True))
        return np.pad(data, counts, constant_values=op.value)
    return None
