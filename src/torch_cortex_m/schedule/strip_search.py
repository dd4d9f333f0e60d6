"""Strips that keep a limit of RAM, and take the fewest cycles by estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from ..ir import Graph
from .candidates import Step
from .search import Search, total_cycles
from .strips import Strips, in_strips

COUNTS = (2, 3, 4)
"""Strips to try."""

Found = tuple[Search, list[Step]]
"""Steps, and the search that found them."""


class StripSearch:
    """Finds strips; what was found for one limit helps with the next.

    search: of the graph without strips. searched: the search of a graph with strips.
    """

    def __init__(self, search: Search, searched: Callable[[Strips], Search]) -> None:
        self.search = search
        self._graph = search.candidates.choice.graph
        self._names = [node.name for node in search.candidates.nodes]
        self._fastest = search.fastest()
        self._own_work = max(_work(self._graph), 1)
        self._strips = cache(self._in_strips)
        self._searched = cache(searched)

    def within(self, limit: int) -> list[Found]:
        """What keeps the limit, the fastest first: as few strips as do, up to different nodes."""
        for count in COUNTS:
            found = self._of_count(count, limit)
            if found:
                return sorted(found, key=_cycles)
        return []

    def _of_count(self, count: int, limit: int) -> list[Found]:
        """Those with the least to compute again first, until that alone takes more than the fastest
        one."""
        found: list[Found] = []
        for strips in sorted(self._forms(count, limit), key=self._work):
            if found and self._work(strips) * self._fastest >= min(map(_cycles, found)):
                break
            search = self._searched(strips)
            steps = search.within(limit) if search.may_keep(limit) else None
            if steps is not None:
                found.append((search, steps))
        return found

    def _forms(self, count: int, limit: int) -> Iterator[Strips]:
        """Strips from the first node on, or from the first one that does not keep the limit by
        itself, to any node behind which the limit can be kept."""
        for last in range(self.search.count):
            for first in self._firsts(last, limit) if self._may_end(last, limit) else ():
                strips = self._strips(first, last, count)
                if strips is not None:
                    yield strips

    def _firsts(self, last: int, limit: int) -> Sequence[int]:
        search = self.search
        above = (index for index in range(last + 1) if not search.fits_best(index, limit))
        return sorted({0, next(above, 0)})

    def _may_end(self, last: int, limit: int) -> bool:
        behind = self.search.candidates.bytes_after(last) <= limit
        return behind and self.search.within(limit, begin=last + 1) is not None

    def _in_strips(self, first: int, last: int, count: int) -> Strips | None:
        return in_strips(self._graph, self._names[first : last + 1], count)

    def _work(self, strips: Strips) -> float:
        """The multiplications over those of the graph without strips."""
        return _work(strips.graph) / self._own_work


def _work(graph: Graph) -> int:
    return sum(node.op.macs(graph.present_types(node)) for node in graph.nodes)


def _cycles(found: Found) -> float:
    return total_cycles(found[1])
