"""Which tensors of a program are int16: states between two layers, samples, and what only moves
them."""

from __future__ import annotations

from torch.fx import Node

from ...ops.pytorch.node import arguments
from ...ops.pytorch.pattern import Result
from .patterns import is_result, main_input, pattern_of

INT16 = "tcm_int16"
"""Metadata of a tensor that is quantized to int16."""

FINAL_STATES = "tcm_final_states"
"""Metadata of the final states of several layers, joined."""


def is_int16(node: Node) -> bool:
    return bool(node.meta.get(INT16))


def is_state_result(node: Node) -> bool:
    """Whether a node is what a layer leaves beside its output: a state."""
    layer = node.args[0] if is_result(node) else None
    pattern = pattern_of(layer) if isinstance(layer, Node) else None
    return pattern is not None and pattern.recurrence is not None and place(node) > 0


def place(result: Node) -> int:
    """Which of an operator's results it is."""
    return result.args[1]  # type: ignore[return-value]


def state_arguments(node: Node) -> list[Node]:
    """The states that a layer begins with, but those that are continued in its output."""
    pattern = pattern_of(node)
    if pattern is None or pattern.recurrence is None:
        return []
    values = arguments(node)
    return [values[name] for name in pattern.recurrence.continued[1:]]


def int16_arguments(node: Node) -> list[Node]:
    """The tensors that an operator takes in int16."""
    pattern = pattern_of(node)
    wide = () if pattern is None else pattern.wide
    return state_arguments(node) + [arguments(node)[name] for name in wide]


def moved_by(node: Node) -> Node | None:
    """What a node only moves; None where it does more."""
    pattern = pattern_of(node)
    if pattern is None or pattern.result is not Result.SHARED:
        return None
    return main_input(node, pattern)
