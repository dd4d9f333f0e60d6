"""Which blocks may lie over blocks that die where they begin: outputs that run into an input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..ir import Graph, Node
from ..ir.artifacts import Overlap
from .blocks import Overlaps
from .places import Places

ValueOverlaps = Mapping[str, Mapping[str, Overlap]]
"""Node name -> argument -> how the node's only output may lie over it."""


class Lifetimes:
    """Root -> the first node that writes there, and the last that reads or writes there.

    Times are indices of nodes; what is read after all of them lives until then, and what is there
    before them (``given``) from -1 on. ``spans``: first and last index of nodes that take turns, so
    that all that they write and read lives from the first to the last of them.
    """

    def __init__(
        self,
        graph: Graph,
        places: Places,
        given: Iterable[str],
        spans: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.first: dict[str, int] = dict.fromkeys(given, -1)
        self.last: dict[str, int] = dict(self.first)
        turns = {index: span for span in spans for index in range(span[0], span[1] + 1)}
        for index, node in enumerate(graph.nodes):
            first, last = turns.get(index, (index, index))
            for value in node.outputs:
                self.first.setdefault(places.of(value).root, first)
            for value in (*node.outputs, *node.inputs):
                if value is not None:
                    self.last[places.of(value).root] = last
        for value in graph.results():
            self.last[places.of(value).root] = len(graph.nodes)


def block_overlaps(
    graph: Graph, places: Places, lives: Lifetimes, declared: ValueOverlaps
) -> Overlaps:
    """(output's root, root of an argument that dies there) -> how the one may lie over the other.

    All that the node reads of such a root must allow it.
    """
    found: dict[tuple[str, str], Overlap] = {}
    for index, node in enumerate(graph.nodes):
        if node.name not in declared or len(node.outputs) != 1:
            continue
        output = places.of(node.output)
        begins = lives.first[output.root] == index and output.stride is None
        for root in _roots_read(node, places) if begins else ():
            if lives.last[root] == index and root != output.root:
                allowed = [
                    each and each.moved(places.of(value).offset - output.offset).aligned()
                    for value, each in _reads(node, root, places, declared[node.name])
                ]
                overlap = all_of(allowed)
                if overlap is not None:
                    found[output.root, root] = overlap
    return found


def _roots_read(node: Node, places: Places) -> list[str]:
    return list(dict.fromkeys(places.of(value).root for value in node.inputs if value is not None))


def _reads(
    node: Node, root: str, places: Places, declared: Mapping[str, Overlap]
) -> Iterator[tuple[str, Overlap | None]]:
    """What the node reads of this root, and how the output may lie over it."""
    for argument, value in node.arguments().items():
        if value is not None and places.of(value).root == root:
            yield value, declared.get(argument)


def all_of(overlaps: list[Overlap | None]) -> Overlap | None:
    """What all of them allow: the largest distance, if every one of them allows it."""
    present = [each for each in overlaps if each is not None]
    if len(present) < len(overlaps) or len({each.step for each in present}) > 1:
        return None
    largest = max(present)
    return largest if all(each.allows(largest.distance) for each in present) else None
