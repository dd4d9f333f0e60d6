"""Strips that keep a limit of RAM, and take the fewest cycles by estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from .candidates import Step
from .search import Search, total_cycles
from .strips import Cut, Strips, cut

COUNTS = (2, 3, 4)
"""Strips to try."""


class StripSearch:
    """Finds strips; what was found for one limit helps with the next.

    search: of the graph without strips. searched: the search of a graph with strips.
    """

    def __init__(self, search: Search, searched: Callable[[Strips], Search]) -> None:
        self.search = search
        self._graph = search.candidates.choice.graph
        self._names = [node.name for node in search.candidates.nodes]
        self._own_macs = sum(n.op.macs(self._graph.present_types(n)) for n in self._graph.nodes)
        self._cut = cache(self._cut_of)
        self._may_end = cache(self._is_end)
        self._searched = cache(lambda found: searched(found.graph_in_strips()))

    def within(self, limit: int, count: int, cycles: float) -> list[tuple[Search, list[Step]]]:
        """Searches, and steps of theirs that keep the limit, of so many strips up to different
        nodes: those with the least to compute again first, until that alone takes more than the
        fastest one, or than these cycles."""
        found: list[tuple[Search, list[Step]]] = []
        for strips in sorted(self._cuts(count, limit), key=lambda each: each.more_macs):
            if self._least_cycles(strips) >= cycles:
                break
            search = self._searched(strips)
            steps = search.within(limit) if search.may_keep(limit) else None
            if steps is not None:
                found.append((search, steps))
                cycles = min(cycles, total_cycles(steps))
        return found

    def _least_cycles(self, strips: Cut) -> float:
        """What they would take if a multiplication took no more than without strips and a limit."""
        return self.search.fastest() * (1 + strips.more_macs / max(self._own_macs, 1))

    def _cuts(self, count: int, limit: int) -> Iterator[Cut]:
        """Strips from the first node on, or from the first one that does not keep the limit by
        itself, to any node behind which the limit can be kept."""
        search = self.search
        above = (index for index in range(search.count) if not search.fits_best(index, limit))
        firsts = sorted({0, next(above, 0)})
        for last in range(search.count):
            for first in firsts if self._may_end(last, limit) else ():
                strips = self._cut(first, last, count) if first <= last else None
                if strips is not None:
                    yield strips

    def _is_end(self, last: int, limit: int) -> bool:
        behind = self.search.candidates.bytes_after(last) <= limit
        return behind and self.search.within(limit, begin=last + 1) is not None

    def _cut_of(self, first: int, last: int, count: int) -> Cut | None:
        return cut(self._graph, self._names[first : last + 1], count)
