"""How many bytes of values are live at a time, without planning where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Set

from ..ir import Graph, Node
from ..ir.artifacts import Overlap
from .memory import value_blocks
from .overlaps import Lifetimes
from .places import Places


class Lives:
    """Of the values that a plan of all nodes, one after the other, has in its arena.

    sizes: bytes by root.
    """

    def __init__(self, graph: Graph, *, ports_in_arena: bool) -> None:
        self._blocks = value_blocks(graph, ports_in_arena=ports_in_arena)
        self.sizes = {block.name: block.size for block in self._blocks}
        self._graph = graph
        self._places = Places(graph, frozenset(), graph.kept)
        self._given = [port.value for port in graph.inputs] if ports_in_arena else []
        self.times = Lifetimes(graph, self._places, self._given)

    def bytes(self, first: int, last: int, *, without: Set[str] = frozenset()) -> int:
        """Of all values that are live at any of these nodes."""
        return sum(
            block.size
            for block in self._blocks
            if block.first <= last and first <= block.last and block.name not in without
        )

    def after(self, time: int) -> int:
        """Bytes of all values that are there after a node and needed later."""
        return sum(block.size for block in self._blocks if block.first <= time < block.last)

    def taking_turns(self, first: int, last: int) -> Lifetimes:
        """What it would be if these nodes took turns."""
        return Lifetimes(self._graph, self._places, self._given, [(first, last)])

    def shared(self, time: int, node: Node, overlaps: Mapping[str, Overlap]) -> int:
        """The most bytes that a node's output can share with an argument that dies there."""
        output = self._places.of(node.outputs[0]).root
        if len(node.outputs) != 1 or output not in self.sizes or self.times.first[output] != time:
            return 0
        arguments = node.arguments()
        most = 0
        for argument, overlap in overlaps.items():
            value = arguments[argument]
            root = None if value is None else self._places.of(value).root
            if root in self.sizes and root != output and self.times.last[root] == time:
                most = max(most, overlap.shared(self.sizes[output], self.sizes[root]))
        return most
