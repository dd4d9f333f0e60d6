"""The patterns of all operators, found by looking into their folders."""

from __future__ import annotations

import operator
from typing import Any

from torch.fx import Node

from ...errors import TcmError
from ...ops import definitions, part
from ...ops.discovery import cache_until_registered
from ...ops.pytorch.call import UNBOUNDED
from ...ops.pytorch.node import arguments, tensor_arguments
from ...ops.pytorch.pattern import Pattern, ResultOf


@cache_until_registered
def patterns() -> tuple[Pattern, ...]:
    """Every pattern that an operator's frontend.py declares."""
    modules = (part(name, "frontend") for name in definitions())
    return tuple(pattern for module in modules if module for pattern in module.PATTERNS)


@cache_until_registered
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
            hint="do without the distribution or the folder that brings one of them",
        )
    return found[0] if found else None


@cache_until_registered
def _results_of() -> dict[object, ResultOf]:
    return {many: rule for pattern in patterns() for many, rule in pattern.result_of.items()}


def result_of(target: object) -> ResultOf | None:
    """The rule that separates the results of an operator, if any pattern declares one."""
    return _results_of().get(target)


def is_result(node: Node) -> bool:
    """Whether the node takes one of an operator's several results."""
    return node.target is operator.getitem


def results(node: Node) -> list[tuple[int, Node]]:
    """Place and node of each of an operator's several results that is used; none where it has one
    result."""
    users: list[Any] = [user for user in node.users if is_result(user)]
    return [(user.args[1], user) for user in users]


def main_input(node: Node, pattern: Pattern) -> Node:
    """The node of the first activation that a pattern reads."""
    return tensor_arguments(node)[pattern.inputs[0]]


def is_activation(node: Node) -> bool:
    """Whether the node does nothing but clamp."""
    pattern = pattern_of(node)
    return pattern is not None and pattern.activation_range is not None


def fused_activations(node: Node) -> list[Node]:
    """The activations that become part of ``node``: each the only user of the one before."""
    pattern = pattern_of(node)
    chain: list[Node] = []
    if pattern is None or not pattern.fuses_activation:
        return chain
    current = node
    while len(current.users) == 1:
        user = next(iter(current.users))
        if not is_activation(user):
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
