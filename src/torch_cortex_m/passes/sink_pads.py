"""Pass: pads stand after transposes and reshapes, next to what reads them."""

from __future__ import annotations

from ..ir import Graph, Node
from ..ops.interfaces import Border
from ..ops.rules.permutation import Axes, long_axes, long_sizes, permuted
from .movement import pad, reshape
from .rewrite import (
    change,
    fits,
    insert_before,
    producer_of_input,
    rewrite,
    sole_user,
)

Widths = tuple[tuple[int, int], ...]


def sink_pads(graph: Graph) -> Graph:
    """move(pad(x)) -> pad(move(x)), where only ``move`` reads pad(x): a transpose, or a reshape
    that adds and removes axes of size 1."""
    return rewrite(graph, _sink)


def _sink(graph: Graph, node: Node) -> bool:
    padded = producer_of_input(graph, node)
    border = None if padded is None else padded.op.border()
    if padded is None or border is None or not sole_user(graph, padded.output):
        return False
    shape = graph.types[node.output].shape
    widths = _moved_widths(node, border.widths, graph.types[padded.output].shape, shape)
    if widths is None:
        return False
    movement = reshape(_without(shape, widths)) if node.op.reshapes else node.op
    if not fits(graph, movement, padded.inputs):
        return False
    quantization = graph.types[node.output].quantization
    first = insert_before(graph, node, movement, padded.inputs, padded.output, quantization)
    change(graph, node, pad(Border(widths, border.value)), (first,))
    return True


def _moved_widths(node: Node, widths: Widths, padded: Axes, output: Axes) -> Widths | None:
    """The border's widths on the axes of the node's output, whose input has the shape ``padded``;
    None: the node does not only move axes."""
    permutation = node.op.moved_axes()
    if permutation is not None:
        return permuted(widths, permutation)
    if not node.op.reshapes or long_sizes(padded) != long_sizes(output):
        return None
    # A padded axis is longer than 1, so that it has a counterpart.
    places = dict(zip(long_axes(output), long_axes(padded), strict=True))
    return tuple(widths[places[axis]] if axis in places else (0, 0) for axis in range(len(output)))


def _without(shape: Axes, widths: Widths) -> Axes:
    return tuple(size - sum(around) for size, around in zip(shape, widths, strict=True))
