"""Which nodes of a graph could compute strips, those first that compute the least again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..ir import Graph
from .search import Search
from .strips import Strips, in_strips

COUNTS = (2, 3, 4)
"""Strips to try."""


@dataclass(frozen=True)
class StripForm:
    """A graph with strips up to a node of the original one (by index). work: its multiplications
    over those of the original one."""

    strips: Strips
    last: int
    work: float


def strip_forms(search: Search, limit: int) -> list[StripForm]:
    """Forms of the searched graph of which the nodes without strips keep the limit.

    Strips begin at the first node, or at the first one that does not keep the limit by itself.
    """
    graph, firsts = search.candidates.choice.graph, _firsts(search, limit)
    lasts = [last for last in range(search.count) if _may_end(search, last, limit)]
    found = [
        StripForm(strips, last, _work(strips.graph) / max(_work(graph), 1))
        for first in firsts
        for last in lasts
        for strips in _strips(search, first, last)
    ]
    return sorted(found, key=lambda form: form.work)


def _firsts(search: Search, limit: int) -> Sequence[int]:
    above = (index for index in range(search.count) if not search.fits_best(index, limit))
    return sorted({0, next(above, 0)})


def _may_end(search: Search, last: int, limit: int) -> bool:
    """Whether what is there behind a node, and what comes there, is within the limit."""
    behind = search.candidates.bytes_after(last) <= limit
    return behind and search.within(limit, last + 1) is not None


def _strips(search: Search, first: int, last: int) -> Iterator[Strips]:
    names = [node.name for node in search.candidates.nodes[first : last + 1]]
    for count in COUNTS:
        strips = in_strips(search.candidates.choice.graph, names, count)
        if strips is not None:
            yield strips


def _work(graph: Graph) -> int:
    return sum(node.op.macs(graph.present_types(node)) for node in graph.nodes)
