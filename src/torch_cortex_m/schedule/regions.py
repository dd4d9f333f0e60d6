"""Regions of a graph: the nodes from one to another, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from ..ir import Graph
from ..ir.regions import Action, Border, Region, Slice, Take, row_count
from ..ops.base import Layer
from .order import Rows, ordered_region
from .slices import ArgumentRows, RowRule, RowRules, divisors, rows_of, whole_inputs


@dataclass(frozen=True)
class Boundary:
    """Border rows (before, after) that the readers of a value want, and of which value."""

    before: int = 0
    after: int = 0
    value: int | None = None


class RegionBuilder:
    """Builds regions of one graph; ``nodes`` are those that compute something, in order.

    pushed: None, or the input whose rows come one after the other from the caller.
    """

    def __init__(self, graph: Graph, pushed: str | None = None) -> None:
        self.graph = graph
        self.pushed = pushed
        self.rules = RowRules(graph, whole_inputs(graph, pushed))
        self.nodes = graph.computing_nodes()
        self.indices = {node.name: index for index, node in enumerate(self.nodes)}
        self._kept = {self.rules.shown(value) for value in graph.results()}
        self._readers: dict[str, set[str]] = {}
        self._makers: dict[str, set[str]] = {}
        for node in self.nodes:
            self._makers.setdefault(self.rules.shown(node.name), set()).add(node.name)
            for value in node.inputs:
                if value is not None and value not in self.rules.joins:
                    self._readers.setdefault(self.rules.shown(value), set()).add(node.name)

    def reads_pushed(self, index: int) -> bool:
        """Whether a node reads the input that is pushed."""
        name = self.nodes[index].name
        return self.pushed is not None and name in self._readers.get(self.pushed, set())

    def rows_a_call(self, first: int, last: int, most: int) -> dict[str, int] | None:
        """For these nodes (by index, both included), the most rows that a call may compute up to
        ``most``, or the fewest; None where one of them cannot go row by row."""
        rules = [self.rules.rule(node.name) for node in self.nodes[first : last + 1]]
        if any(rule is None for rule in rules):
            return None
        choices = {rule.node.name: rule.rows_a_call for rule in rules if rule is not None}
        return {
            name: max((rows for rows in each if rows <= most), default=each[0])
            for name, each in choices.items()
        }

    def inner_and_leaving(self, first: int, last: int) -> tuple[list[str], list[str]]:
        """Of these nodes (by index, both included), those that only others of them read, and those
        that are needed elsewhere."""
        return self._inner_and_leaving([node.name for node in self.nodes[first : last + 1]])

    def region(self, rows: Mapping[str, int]) -> Region | None:
        """The region of consecutive nodes (by name, in order) that compute so many rows a call.

        None where they cannot: a node needs all of a value, no call computes so many rows, or
        other nodes are among them.
        """
        rules = self._rules_of(rows)
        boundaries = None if rules is None else self._boundaries(rules)
        inner, ends = self._inner_and_leaving(list(rows))
        if rules is None or boundaries is None or not boundaries.keys().isdisjoint(ends):
            return None
        if self.pushed in boundaries and not self._begins_with_all_readers(rows):
            return None
        if any(rule.start is not None and rule.node.name not in ends for rule in rules):
            return None  # the sums are there when all rows are
        taken = [value for value in boundaries if value not in rows]
        slices = [self._slice(rule, rows[rule.node.name]) for rule in rules if rule.arguments]
        actions: list[Action] = [self._take(value, slices) for value in taken]
        for value, boundary in boundaries.items():
            actions += self._borders(value, boundary, slices)
        read = [read.value for each in slices for read in each.sources()]
        sizes = {value: rows_of(self.graph.types[value]) for value in [*read, *rows]}
        sizes |= {rule.node.name: Rows(rule.rows, 0) for rule in rules if rule.start is not None}
        return ordered_region(list(rows), [*actions, *slices], sizes, [*taken, *inner], ends)

    def _rules_of(self, rows: Mapping[str, int]) -> list[RowRule] | None:
        """Of consecutive nodes that can compute so many rows a call from rows."""
        first = self.indices.get(next(iter(rows), ""), 0)
        nodes = self.nodes[first : first + len(rows)]
        if not rows or [node.name for node in nodes] != list(rows):
            return None
        if any(not self._makers[self.rules.shown(name)] <= rows.keys() for name in rows):
            return None  # rows of an output are missing
        rules = [rule for node in nodes if (rule := self.rules.rule(node.name)) is not None]
        fits = len(rules) == len(rows) and all(
            rows[rule.node.name] in rule.rows_a_call
            and (not rule.arguments or self.rules.layer(rule, rows[rule.node.name]) is not None)
            for rule in rules
        )
        return rules if fits and self._reads_rows_only(rules, set(rows)) else None

    def _begins_with_all_readers(self, rows: Mapping[str, int]) -> bool:
        """Whether these nodes are the first ones, and no others need what is pushed."""
        first = self.indices[next(iter(rows))]
        return first == 0 and not self._leaves(self.pushed or "", rows.keys())

    def _boundaries(self, rules: Sequence[RowRule]) -> dict[str, Boundary] | None:
        """Those of all values that need one; None where readers of one want different ones."""
        values = dict.fromkeys(its.read.value for r in rules for its in r.arguments.values())
        found: dict[str, Boundary] = {}
        for value in values:
            boundary = self._boundary(rules, value)
            if boundary is None:
                return None
            if boundary.before or boundary.after or value == self.pushed:
                found[value] = boundary
        return found

    def slice_layer(self, each: Slice) -> Layer:
        """The layer that one call of a region's slice computes."""
        rule = self.rules.rule(each.node)
        layer = None if rule is None else self.rules.layer(rule, each.rows)
        assert layer is not None
        return layer

    def _inner_and_leaving(self, names: Sequence[str]) -> tuple[list[str], list[str]]:
        among = set(names)
        outputs = [name for name in names if self.rules.shown(name) == name]
        leaving = [name for name in outputs if self._leaves(name, among)]
        return [name for name in outputs if name not in leaving], leaving

    def _leaves(self, name: str, names: Set[str]) -> bool:
        """Whether a value is needed elsewhere, or nowhere."""
        readers = self._readers.get(name)
        return name in self._kept or not readers or not readers <= names

    def _reads_rows_only(self, rules: Sequence[RowRule], names: set[str]) -> bool:
        """Whether no node reads a value whole that is computed among them, or read by rows."""
        by_rows = {its.read.value for rule in rules for its in rule.arguments.values()}
        by_rows |= {self.pushed or ""}
        if any(rule.start is not None and rule.node.name in by_rows for rule in rules):
            return False
        for rule in (rule for rule in rules if rule.arguments):
            whole = {
                self.rules.shown(value)
                for argument, value in rule.node.arguments().items()
                if value is not None and argument not in rule.arguments
            }
            if whole & (names | by_rows):
                return False
        return True

    def _slice(self, rule: RowRule, rows: int) -> Slice:
        reads = {argument: its.read.of(rows) for argument, its in rule.arguments.items()}
        name, output = rule.node.name, rule.output
        joins = self.rules.joins_of(name)
        return Slice(name, output.root, rows, reads, rule.start, output.first, joins)

    def _boundary(self, rules: Sequence[RowRule], value: str) -> Boundary | None:
        """None where the readers want different borders."""
        boundary = Boundary()
        size = row_count(self.graph.types[value])
        for rule, its in _readers(rules, value):
            last = rule.output.first + rule.rows - 1
            before, after = -its.read.first, its.read.end(last) - size
            if its.border is None:
                continue
            if boundary.value not in (None, its.border):
                return None
            boundary = Boundary(
                max(boundary.before, before), max(boundary.after, after), its.border
            )
        return boundary

    def _take(self, value: str, slices: Sequence[Slice]) -> Take:
        if value == self.pushed:
            return Take(value, 1, pushed=True)
        return Take(value, _rows_at_once(row_count(self.graph.types[value]), value, slices))

    def _borders(self, value: str, boundary: Boundary, slices: Sequence[Slice]) -> Iterator[Border]:
        """Rows before the first one are there from the beginning; those behind the last one come
        when they are read, so that the window need not hold all of them."""
        filled = boundary.value
        if filled is not None and boundary.before:
            yield Border(value, -boundary.before, boundary.before, filled)
        if filled is not None and boundary.after > 0:
            rows = _rows_at_once(boundary.after, value, slices)
            yield Border(value, row_count(self.graph.types[value]), rows, filled)


def _rows_at_once(count: int, value: str, slices: Sequence[Slice]) -> int:
    """Of so many rows: no more than each of its readers moves on by."""
    steps = [
        read.step(each.rows) for each in slices for read in each.sources() if read.value == value
    ]
    return max(rows for rows in divisors(count) if rows <= min(steps))


def _readers(rules: Sequence[RowRule], value: str) -> Iterator[tuple[RowRule, ArgumentRows]]:
    for rule in rules:
        yield from ((rule, its) for its in rule.arguments.values() if its.read.value == value)
