"""Regions of a graph: the nodes from one to another, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..ir import Graph
from ..ir.regions import Action, Border, Region, RowsRead, Slice, Take
from ..ops.base import Layer
from .order import Rows, ordered_region
from .slices import RowRule, RowRules, divisors, rows_of


@dataclass(frozen=True)
class Boundary:
    """Border rows (before, after) that the readers of a value want, and of which value."""

    before: int = 0
    after: int = 0
    value: int | None = None


class RegionBuilder:
    """Builds regions of one graph; ``nodes`` are those that compute something, in order."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.rules = RowRules(graph)
        self.nodes = graph.computing_nodes()
        self.indices = {node.name: index for index, node in enumerate(self.nodes)}
        self._kept = {self.rules.shown(value) for value in graph.results()}
        self._readers: dict[str, set[str]] = {}
        for node in self.nodes:
            for value in node.inputs:
                if value is not None:
                    self._readers.setdefault(self.rules.shown(value), set()).add(node.name)

    def rows_a_call(self, first: int, last: int, most: int) -> dict[str, int] | None:
        """For these nodes (by index, both included), the most rows, up to ``most``, that divide
        those of the output; None where one of them cannot go row by row."""
        rules = [self.rules.rule(node.name) for node in self.nodes[first : last + 1]]
        if any(rule is None for rule in rules):
            return None
        return {
            rule.node.name: max(rows for rows in divisors(rule.rows) if rows <= most)
            for rule in rules
            if rule is not None
        }

    def region(self, rows: Mapping[str, int]) -> Region | None:
        """The region of consecutive nodes (by name, in order) that compute so many rows a call.

        None where they cannot: a node needs all of a value, rows do not divide those of an output,
        some rows would never be needed, or other nodes are among them.
        """
        first = self.indices.get(next(iter(rows), ""), 0)
        nodes = self.nodes[first : first + len(rows)]
        if not rows or [node.name for node in nodes] != list(rows):
            return None
        rules = [self.rules.rule(node.name) for node in nodes]
        found = [rule for rule in rules if rule is not None]
        if len(found) < len(rows) or not all(_divides(rows[r.node.name], r.rows) for r in found):
            return None
        names = {node.name for node in nodes}
        ends = [node.name for node in nodes if self._leaves(node.name, names)]
        if not self._reads_rows_only(found, names):
            return None
        if any(self.rules.layer(rule, rows[rule.node.name]) is None for rule in found):
            return None
        slices = [self._slice(rule, rows[rule.node.name]) for rule in found]
        values = dict.fromkeys(read.value for each in slices for read in each.sources())
        boundaries = {value: self._boundary(found, value) for value in values}
        if any(boundary is None for boundary in boundaries.values()):
            return None
        bordered = [v for v, b in boundaries.items() if b is not None and (b.before or b.after)]
        if any(value in ends for value in bordered):
            return None
        inner = [node.name for node in nodes if node.name not in ends]
        taken = [value for value in bordered if value not in names]
        actions: list[Action] = [self._take(value, slices) for value in taken]
        for value in bordered:
            boundary = boundaries[value]
            assert boundary is not None
            actions += self._borders(value, boundary)
        sizes = {value: self._rows(value) for value in [*values, *names]}
        return ordered_region(
            [node.name for node in nodes], [*actions, *slices], sizes, [*taken, *inner], ends
        )

    def slice_layer(self, each: Slice) -> Layer:
        """The layer that one call of a region's slice computes."""
        rule = self.rules.rule(each.node)
        layer = None if rule is None else self.rules.layer(rule, each.rows)
        assert layer is not None
        return layer

    def _rows(self, value: str) -> Rows:
        return rows_of(self.graph.types[value])

    def _leaves(self, name: str, names: set[str]) -> bool:
        return name in self._kept or not self._readers.get(name, set()) <= names

    def _reads_rows_only(self, rules: Sequence[RowRule], names: set[str]) -> bool:
        """Whether no node reads a value whole that is computed among them, or read by rows."""
        by_rows = {read.value for rule in rules for read in rule.reads.values()}
        for rule in rules:
            whole = {
                self.rules.shown(value)
                for argument, value in rule.node.arguments().items()
                if value is not None and argument not in rule.reads
            }
            if whole & (names | by_rows):
                return False
        return True

    def _slice(self, rule: RowRule, rows: int) -> Slice:
        reads = {
            argument: replace(read, count=read.count + read.stride * (rows - 1))
            for argument, read in rule.reads.items()
        }
        return Slice(rule.node.name, rule.node.name, rows, reads)

    def _boundary(self, rules: Sequence[RowRule], value: str) -> Boundary | None:
        """None where the readers want different borders."""
        boundary = Boundary()
        size = self._rows(value).count
        for rule, argument, read in _readers(rules, value):
            before, after = -read.first, read.end(rule.rows - 1) - size
            border = rule.borders.get(argument)
            if border is None:
                continue
            if boundary.value not in (None, border):
                return None
            boundary = Boundary(max(boundary.before, before), max(boundary.after, after), border)
        return boundary

    def _take(self, value: str, slices: Sequence[Slice]) -> Take:
        steps = [
            read.stride * each.rows
            for each in slices
            for read in each.sources()
            if read.value == value
        ]
        rows = max(rows for rows in divisors(self._rows(value).count) if rows <= min(steps))
        return Take(value, rows)

    def _borders(self, value: str, boundary: Boundary) -> Iterator[Border]:
        assert boundary.value is not None
        if boundary.before:
            yield Border(value, -boundary.before, boundary.before, boundary.value)
        if boundary.after > 0:
            yield Border(value, self._rows(value).count, boundary.after, boundary.value)


def _divides(count: int, rows: int) -> bool:
    return count > 0 and rows % count == 0


def _readers(rules: Sequence[RowRule], value: str) -> Iterator[tuple[RowRule, str, RowsRead]]:
    for rule in rules:
        for argument, read in rule.reads.items():
            if read.value == value:
                yield rule, argument, read
