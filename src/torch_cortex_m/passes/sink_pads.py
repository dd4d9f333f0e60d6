"""Pass: pads stand after transposes and reshapes, next to what reads them."""

from __future__ import annotations

from ..ir import Graph, Node
from ..ops.pad.op import Pad
from ..ops.reshape.op import Reshape
from ..ops.transpose.op import Transpose
from .permutation import long_axes, long_sizes, permuted
from .rewrite import (
    change,
    fits,
    insert_before,
    producer_of_input,
    rewrite,
    sole_user,
)

Borders = tuple[tuple[int, int], ...]
"""(before, after) of each axis."""


def sink_pads(graph: Graph) -> Graph:
    """move(pad(x)) -> pad(move(x)), where only ``move`` reads pad(x): a transpose, or a reshape
    that adds and removes axes of size 1."""
    return rewrite(graph, _sink)


def _sink(graph: Graph, node: Node) -> bool:
    pad = producer_of_input(graph, node, Pad)
    if pad is None or not sole_user(graph, pad.output):
        return False
    borders = _moved_borders(graph, node, pad.op, graph.types[pad.output].shape)
    if borders is None:
        return False
    movement = node.op
    if isinstance(movement, Reshape):
        movement = Reshape(_without(movement.shape, borders))
    if not fits(graph, movement, pad.inputs):
        return False
    quantization = graph.types[node.output].quantization
    first = insert_before(graph, node, movement, pad.inputs, pad.output, quantization)
    change(graph, node, Pad(sum(borders, ()), pad.op.value), (first,))
    return True


def _moved_borders(graph: Graph, node: Node, pad: Pad, shape: tuple[int, ...]) -> Borders | None:
    """The pad's borders on the axes of the node's output; ``shape`` is the padded shape."""
    borders = tuple(zip(pad.before, pad.after, strict=True))
    if isinstance(node.op, Transpose):
        return permuted(borders, node.op.permutation)
    if not isinstance(node.op, Reshape) or long_sizes(shape) != long_sizes(node.op.shape):
        return None
    # A padded axis is longer than 1, so that it has a counterpart.
    places = dict(zip(long_axes(node.op.shape), long_axes(shape), strict=True))
    return tuple(
        borders[places[axis]] if axis in places else (0, 0) for axis in range(len(node.op.shape))
    )


def _without(shape: tuple[int, ...], borders: Borders) -> tuple[int, ...]:
    return tuple(size - sum(border) for size, border in zip(shape, borders, strict=True))
