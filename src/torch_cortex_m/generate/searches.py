"""Searches for steps within a limit of RAM: of a graph, and of forms that compute the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..ir import Graph
from ..schedule import (
    TOO_MANY,
    Candidates,
    Search,
    Strips,
    StripSearch,
    means_of_sums,
    rows_in_pieces,
    whole_inputs,
    whole_periods,
)
from ..select import rank_kernels
from ..select.choice import Choice
from ..target import Target
from .objective import preferring_chosen, weighed


@dataclass(frozen=True)
class Searches:
    """Makes them; arguments as of ``Candidates``."""

    target: Target
    ports_in_arena: bool
    pushed: str | None
    objective: str

    def by_rows(self, choice: Choice, most_rows: int) -> list[Search]:
        """One for the choice, and one for each graph that computes the same and may need less
        memory; those to which the input can be pushed, if it is."""
        forms = self._forms(choice, choice.graph, _simple(choice))
        return self._of([choice, *forms], most_rows)

    def in_pieces(self, choice: Choice, most_rows: int) -> list[Search]:
        """The same for the graph that has rows in pieces, if it is another one."""
        simple = _simple(choice)
        pieces = rows_in_pieces(simple, whole_inputs(simple, self.pushed))
        return self._of(self._forms(choice, simple, pieces), most_rows)

    def _of(self, forms: Sequence[Choice], most_rows: int) -> list[Search]:
        searches = [Search(self._candidates(form), most_rows) for form in forms]
        if self.pushed is None:
            return searches
        return [search for search in searches if search.within(TOO_MANY - 1) is not None]

    def by_strips(self, search: Search) -> StripSearch:
        """The same with strips, whose rows are in pieces."""
        return StripSearch(search, self._searched(search))

    def _searched(self, search: Search) -> Callable[[Strips], Search]:
        def searched(strips: Strips) -> Search:
            form = self._form(search.candidates.choice, rows_in_pieces(strips.graph))
            return Search(self._candidates(form), search.most_rows, frozenset(strips.begins))

        return searched

    def _candidates(self, choice: Choice) -> Candidates:
        return Candidates(
            choice,
            self.target,
            ports_in_arena=self.ports_in_arena,
            pushed=self.pushed,
            objective=self.objective,
        )

    def _forms(self, choice: Choice, before: Graph, graph: Graph) -> list[Choice]:
        """The choice for this graph, if it is not as before: what changes it adds nodes."""
        same = len(graph.nodes) == len(before.nodes)
        return [] if same else [self._form(choice, graph)]

    def _form(self, choice: Choice, graph: Graph) -> Choice:
        """The choice for a graph that has some nodes of the choice's, which keep their kernels."""
        ranked = rank_kernels(graph, self.target, model=choice.model, objective=self.objective)
        same = {node.name for node in set(choice.graph.nodes) & set(graph.nodes)}
        ranked |= {name: choice.ranked[name] for name in same & ranked.keys()}
        form = Choice.best(graph, ranked, choice.model)
        if self.objective == "speed":
            return form
        traded = weighed(form, self.objective, prefer_library=True).selection
        others = {name: kernel for name, kernel in traded.items() if name not in same}
        return preferring_chosen(form.with_kernels(others))


def _simple(choice: Choice) -> Graph:
    return whole_periods(means_of_sums(choice.graph))
