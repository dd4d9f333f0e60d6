"""Operators that stand for several become those, so that each result in between is quantized."""

from __future__ import annotations

from typing import Any

from torch.fx import GraphModule, Node

from .....ops.pytorch.node import arguments
from .assignments import ASSIGNMENTS
from .combinations import COMBINATIONS
from .gathers import GATHERS
from .integers import INTEGERS
from .make import Expansion, Make
from .masks import MASKS
from .norms import NORMS
from .pairs import PAIRS
from .pools import POOLS_IN_SPACE
from .products import PRODUCTS

EXPANSIONS: dict[Any, Expansion] = {
    **COMBINATIONS,
    **PAIRS,
    **INTEGERS,
    **PRODUCTS,
    **NORMS,
    **POOLS_IN_SPACE,
    **ASSIGNMENTS,
    **MASKS,
    **GATHERS,
}


def expand_operators(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        _expand(module, node)


def _expand(module: GraphModule, node: Node) -> None:
    """Operators that an expansion brings are expanded, too."""
    expand = EXPANSIONS.get(node.target)
    if expand is None:
        return
    before = node.prev
    result = expand(Make(module, node), arguments(node))
    if result is None:
        return
    node.replace_all_uses_with(result)
    for added in _between(before, node):
        _expand(module, added)


def _between(first: Node, last: Node) -> list[Node]:
    found: list[Node] = []
    while (node := found[-1].next if found else first.next) is not last:
        found.append(node)
    return found
