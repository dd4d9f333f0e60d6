"""The steps of a graph that take the fewest cycles, by estimate, within a limit of RAM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import inf

from .candidates import ROWS_A_CALL, Candidates, Step

CLOSE = 64
"""Bytes: how near to the least a bisection ends."""


class Search:
    """Finds sequences of steps; what was found for one limit helps with the next."""

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates
        self.count = len(candidates.nodes)
        self.singles = cache(candidates.single)

    def within(self, limit: int) -> list[Step] | None:
        """The steps with the fewest cycles of which none takes more than ``limit`` bytes."""
        cycles: list[float] = [0.0] + [inf] * self.count
        before: list[Step | None] = [None] * (self.count + 1)
        for first in range(self.count):
            if cycles[first] == inf:
                continue
            for step in self._steps_from(first, limit):
                total = cycles[first] + step.cycles
                if total < cycles[step.last + 1]:
                    cycles[step.last + 1], before[step.last + 1] = total, step
        return self._sequence(before)

    def _sequence(self, before: Sequence[Step | None]) -> list[Step] | None:
        steps: list[Step] = []
        position = self.count
        while position > 0:
            step = before[position]
            if step is None:
                return None
            steps.append(step)
            position = step.first
        return steps[::-1]

    def singles_only(self) -> list[Step]:
        """Every node by itself, with the kernel with which it takes the least."""
        steps = (self.singles(index) for index in range(self.count))
        return [min(reversed(kernels), key=lambda step: step.bytes) for kernels in steps]

    def least(self, most: int) -> list[Step]:
        """The steps that take the least, by a bisection from ``most`` bytes down, with which there
        are some."""
        best = self.within(most)
        assert best is not None
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
        """A region only helps where a node by itself is above the limit, and ends as soon as what
        follows is below it."""
        single = self._single(first, limit)
        if single is not None:
            yield single
        helps, fits = single is None, False
        for last in range(first + 1, self.count):
            fits_alone = self._single(last, limit) is not None
            if fits and fits_alone:
                return
            helps = helps or not fits_alone
            if not helps:
                continue
            found, goes_on = self._regions(first, last, limit)
            yield from found
            fits = bool(found)
            if not goes_on:
                return

    def _regions(self, first: int, last: int, limit: int) -> tuple[list[Step], bool]:
        """(regions within the limit, whether a longer one could be)."""
        found: list[Step] = []
        goes_on = False
        for lean in (False, True):
            for most in ROWS_A_CALL:
                step = self.candidates.region(first, last, most, lean)
                if step is None:
                    return [], False
                goes_on = goes_on or step.window_bytes <= limit
                if step.bytes <= limit:
                    found.append(step)
                    break
            if found:
                break
        return found, goes_on


def largest_bytes(steps: Sequence[Step]) -> int:
    return max(step.bytes for step in steps)
