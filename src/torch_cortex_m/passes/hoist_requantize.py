"""Pass: requantizations stand before data movement, next to what computes their input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..ir import Graph, Node
from .movement import pad
from .rewrite import (
    change,
    insert_before,
    maps_each_element,
    producer_of_input,
    rewrite,
    sole_user,
)


def hoist_requantize(graph: Graph) -> Graph:
    """requantize(move(x)) -> move(requantize(x)), where only the requantization reads move(x).

    Requantizations are the functions of single elements that keep their type. ``move`` is a
    transpose or a reshape; or, for a clamp, a pad, whose value is then clamped.
    """
    return rewrite(graph, _hoist)


def _hoist(graph: Graph, node: Node) -> bool:
    movement = producer_of_input(graph, node)
    if movement is None or not maps_each_element(graph, node):
        return False
    if not sole_user(graph, movement.output):
        return False
    moved = _movement_after(movement.op, node.op)
    if moved is None:
        return False
    quantization = graph.types[node.output].quantization
    first = insert_before(graph, node, node.op, movement.inputs, node.output, quantization)
    change(graph, node, moved, (first,))
    return True


def _movement_after(movement: Any, function: Any) -> Any | None:
    """The operator that moves the function's results as ``movement`` moved their operands."""
    if movement.reshapes or movement.moved_axes() is not None:
        return movement
    border, limits = movement.border(), function.clamp_range()
    if border is None or limits is None:
        return None
    low, high = limits
    return pad(replace(border, value=min(max(border.value, low), high)))
