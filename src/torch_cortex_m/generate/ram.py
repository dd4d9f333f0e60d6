"""Keeps a budget of RAM: by leaner kernels, or by computing a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import TcmError
from ..schedule import (
    MOST_ROWS,
    TOO_MANY,
    Candidates,
    Search,
    Step,
    largest_bytes,
    means_of_sums,
    total_cycles,
    whole_periods,
)
from ..select import rank_kernels
from ..select.choice import CHANGE, Choice
from ..select.ram_budget import ArenaPlanner, leanest, within_ram
from ..target import Target
from .preferences import LEAST

LEAST_BOUNDS = (1.0, 1.05, 1.1, 1.2)
"""Plans have gaps: what takes the least by estimate is not always what does."""

REASONABLE = (1.0, 1.1, 1.25, 1.5, 2.0)
"""How much more than with the whole input elsewhere an arena may take without a budget."""

FEW_ROWS = 4
"""A call, without a budget: kernels lose little, and a camera's next lines do not wait for long."""

TRIES = 12
"""How often a schedule is asked to take less than before, because its plan took more."""


@dataclass(frozen=True)
class RamBudget:
    """Chooses kernels and regions within a number of bytes of the arena.

    planner: plans the memory of a choice. pushed: the input whose rows the caller pushes.
    objective: what the choice is good for.
    """

    target: Target
    planner: Callable[[Choice], ArenaPlanner]
    io: str
    may_go_by_rows: bool
    pushed: str | None = None
    objective: str = "speed"

    def arena(self, choice: Choice) -> int:
        return self.planner(choice).arena(choice.selection)

    def holds(self, choice: Choice, limit: int | str) -> bool:
        return limit == LEAST or self.arena(choice) <= int(limit)

    def within(self, choice: Choice, limit: int | str | None) -> Choice:
        """The fastest choice, by estimate, that was found within the limit.

        Raises TcmError if there is none.
        """
        if self.pushed is not None and not choice.regions:
            return self._pushed(choice, self.pushed, limit)
        if limit is None or (limit != LEAST and self.holds(choice, limit)):
            return choice
        return self._chosen(choice, self._searches(choice), limit)

    def _chosen(self, choice: Choice, searches: Sequence[Search], limit: int | str) -> Choice:
        if limit == LEAST:
            return self._least(choice, searches)
        return self._kept(choice, searches, int(limit))

    def _kept(self, choice: Choice, searches: Sequence[Search], limit: int) -> Choice:
        found = self._by_rows(searches, limit) or self._by_kernels(choice, limit)
        if found is None:
            raise TcmError(
                "the model does not fit the RAM budget",
                expected=f"at most {limit} bytes",
                got=f"{self.arena(self._least(choice, searches))} bytes, the least that was found",
                hint=CHANGE,
            )
        return found

    def _pushed(self, choice: Choice, value: str, limit: int | str | None) -> Choice:
        few = self._searches(choice, FEW_ROWS) if limit is None else []
        searches = few or self._searches(choice)
        if not searches:
            readers = ", ".join(node.op.name for node in choice.graph.users(value)) or "no layer"
            raise TcmError(
                f"the rows of input '{value}' cannot be pushed one after the other",
                where="io",
                expected="our kernels; layers at the beginning that compute some rows from some",
                got=f"{readers} reads it" if self.may_go_by_rows else "a linked library",
                hint="io='arena' lets the input share memory with what is computed later",
            )
        if limit is None:
            return self._within_reason(searches, self.arena(choice))
        return self._chosen(choice, searches, limit)

    def _within_reason(self, searches: Sequence[Search], whole: int) -> Choice:
        """Without a budget: about as much memory as with the input whole elsewhere."""
        limits = [*(int(whole * more) for more in REASONABLE), TOO_MANY - 1]
        tried = (self._by_rows(searches, limit) for limit in limits)
        return next(found for found in tried if found is not None)

    def _least(self, choice: Choice, searches: Sequence[Search]) -> Choice:
        """The choice that takes the least of those that were tried."""
        if not searches:
            return choice.with_kernels(leanest(choice, self.planner(choice)))
        return min((self._least_by_rows(search) for search in searches), key=self.arena)

    def _least_by_rows(self, search: Search) -> Choice:
        choice = search.candidates.choice
        least = search.least(largest_bytes(search.singles_only()))
        bounds = (int(largest_bytes(least) * more) for more in LEAST_BOUNDS)
        found = [scheduled(choice, steps) for bound in bounds if (steps := search.refined(bound))]
        return min([*found, scheduled(choice, least)], key=self.arena)

    def _searches(self, choice: Choice, most_rows: int = MOST_ROWS) -> list[Search]:
        """One for each form of the choice to which the input can be pushed, if it is; none where
        nothing may go by rows."""
        if not self.may_go_by_rows or choice.regions:
            return []
        searches = [self._search(form, most_rows) for form in self._forms(choice)]
        if self.pushed is None:
            return searches
        return [search for search in searches if search.within(TOO_MANY - 1) is not None]

    def _forms(self, choice: Choice) -> list[Choice]:
        """The choice, and one of a graph that computes the same and may need less memory."""
        forms, graph = [choice], whole_periods(means_of_sums(choice.graph))
        if len(graph.nodes) != len(choice.graph.nodes):
            all_ranked = rank_kernels(graph, self.target, model=choice.model)
            same = {node.name for node in graph.nodes if node in choice.graph.nodes}
            known = {name: found for name, found in choice.ranked.items() if name in same}
            ranked = {name: known.get(name, found) for name, found in all_ranked.items()}
            forms.append(Choice.best(graph, ranked, choice.model))
        return forms

    def _by_kernels(self, choice: Choice, limit: int) -> Choice | None:
        return None if self.pushed is not None else within_ram(choice, limit, self.planner(choice))

    def _by_rows(self, searches: Sequence[Search], limit: int) -> Choice | None:
        tried = (self._steps(search, limit) for search in searches)
        found = [each for each in tried if each is not None]
        if not found:
            return None
        form, steps = min(found, key=lambda each: total_cycles(each[1]))
        return scheduled(form, steps)

    def _steps(self, search: Search, limit: int) -> tuple[Choice, list[Step]] | None:
        """The choice, and the steps of its nodes whose plan is within the limit."""
        choice, bound = search.candidates.choice, limit
        for _ in range(TRIES):
            steps = search.refined(bound)
            if steps is None:
                return None
            excess = self.arena(scheduled(choice, steps)) - limit
            if excess <= 0:
                return choice, steps
            bound = largest_bytes(steps) - max(excess // 2, 1)
        return None

    def _search(self, choice: Choice, most_rows: int) -> Search:
        in_arena = self.io == "arena"
        pushed = self.pushed
        candidates = Candidates(
            choice, self.target, ports_in_arena=in_arena, pushed=pushed, objective=self.objective
        )
        return Search(candidates, most_rows)


def scheduled(choice: Choice, steps: Sequence[Step]) -> Choice:
    """The choice that these steps make; other kernels may take the place of theirs that need no
    more memory."""
    layers = {name: layer for step in steps for name, layer in step.layers.items()}
    selection = {name: kernel for step in steps for name, kernel in step.kernels.items()}
    regions = tuple(step.region for step in steps if step.region is not None)
    ranked = {name: [kernel] for name, kernel in selection.items()}
    return Choice(choice.graph, ranked, layers, selection, choice.model, regions)
