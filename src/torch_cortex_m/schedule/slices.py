"""Which nodes can compute a few rows of their output at a time, and the layer that does."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import lcm
from typing import Any

from ..errors import TcmError
from ..ir import Graph, Node, TensorType
from ..ir.regions import RowsRead, row_bytes, row_count
from ..ops.base import Layer
from ..plan import Places
from .order import Rows


def row_axis(type_: TensorType) -> int | None:
    """The first axis that is longer than 1."""
    return next((axis for axis, size in enumerate(type_.shape) if size > 1), None)


def rows_of(type_: TensorType) -> Rows:
    return Rows(row_count(type_), row_bytes(type_))


@dataclass(frozen=True)
class ArgumentRows:
    """Which rows of an argument, along its ``axis``, a row of the output needs; ``border``: what
    stands for those that it does not have, None where it has all."""

    axis: int
    read: RowsRead
    border: int | None


@dataclass(frozen=True)
class RowsShown:
    """The ``count`` rows of a root, from ``first`` on, that a value is, along its ``axis``."""

    root: str
    axis: int
    first: int
    count: int


@dataclass(frozen=True)
class RowRule:
    """How the rows of a node's output depend on those of arguments; arguments that are not here are
    needed whole. ``start``: as of ``Slice``. ``is_whole``: whether the operator computes all rows
    at once, as it is.

    A node that only joins rows of others has no arguments and computes none.
    """

    node: Node
    output: RowsShown
    arguments: Mapping[str, ArgumentRows]
    start: str | None = None
    is_whole: bool = False

    @property
    def axis(self) -> int:
        return self.output.axis

    @property
    def rows(self) -> int:
        return self.output.count

    @cached_property
    def rows_a_call(self) -> list[int]:
        """How many rows calls may compute that all compute as many: whole periods, or all."""
        if not self.arguments:
            return [0]
        period = lcm(*(its.read.period for its in self.arguments.values()))
        return [n for n in divisors(self.rows) if n % period == 0 or n == self.rows]


def whole_inputs(graph: Graph, pushed: str | None) -> set[str]:
    """Those that lie whole all the time: all but the one whose rows are pushed."""
    return {port.value for port in graph.inputs} - {pushed}


class RowRules:
    """What the nodes of a graph could do row by row. whole: values that lie whole all the time:
    rows which are joined with others, and need some beyond them, are computed at once."""

    def __init__(self, graph: Graph, whole: Set[str] = frozenset()) -> None:
        self.graph, self.whole = graph, whole
        self._join(_joins(graph))
        while lacking := {joined for name, joined in self.joins.items() if not self.rule(name)}:
            # What joins rows needs all that computes them beside it.
            left = {n: j for n, j in self.joins.items() if n not in lacking and j not in lacking}
            self._join(left)
        self._layers: dict[tuple[str, int], Layer | None] = {}

    def _join(self, joins: dict[str, str]) -> None:
        """joins: value -> the node that joins its rows with others."""
        self.joins = joins
        apart = {node.name for node in self.graph.nodes} - set(joins.values())
        self.places = Places(self.graph, frozenset(), apart)
        self.rule = cache(self._rule)

    def shown(self, value: str) -> str:
        """What the value is, or shows a part of."""
        return self.places.of(value).root

    def rows_shown(self, value: str) -> RowsShown | None:
        """None where what the value shows has other rows, or none."""
        place, type_ = self.places.of(value), self.graph.types[value]
        root = self.graph.types[place.root]
        axis = row_axis(root)
        if axis is None:
            return None
        if type_.bytes == root.bytes and rows_of(type_) == rows_of(root):
            own = row_axis(type_)
            assert own is not None
            return RowsShown(place.root, own, 0, type_.shape[own])
        first, within = divmod(place.offset, row_bytes(root))
        fits = len(type_.shape) == len(root.shape) and not within
        if not fits or with_size(type_, axis, root.shape[axis]).shape != root.shape:
            return None
        return RowsShown(place.root, axis, first, type_.shape[axis])

    def joins_of(self, value: str) -> tuple[str, ...]:
        """The nodes that join it, one what the one before gives."""
        found: list[str] = []
        while value in self.joins:
            value = self.joins[value]
            found.append(value)
        return tuple(found)

    def _rule(self, name: str) -> RowRule | None:
        """None where the node needs all of a value for any part of its output."""
        node, output = self.graph.producer(name), self.rows_shown(name)
        assert node is not None
        if len(node.outputs) != 1 or output is None or name in self.graph.kept:
            return None
        if name in self.joins.values():
            return RowRule(node, replace(output, count=0), {})
        if name in self.joins:
            by_rows = self._rows_rule(node, output)
            apart = by_rows is None or self._borders_whole(by_rows)
            return self._whole_rule(node, output) if apart else by_rows
        if output.root != name:
            return None
        return self._sum_rule(node) or self._rows_rule(node, output)

    def _rows_rule(self, node: Node, output: RowsShown) -> RowRule | None:
        """That of a node that computes some rows from some rows."""
        arguments: dict[str, ArgumentRows] = {}
        for argument, value in node.arguments().items():
            if value is None or is_whole(self.graph, node, argument, output.axis):
                continue
            found = self._argument_rows(node, argument, output)
            if found is None:
                return None
            arguments[argument] = found
        return RowRule(node, output, arguments) if arguments else None

    def _borders_whole(self, rule: RowRule) -> bool:
        read = rule.arguments.values()
        return any(its.border is not None and its.read.value in self.whole for its in read)

    def _whole_rule(self, node: Node, output: RowsShown) -> RowRule | None:
        """That of a node that computes, at once, rows that are joined with those of others."""
        arguments: dict[str, ArgumentRows] = {}
        for argument, value in node.arguments().items():
            if value is None or value in self.graph.constants:
                continue
            shown = self.rows_shown(value)
            if shown is None:
                return None
            # All that the root has, so that nothing counts as needed when they are computed.
            stride = row_count(self.graph.types[shown.root])
            read = RowsRead(
                shown.root, shown.first, stride, shown.count, output.count, output.first
            )
            arguments[argument] = ArgumentRows(shown.axis, read, None)
        return RowRule(node, output, arguments, is_whole=True) if arguments else None

    def _sum_rule(self, node: Node) -> RowRule | None:
        """That of a node that can add some rows of an argument to its output."""
        types = self.graph.present_types(node)
        for argument, value in node.arguments().items():
            axis = None if value is None else row_axis(types[argument])
            start = None if axis is None else node.op.folds(types, argument, axis)
            shown = None if value is None or start is None else self.rows_shown(value)
            if shown is None or axis is None or value in self.graph.constants:
                continue
            if not shown.first and not self._has_rows_behind(shown):
                rows = ArgumentRows(axis, RowsRead(shown.root, 0, 1, 1), None)
                output = RowsShown(node.name, axis, 0, shown.count)
                return RowRule(node, output, {argument: rows}, start)
        return None

    def _argument_rows(self, node: Node, argument: str, output: RowsShown) -> ArgumentRows | None:
        """None where a row of the output needs more than some rows of the argument."""
        graph, value = self.graph, node.arguments()[argument]
        types = graph.present_types(node)
        assert value is not None
        shown = self.rows_shown(value)
        if shown is None or shown.count == 1 or value in graph.constants:
            return None
        reach = node.op.reach(types, graph.argument_constants(node), argument, shown.axis)
        if reach is None or reach.axis != output.axis:
            return None
        first = shown.first + reach.first
        period, start = reach.period, output.first
        read = RowsRead(shown.root, first, reach.stride, reach.span, period, start)
        before = read.begin(start) < shown.first
        after = read.end(start + output.count - 1) > shown.first + shown.count
        if not before and not after:
            return ArgumentRows(shown.axis, read, None)
        border = node.op.border_value(types, argument)
        fits = border is not None and _fills_bytes(border, types[argument])
        fits = fits and not (before and shown.first)  # rows of the root are in its place
        fits = fits and not (after and self._has_rows_behind(shown))
        return ArgumentRows(shown.axis, read, border) if fits else None

    def _has_rows_behind(self, shown: RowsShown) -> bool:
        return shown.first + shown.count < row_count(self.graph.types[shown.root])

    def layer(self, rule: RowRule, rows: int) -> Layer | None:
        """The layer that computes so many rows; None where the operator does not fit."""
        key = (rule.node.name, rows)
        if key not in self._layers:
            self._layers[key] = self._layer(rule, rows)
        return self._layers[key]

    def _layer(self, rule: RowRule, rows: int) -> Layer | None:
        graph, node = self.graph, rule.node
        types = dict(graph.present_types(node))
        for argument, its in rule.arguments.items():
            types[argument] = with_size(types[argument], its.axis, its.read.of(rows).count)
        op: Any = node.op
        constants, expected = graph.argument_constants(node), graph.types[node.name]
        if rule.start is None and not rule.is_whole:
            whole = graph.present_types(node)
            op, changed = op.with_positions(whole, constants, rule.axis, rows)
            constants = {**constants, **changed}
            types |= {name: types[name].with_shape(data.shape) for name, data in changed.items()}
            expected = with_size(expected, rule.axis, rows)
        try:
            (output,) = op.infer(types)
        except TcmError:
            return None
        if (output.shape, output.dtype) != (expected.shape, expected.dtype):
            return None
        return Layer(op, types, (expected,), constants)


def _joins(graph: Graph) -> dict[str, str]:
    """Value -> the node that joins its rows with others, of nodes next to those that compute these:
    others would have to be in one region with all that is between."""
    found: dict[str, str] = {}
    computing = graph.computing_nodes()
    indices = {node.name: {index} for index, node in enumerate(computing)}
    for node in computing:
        joins_rows = node.name not in graph.kept and _joins_rows(graph, node)
        joined = [value for value in node.inputs if value] if joins_rows else []
        places = indices[node.outputs[0]].union(*(indices[value] for value in joined))
        if max(places) - min(places) < len(places):
            indices[node.outputs[0]] = places
            found |= dict.fromkeys(joined, node.name)
    return found


def _joins_rows(graph: Graph, node: Node) -> bool:
    """Whether the node does no more than put rows of its arguments behind each other, which nodes
    compute for nothing else."""
    types = graph.present_types(node)
    parts = node.op.parts(types)
    size = row_bytes(graph.types[node.outputs[0]])
    return parts.keys() == types.keys() and all(
        part.run == types[argument].bytes
        and part.offset % size == part.run % size == 0
        and _is_computed_for(graph, node, argument)
        for argument, part in parts.items()
    )


def _is_computed_for(graph: Graph, node: Node, argument: str) -> bool:
    value = node.arguments()[argument]
    producer = None if value is None else graph.producer(value)
    return (
        value is not None
        and producer is not None
        and producer.op.views(graph.present_types(producer)) is None
        and len(producer.outputs) == 1
        and graph.users(value) == [node]
        and node.inputs.count(value) == 1
        and not graph.is_result(value)
    )


def is_whole(graph: Graph, node: Node, argument: str, axis: int) -> bool:
    """Whether the same of the argument belongs to every position along this axis of the output."""
    types = graph.present_types(node)
    if not (node.op.aligned or node.op.elementwise):
        return node.arguments()[argument] in graph.constants
    shape = types[argument].shape
    own = axis - max(len(type_.shape) for type_ in types.values()) + len(shape)
    return own < 0 or shape[own] == 1


def with_size(type_: TensorType, axis: int, size: int) -> TensorType:
    return type_.with_shape((*type_.shape[:axis], size, *type_.shape[axis + 1 :]))


def _fills_bytes(value: int, type_: TensorType) -> bool:
    """Whether elements of this value are bytes that are all alike."""
    if type_.element_bytes == 1:
        return type_.limits.low <= value <= type_.limits.high
    return value == 0


def divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]
