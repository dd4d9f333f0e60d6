"""Activations move before operators that only move data, so that they fuse with the one before.

relu(max_pool2d(conv2d(x))) gives the same as max_pool2d(relu(conv2d(x))).
"""

from __future__ import annotations

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.pattern import Result
from ..patterns import main_input, pattern_of
from ..program import add_call


def move_activations_early(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        pattern = pattern_of(node)
        if pattern is None or pattern.activation_range is None:
            continue
        first = _start_of_movement(main_input(node, pattern))
        if first is not None:
            _move(module, node, main_input(node, pattern), first)


def _start_of_movement(node: Node) -> Node | None:
    """The first of the data movements that lead to ``node``, if an operator that takes in an
    activation gives its input and nothing else uses what lies between."""
    first = None
    while len(node.users) == 1:
        pattern = pattern_of(node)
        if pattern is None:
            return None
        if pattern.fuses_activation or pattern.activation_range is not None:
            return first
        if not (pattern.monotone and pattern.result is Result.SHARED):
            return None
        first, node = node, main_input(node, pattern)
    return None


def _move(module: GraphModule, activation: Node, last: Node, first: Node) -> None:
    """Puts ``activation``, which follows ``last``, before ``first``."""
    pattern, target = pattern_of(first), activation.target
    assert pattern is not None
    assert isinstance(target, torch._ops.OpOverload)
    source = main_input(first, pattern)
    args = (source, *activation.args[1:])
    moved = add_call(module, first, target, args, activation, activation.kwargs)
    first.replace_input_with(source, moved)
    activation.replace_all_uses_with(last)
    module.graph.erase_node(activation)
