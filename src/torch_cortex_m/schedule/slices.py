"""Which nodes can compute a few rows of their output at a time, and the layer that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
class RowRule:
    """How the ``rows`` rows of a node's output, along its ``axis``, depend on those of arguments;
    arguments that are not here are needed whole. ``start``: as of ``Slice``."""

    node: Node
    axis: int
    rows: int
    arguments: Mapping[str, ArgumentRows]
    start: str | None = None

    @cached_property
    def rows_a_call(self) -> list[int]:
        """How many rows calls may compute that all compute as many: whole periods, or all."""
        period = lcm(*(its.read.period for its in self.arguments.values()))
        return [n for n in divisors(self.rows) if n % period == 0 or n == self.rows]


class RowRules:
    """What the nodes of a graph could do row by row."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.places = Places(graph, frozenset(), {node.name for node in graph.nodes})
        self.rule = cache(self._rule)
        self._layers: dict[tuple[str, int], Layer | None] = {}

    def shown(self, value: str) -> str:
        """What the value is, or shows a part of."""
        return self.places.of(value).root

    def root(self, value: str) -> str | None:
        """What the value shows all of, with the same rows; None where it does not."""
        types, place = self.graph.types, self.places.of(value)
        if place.offset or types[place.root].bytes != types[value].bytes:
            return None
        return place.root if rows_of(types[place.root]) == rows_of(types[value]) else None

    def _rule(self, name: str) -> RowRule | None:
        """None where the node needs all of a value for any part of its output."""
        node, output = self.graph.producer(name), self.graph.types[name]
        assert node is not None
        axis = row_axis(output)
        if len(node.outputs) != 1 or axis is None or self.root(name) != name:
            return None
        added = self._sum_rule(node)
        if added is not None:
            return added
        arguments: dict[str, ArgumentRows] = {}
        for argument, value in node.arguments().items():
            if value is None or is_whole(self.graph, node, argument, axis):
                continue
            found = self._argument_rows(node, argument, axis)
            if found is None:
                return None
            arguments[argument] = found
        return RowRule(node, axis, output.shape[axis], arguments) if arguments else None

    def _sum_rule(self, node: Node) -> RowRule | None:
        """That of a node that can add some rows of an argument to its output."""
        types = self.graph.present_types(node)
        for argument, value in node.arguments().items():
            axis = None if value is None else row_axis(types[argument])
            start = None if axis is None else node.op.folds(types, argument, axis)
            root = None if value is None or start is None else self.root(value)
            if axis is not None and root is not None and value not in self.graph.constants:
                rows = ArgumentRows(axis, RowsRead(root, 0, 1, 1), None)
                return RowRule(node, axis, types[argument].shape[axis], {argument: rows}, start)
        return None

    def _argument_rows(self, node: Node, argument: str, axis: int) -> ArgumentRows | None:
        """None where a row of the output needs more than some rows of the argument."""
        graph, value = self.graph, node.arguments()[argument]
        types = graph.present_types(node)
        assert value is not None
        own, root = row_axis(types[argument]), self.root(value)
        if own is None or root is None or value in graph.constants:
            return None
        reach = node.op.reach(types, graph.argument_constants(node), argument, own)
        if reach is None or reach.axis != axis:
            return None
        read = RowsRead(root, reach.first, reach.stride, reach.span, reach.period)
        last = graph.types[node.output].shape[axis] - 1
        if read.begin(0) >= 0 and read.end(last) <= types[argument].shape[own]:
            return ArgumentRows(own, read, None)
        border = node.op.border_value(types, argument)
        fits = border is not None and _fills_bytes(border, types[argument])
        return ArgumentRows(own, read, border) if fits else None

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
        if rule.start is None:
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
