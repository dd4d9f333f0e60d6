"""The steps of a graph that take the fewest cycles, by estimate, within a limit of RAM."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence, Set
from functools import cache
from math import inf

from ..ir.regions import rows_by_node
from .candidates import ROWS_A_CALL, SCRATCH, TOO_MANY, Candidates, Step

MOST_ROWS = 16
"""A call that computes more loses nothing any more."""

FURTHER = 2
"""Nodes behind the last one that needs a region: one that leaves a smaller value costs less."""

MORE_A_REGION = 0.05
"""Of all cycles: what each region counts more in one of the beginnings, so that one region is
preferred to two that take a little less."""

SMALLER = (0.75, 0.875)
"""Of the limit: what two of the beginnings keep, so that more rows a call have room."""

CLOSE = 64
"""Bytes: how near to the least a bisection ends."""


class Search:
    """Finds sequences of steps; what was found for one limit helps with the next. most_rows: that a
    node computes a call. begins: names of nodes that a region may only begin with."""

    def __init__(
        self, candidates: Candidates, most_rows: int = MOST_ROWS, begins: Set[str] = frozenset()
    ) -> None:
        self.candidates, self.most_rows = candidates, most_rows
        self.count = len(candidates.nodes)
        self._begins = {i for i, node in enumerate(candidates.nodes) if node.name in begins}
        self.singles = cache(candidates.single)
        self._after = cache(candidates.bytes_after)
        self._beginnings = cache(self._beginnings_within)

    def refined(self, limit: int, room: int | None = None) -> list[Step] | None:
        """The steps with the fewest cycles of several beginnings, each with more rows a call and
        faster kernels wherever these take fewer cycles within ``room`` bytes, or the limit."""
        room = limit if room is None else room
        beginnings = {spans(steps): steps for steps in self._beginnings(limit)}
        improved: dict[Hashable, Step] = {}
        for step in (step for steps in beginnings.values() for step in steps):
            if step.key not in improved:
                improved[step.key] = self._improved(step, room)
        found = [[improved[step.key] for step in steps] for steps in beginnings.values()]
        return min(found, key=total_cycles, default=None)

    def _beginnings_within(self, limit: int) -> list[list[Step]]:
        """The steps with the fewest cycles by themselves, and others that leave memory for more: a
        region that takes the place of two has no whole value between them."""
        steps = self.within(limit)
        if steps is None:
            return []
        others = [self.within(int(limit * part)) for part in SMALLER]
        more = total_cycles(steps) * MORE_A_REGION
        others.append(self.within(limit, more_a_region=more))
        return [each for each in (*others, steps) if each is not None]

    def _improved(self, step: Step, limit: int) -> Step:
        """More rows may take the memory that faster kernels need."""
        more = self._with_more_rows(step, limit)
        tried = [more] if more is step else [more, step]
        found = [self._with_faster_kernels(each, limit) for each in tried]
        return min(found, key=lambda each: each.cycles)

    def _with_faster_kernels(self, step: Step, limit: int) -> Step:
        """Node by node, those first that would gain the most."""
        if step.region is None:
            return step
        best = step
        for node in sorted(step.layers, key=lambda node: -self._gain(step, node)):
            faster = self.candidates.faster_kernels(best, node)
            fitting = (s for s in faster if s.bytes <= limit and s.cycles < best.cycles)
            best = next(fitting, best)
        return best

    def _gain(self, step: Step, node: str) -> float:
        """The cycles that the best kernel would save, whatever memory it takes."""
        best = next(self.candidates.faster_kernels(step, node), step)
        return step.cycles - best.cycles

    def _with_more_rows(self, step: Step, limit: int) -> Step:
        """Again and again the node that saves the most cycles a byte computes more rows a call.
        None is taken to save more than the last time that it was asked."""
        savings = {} if step.region is None else dict.fromkeys(step.layers, inf)
        while savings:
            node = max(savings, key=lambda node: savings[node])
            other = self._with_more_rows_of(step, node, limit)
            if other is None:
                del savings[node]
                continue
            savings[node] = (step.cycles - other.cycles) / max(other.bytes - step.bytes, 1)
            if savings[node] >= max(savings.values()):
                step, savings[node] = other, inf
        return step

    def _with_more_rows_of(self, step: Step, node: str, limit: int) -> Step | None:
        """None where that saves nothing, or takes too much."""
        assert step.region is not None
        rows = rows_by_node(step.region)
        more = self.candidates.more_rows(node, rows[node])
        if more is None or more > self.most_rows:
            return None
        other = self.candidates.by_rows(step.first, {**rows, node: more}, step.scratch)
        better = other is not None and other.bytes <= limit and other.cycles < step.cycles
        return other if better else None

    def within(
        self, limit: int, *, begin: int = 0, more_a_region: float = 0.0
    ) -> list[Step] | None:
        """The steps with the fewest cycles of which none takes more than ``limit`` bytes, from a
        node on; all nodes of a region compute about as many rows a call. more_a_region: cycles that
        count beside those of each region."""
        cycles = [0.0 if index == begin else inf for index in range(self.count + 1)]
        before: list[Step | None] = [None] * (self.count + 1)
        for first in range(begin, self.count):
            if cycles[first] == inf:
                continue
            for step in self._steps_from(first, limit):
                total = cycles[first] + step.cycles
                total += 0.0 if step.region is None else more_a_region
                if total < cycles[step.last + 1]:
                    cycles[step.last + 1], before[step.last + 1] = total, step
        return self._sequence(before, begin)

    def may_keep(self, limit: int) -> bool:
        """False where it is known that nothing keeps the limit: nodes between which more is live
        are in one region, one of which cannot go by rows, or whose windows alone are larger, with
        single rows and no scratch memory. True says nothing."""
        first = 0
        for last in range(self.count):
            if self._after(last) <= limit:
                if not self._windows_fit(first, last, limit):
                    return False
                first = last + 1
        return True

    def _windows_fit(self, first: int, last: int, limit: int) -> bool:
        if first == last:
            return True
        if not self.candidates.go_by_rows(first, last):
            return False
        least = self.candidates.region(first, last, 1, 0)
        return least is None or least.window_bytes <= limit

    def _sequence(self, before: Sequence[Step | None], begin: int) -> list[Step] | None:
        steps: list[Step] = []
        position = self.count
        while position > begin:
            step = before[position]
            if step is None:
                return None
            steps.append(step)
            position = step.first
        return steps[::-1]

    def singles_only(self) -> list[Step]:
        """Every node by itself, with the kernel with which it takes the least; without those for
        which there is not enough memory."""
        steps = (self.singles(index) for index in range(self.count))
        least = [min(reversed(kernels), key=lambda step: step.bytes) for kernels in steps]
        return [step for step in least if step.bytes < TOO_MANY]

    def least(self, most: int) -> list[Step]:
        """The steps that take the least, by a bisection from ``most`` bytes down, or from more if
        that is too little. There are steps that take less than ``TOO_MANY``."""
        while (best := self.within(most)) is None:
            most = max(2 * most, 1)
            assert most < TOO_MANY
        impossible = 0
        while (possible := largest_bytes(best)) - impossible > CLOSE:
            middle = (impossible + possible) // 2
            found = self.within(middle)
            if found is None:
                impossible = middle
            else:
                best = found
        return best

    def _single(self, index: int, limit: int) -> Step | None:
        """The node with its best kernel that is within the limit."""
        fitting = (step for step in reversed(self.singles(index)) if step.bytes <= limit)
        return next(fitting, None)

    def _steps_from(self, first: int, limit: int) -> Iterator[Step]:
        """A region only helps where the best kernel of a node is above the limit by itself, and
        ends ``FURTHER`` nodes behind the last such node at most. It is a single node only where
        rows are pushed to that."""
        single = self._single(first, limit)
        if single is not None:
            yield single
        helps, fits = not self.fits_best(first, limit), False
        alone = self.candidates.builder.reads_pushed(first)
        for last in range(first if alone else first + 1, self.count):
            behind = range(max(last - FURTHER, first), self.count)
            crosses = last > first and last in self._begins
            if crosses or (fits and all(self.fits_best(index, limit) for index in behind)):
                return
            helps, fits = helps or not self.fits_best(last, limit), False
            if not helps or self._after(last) > limit:
                continue
            found, goes_on = self._regions(first, last, limit)
            yield from found
            fits = bool(found)
            if not goes_on:
                return

    def fastest(self) -> float:
        """The cycles of the best kernels, whatever memory they take."""
        return sum(self.singles(index)[-1].cycles for index in range(self.count))

    def fits_best(self, index: int, limit: int) -> bool:
        """Whether a node's best kernel is within the limit by itself."""
        return self.singles(index)[-1].bytes <= limit

    def _regions(self, first: int, last: int, limit: int) -> tuple[list[Step], bool]:
        """(regions within the limit, whether a longer one could be)."""
        if not self.candidates.go_by_rows(first, last):
            return [], False
        if self.candidates.bytes_beside(first, last) > limit:
            return [], True
        found: list[Step] = []
        goes_on = False
        for most in (rows for rows in ROWS_A_CALL if rows <= self.most_rows):
            # The leanest kernels take the least, but for kernels that share more.
            least = self.candidates.region(first, last, most, 0)
            goes_on = goes_on or least is None or least.window_bytes <= limit
            if least is not None and least.bytes > limit:
                break
            steps = [self.candidates.region(first, last, most, scratch) for scratch in SCRATCH]
            found += [each for each in steps if each is not None and each.bytes <= limit]
        return found, goes_on


def spans(steps: Sequence[Step]) -> tuple[tuple[int, int], ...]:
    """The first and the last node of each step."""
    return tuple((step.first, step.last) for step in steps)


def largest_bytes(steps: Sequence[Step]) -> int:
    return max((step.bytes for step in steps), default=1)


def total_cycles(steps: Sequence[Step]) -> float:
    return sum(step.cycles for step in steps)
