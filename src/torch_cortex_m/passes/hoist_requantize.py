"""Pass: requantizations stand before data movement, next to what computes their input."""

from __future__ import annotations

from typing import Any

from ..ir import Graph, Node
from ..ops.pad.op import Pad
from ..ops.requantize.op import Requantize
from ..ops.reshape.op import Reshape
from ..ops.transpose.op import Transpose
from .clamps import clamp, only_clamps
from .rewrite import (
    change,
    first_input,
    insert_before,
    producer_of_input,
    rewrite,
    sole_user,
)


def hoist_requantize(graph: Graph) -> Graph:
    """requantize(move(x)) -> move(requantize(x)), where only the requantization reads move(x).

    ``move`` is a transpose or a reshape; or, for a clamp, a pad, whose value is then clamped.
    """
    return rewrite(graph, _hoist)


def _hoist(graph: Graph, node: Node) -> bool:
    if not isinstance(node.op, Requantize) or not sole_user(graph, first_input(node)):
        return False
    movement = producer_of_input(graph, node, Transpose | Reshape | Pad)
    moved = None if movement is None else _movement_after(movement.op, node.op)
    if movement is None or moved is None:
        return False
    quantization = graph.types[node.output].quantization
    first = insert_before(graph, node, node.op, movement.inputs, movement.output, quantization)
    change(graph, node, moved, (first,))
    return True


def _movement_after(movement: Any, requantize: Requantize) -> Any:
    """The operator that moves requantized data as ``movement`` moved it before."""
    if isinstance(movement, Transpose | Reshape):
        return movement
    if isinstance(movement, Pad) and only_clamps(requantize):
        low, high = requantize.activation_min, requantize.activation_max
        return Pad(movement.padding, clamp(movement.value, low, high))
    return None
