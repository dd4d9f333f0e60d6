"""Keeps a budget of RAM: by leaner kernels, or by computing a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

from ..errors import TcmError
from ..ir.regions import joins
from ..schedule import (
    COUNTS,
    MOST_ROWS,
    TOO_MANY,
    Search,
    Step,
    StripSearch,
    largest_bytes,
    total_cycles,
)
from ..select.choice import CHANGE, Choice
from ..select.ram_budget import ArenaPlanner, leanest, within_ram
from ..target import Target
from .preferences import LEAST
from .searches import Searches

LEAST_BOUNDS = (1.0, 1.05, 1.1, 1.2)
"""Plans have gaps: what takes the least by estimate is not always what does."""

REASONABLE = (1.0, 1.1, 1.25, 1.5, 2.0)
"""How much more than with the whole input elsewhere an arena may take without a budget."""

FEW_ROWS = 4
"""A call, without a budget: kernels lose little, and a camera's next lines do not wait for long."""

TRIES = 12
"""How often a schedule is asked to take less than before, because its plan took more."""

NEAR = 1 / 64
"""Of the limit: bounds that are nearer to each other are not told apart."""

ROOM = (1.0, 0.875, 0.75)
"""Of a bound: room for more rows a call."""

MUCH = 1.2
"""How many more cycles than without a budget rows may take before strips are tried, too."""

LESS = (0.9, 0.95)
"""Of the least that was found, what strips are to keep in a further search, as often as they do."""


@dataclass(frozen=True)
class Found:
    """Steps of one form of a graph, and the bytes of the arena with them."""

    search: Search
    steps: Sequence[Step]
    arena: int

    @property
    def cycles(self) -> float:
        return total_cycles(self.steps)

    def choice(self) -> Choice:
        return scheduled(self.search.candidates.choice, self.steps)


@dataclass(frozen=True)
class Ways:
    """Searches for steps without strips, and with them; none where nothing may go by rows."""

    rows: Sequence[Search] = ()
    strips: Sequence[StripSearch] = ()


@dataclass(frozen=True)
class RamBudget:
    """Chooses kernels and regions within a number of bytes of the arena.

    planner: plans the memory of a choice. pushed: the input whose rows the caller pushes.
    objective: what the choice is good for. may_cut: whether there may be strips.
    """

    target: Target
    planner: Callable[[Choice], ArenaPlanner]
    io: str
    may_go_by_rows: bool
    pushed: str | None = None
    objective: str = "speed"
    may_cut: bool = True

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
        return self._chosen(choice, self._ways(choice), limit)

    def _chosen(self, choice: Choice, ways: Ways, limit: int | str) -> Choice:
        if limit == LEAST:
            return self._least(choice, ways)
        return self._kept(choice, ways, int(limit))

    def _kept(self, choice: Choice, ways: Ways, limit: int) -> Choice:
        found = self._fastest(ways, limit)
        kept = found.choice() if found else self._by_kernels(choice, limit)
        return self._least_within(choice, ways, limit) if kept is None else kept

    def _fastest(self, ways: Ways, limit: int) -> Found | None:
        found = self._by_rows(ways.rows, limit)
        if found is None or found.cycles > MUCH * found.search.fastest():
            found = self._by_strips(ways, limit, found)
        return found

    def _least_within(self, choice: Choice, ways: Ways, limit: int) -> Choice:
        """Plans have gaps: it may be what keeps the limit where no search for that does."""
        least = self._least(choice, ways)
        if not self.holds(least, limit):
            raise TcmError(
                "the model does not fit the RAM budget",
                where="ram",
                expected=f"at most {limit} bytes",
                got=f"{self.arena(least)} bytes, the least that was found",
                hint=_what_to_change(choice),
            )
        return least

    def _pushed(self, choice: Choice, value: str, limit: int | str | None) -> Choice:
        few = self._ways(choice, FEW_ROWS) if limit is None else Ways()
        ways = few if few.rows else self._ways(choice)
        if not ways.rows:
            readers = ", ".join(node.op.name for node in choice.graph.users(value)) or "no layer"
            raise TcmError(
                f"the rows of input '{value}' cannot be pushed one after the other",
                where="io",
                expected="our kernels; layers at the beginning that compute some rows from some",
                got=f"{readers} reads it" if self.may_go_by_rows else "a linked library",
                hint="io='arena' lets the input share memory with what is computed later",
            )
        if limit is None:
            return self._within_reason(ways.rows, self.arena(choice))
        return self._chosen(choice, ways, limit)

    def _within_reason(self, searches: Sequence[Search], whole: int) -> Choice:
        """Without a budget: about as much memory as with the input whole elsewhere."""
        limits = [*(int(whole * more) for more in REASONABLE), TOO_MANY - 1]
        tried = (self._by_rows(searches, limit) for limit in limits)
        return next(found.choice() for found in tried if found is not None)

    def _least(self, choice: Choice, ways: Ways) -> Choice:
        """The choice that takes the least of those that were tried."""
        if not ways.rows:
            return choice.with_kernels(leanest(choice, self.planner(choice)))
        least = min((self._least_of(search) for search in ways.rows), key=_arena)
        rows = least
        for part in LESS:
            while (found := self._of_fewest_strips(ways, int(least.arena * part))) is not None:
                least = found
        if least is not rows:
            least = min(least, self._least_of(least.search), key=_arena)
        return least.choice()

    def _of_fewest_strips(self, ways: Ways, limit: int) -> Found | None:
        return _first(self._of_strips(ways, limit, count) for count in COUNTS)

    def _least_of(self, search: Search) -> Found:
        least = search.least(largest_bytes(search.singles_only()))
        bounds = (int(largest_bytes(least) * more) for more in LEAST_BOUNDS)
        refined = (search.refined(bound) for bound in bounds)
        tried = [*(steps for steps in refined if steps is not None), least]
        return min((self._found(search, steps) for steps in tried), key=_arena)

    def _found(self, search: Search, steps: Sequence[Step]) -> Found:
        return Found(search, steps, self.arena(scheduled(search.candidates.choice, steps)))

    def _ways(self, choice: Choice, most_rows: int = MOST_ROWS) -> Ways:
        """No strips where rows are pushed: those come once, and strips need some columns again."""
        if not self.may_go_by_rows or choice.regions:
            return Ways()
        searches = Searches(self.target, self.io == "arena", self.pushed, self.objective)
        rows = searches.by_rows(choice, most_rows)
        cut = self.may_cut and self.pushed is None
        strips = [searches.by_strips(search) for search in rows if cut]
        return Ways([*rows, *searches.in_pieces(choice, most_rows)], strips)

    def _by_kernels(self, choice: Choice, limit: int) -> Choice | None:
        return None if self.pushed is not None else within_ram(choice, limit, self.planner(choice))

    def _by_rows(self, searches: Sequence[Search], limit: int) -> Found | None:
        tried = (self._fastest_steps(search, limit) for search in searches)
        return min(_present(*tried), key=_cycles, default=None)

    def _by_strips(self, ways: Ways, limit: int, best: Found | None) -> Found | None:
        """The fastest one, by estimate, of strips whose plan is within the limit and ``best``."""
        for count in COUNTS:
            kept = self._of_strips(ways, limit, count, inf if best is None else best.cycles)
            best = min(_present(best, kept), key=_cycles, default=None)
        return best

    def _of_strips(self, ways: Ways, limit: int, count: int, cycles: float = inf) -> Found | None:
        """The same of so many strips that take fewer cycles."""
        found = [each for s in ways.strips for each in s.within(limit, count, cycles)]
        fastest = sorted(found, key=lambda each: total_cycles(each[1]))
        return _first(self._steps(search, limit) for search, _ in fastest)

    def _steps(self, search: Search, limit: int) -> Found | None:
        """Steps whose plan is within the limit, soon: where none keep a bound, other strips may."""
        bound = limit
        for _ in range(TRIES):
            steps = search.refined(bound)
            if steps is None:
                return None
            found = self._found(search, steps)
            if found.arena <= limit:
                return found
            bound = _lower(found, limit)
        return None

    def _fastest_steps(self, search: Search, limit: int) -> Found | None:
        """The fastest, by estimate, of more that are tried. A bound is too high if a plan with it
        takes more than the limit, and too low if no steps keep it. Lower bounds take more cycles,
        so that the search ends where all do that a bound allows."""
        bound, low, high = limit, 0, limit
        best: Found | None = None
        for _ in range(TRIES):
            tried = self._with_room(search, bound)
            kept = [found for found in tried if found.arena <= limit]
            best = min(_present(best, *kept), key=_cycles, default=None)
            if best is not None and all(best.cycles <= found.cycles for found in tried):
                return best
            if tried:
                bound, high = _lower(tried[0], limit), largest_bytes(tried[0].steps)
            else:
                low = bound
            if high - low <= limit * NEAR:
                return best
            if bound <= low:
                bound = (low + high) // 2
        return best

    def _with_room(self, search: Search, bound: int) -> list[Found]:
        """Steps within a bound, with more and with less room for more rows a call: what a plan
        wants apart need not be what takes the most."""
        found: dict[tuple[Hashable, ...], Found] = {}
        for room in ROOM:
            steps = search.refined(bound, int(bound * room))
            if steps is None:
                break
            key = tuple(step.key for step in steps)
            if key not in found:
                found[key] = self._found(search, steps)
        return list(found.values())


def _what_to_change(choice: Choice) -> str:
    whole = ", ".join(sorted(choice.graph.kept))
    if not whole:
        return CHANGE
    return (
        f"{whole}: kernels of your own compute a whole layer at once. Leave them out, or {CHANGE}"
    )


def _lower(found: Found, limit: int) -> int:
    """A bound for other steps, as the plan of these takes more than the limit."""
    return largest_bytes(found.steps) - max((found.arena - limit) // 2, 1)


def _first(found: Iterable[Found | None]) -> Found | None:
    return next((each for each in found if each is not None), None)


def _present(*found: Found | None) -> list[Found]:
    return [each for each in found if each is not None]


def _cycles(found: Found) -> float:
    return found.cycles


def _arena(found: Found) -> int:
    return found.arena


def scheduled(choice: Choice, steps: Sequence[Step]) -> Choice:
    """The choice that these steps make; other kernels may take the place of theirs that need no
    more memory."""
    regions = tuple(step.region for step in steps if step.region is not None)
    layers = {name: layer for step in steps for name, layer in step.layers.items()}
    kernels = {name: kernel for step in steps for name, kernel in step.kernels.items()}
    present = kernels.keys() | joins(regions)
    names = [node.name for node in choice.graph.nodes if node.name in present]
    layers = {name: layers.get(name, choice.layers[name]) for name in names}
    selection = {name: kernels.get(name, choice.selection[name]) for name in names}
    ranked = {name: [kernel] for name, kernel in selection.items()}
    return Choice(choice.graph, ranked, layers, selection, choice.model, regions)
