"""The patterns of all operators, found by looking into their folders."""

from __future__ import annotations

from functools import cache

import torch
from torch.fx import Node

from ...errors import TcmError
from ...ops import definitions, part
from ...ops.pytorch.call import UNBOUNDED
from ...ops.pytorch.node import arguments
from ...ops.pytorch.pattern import Pattern


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern that an operator's frontend.py declares."""
    modules = (part(name, "frontend") for name in definitions())
    return tuple(pattern for module in modules if module for pattern in module.PATTERNS)


@cache
def _by_target() -> dict[object, list[Pattern]]:
    table: dict[object, list[Pattern]] = {}
    for pattern in patterns():
        for target in pattern.targets:
            table.setdefault(target, []).append(pattern)
    return table


def has_pattern(target: object) -> bool:
    """Whether any operator declares this aten overload."""
    return target in _by_target()


def pattern_of(node: Node) -> Pattern | None:
    """The one pattern that means this node."""
    if node.op != "call_function":
        return None
    meant = [pattern for pattern in _by_target().get(node.target, []) if pattern.matches(node)]
    found = [pattern for pattern in meant if not pattern.general] or meant
    if len(found) > 1:
        raise TcmError(
            f"several operators stand for {node.target}",
            expected="one",
            got=" and ".join(pattern.lower.__module__ for pattern in found),
            hint="uninstall the distribution that brings one of them",
        )
    return found[0] if found else None


@cache
def first_results() -> dict[object, torch._ops.OpOverload]:
    """Tuple-valued overload -> the overload that gives the first result alone."""
    return {many: one for pattern in patterns() for many, one in pattern.first_of.items()}


def main_input(node: Node, pattern: Pattern) -> Node:
    """The node of the first activation that a pattern reads."""
    return arguments(node)[pattern.inputs[0]]


def fused_activations(node: Node) -> list[Node]:
    """The activations that become part of ``node``: each the only user of the one before."""
    pattern = pattern_of(node)
    chain: list[Node] = []
    if pattern is None or not pattern.fuses_activation:
        return chain
    current = node
    while len(current.users) == 1:
        user = next(iter(current.users))
        user_pattern = pattern_of(user)
        if user_pattern is None or user_pattern.activation_range is None:
            break
        chain.append(user)
        current = user
    return chain


def activation_range(chain: list[Node]) -> tuple[float, float]:
    """The (low, high) to which a chain of activations clamps."""
    low, high = UNBOUNDED
    for node in chain:
        pattern = pattern_of(node)
        assert pattern is not None
        assert pattern.activation_range is not None
        first, last = pattern.activation_range(arguments(node))
        low, high = min(max(low, first), last), min(max(high, first), last)
    return low, high
