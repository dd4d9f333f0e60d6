"""Which nodes can compute a few rows of their output at a time, and the layer that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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
class RowRule:
    """How a node goes along with rows. reads: argument -> (first, stride, kernel extent) as of
    ``RowsRead``, for one row of the output."""

    node: Node
    axis: int
    reads: Mapping[str, RowsRead]
    arguments: Mapping[str, int]
    borders: Mapping[str, int]
    rows: int


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
        """None where the node needs all of an argument for any part of its output."""
        graph = self.graph
        node = graph.producer(name)
        assert node is not None
        if len(node.outputs) != 1:
            return None
        types = graph.present_types(node)
        axis, output = row_axis(graph.types[name]), graph.types[name]
        if axis is None or self.root(name) != name:
            return None
        reads: dict[str, RowsRead] = {}
        arguments: dict[str, int] = {}
        borders: dict[str, int] = {}
        for argument, value in node.arguments().items():
            if value is None:
                continue
            aligned = node.op.aligned or node.op.elementwise
            rank = max(len(type_.shape) for type_ in types.values()) if aligned else 0
            own = axis - rank + len(types[argument].shape)
            if aligned and (own < 0 or types[argument].shape[own] == 1):
                continue
            if value in graph.constants:
                if aligned:
                    return None
                continue
            own = row_axis(types[argument])
            root = self.root(value)
            reach = None if own is None else node.op.reach(types, argument, own)
            if own is None or root is None or reach is None or reach.axis != axis:
                return None
            count = reach.dilation * (reach.kernel - 1) + 1
            reads[argument] = RowsRead(root, reach.first, reach.stride, count)
            arguments[argument] = own
            first, last = reach.first, reach.first + reach.stride * (output.shape[axis] - 1) + count
            if first < 0 or last > types[argument].shape[own]:
                border = node.op.border_value(types, argument)
                if border is None or not _fills_bytes(border, types[argument]):
                    return None
                borders[argument] = border
        if not reads:
            return None
        return RowRule(node, axis, reads, arguments, borders, output.shape[axis])

    def layer(self, rule: RowRule, rows: int) -> Layer | None:
        """The layer that computes so many rows; None where the operator does not fit."""
        key = (rule.node.name, rows)
        if key not in self._layers:
            self._layers[key] = self._layer(rule, rows)
        return self._layers[key]

    def _layer(self, rule: RowRule, rows: int) -> Layer | None:
        graph, node = self.graph, rule.node
        types = dict(graph.present_types(node))
        for argument, axis in rule.arguments.items():
            read = rule.reads[argument]
            count = read.stride * (rows - 1) + read.count
            types[argument] = _with_size(types[argument], axis, count)
        op: Any = node.op.with_positions(rule.axis, rows)
        expected = _with_size(graph.types[node.name], rule.axis, rows)
        try:
            (output,) = op.infer(types)
        except TcmError:
            return None
        if (output.shape, output.dtype) != (expected.shape, expected.dtype):
            return None
        return Layer(op, types, (expected,), graph.argument_constants(node))


def _with_size(type_: TensorType, axis: int, size: int) -> TensorType:
    return type_.with_shape((*type_.shape[:axis], size, *type_.shape[axis + 1 :]))


def _fills_bytes(value: int, type_: TensorType) -> bool:
    """Whether elements of this value are bytes that are all alike."""
    if type_.element_bytes == 1:
        return type_.limits.low <= value <= type_.limits.high
    return value == 0


def divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]
