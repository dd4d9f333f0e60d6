"""Which columns of each value a strip needs, and the operators that compute them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import lcm
from typing import Any

import numpy as np

from ..ir import Graph, Node, TensorType
from ..ops import operator
from ..ops.integers.bounds import Array
from ..ops.interfaces import Border, Piece, Reach
from .slices import is_whole, row_axis, with_size


@dataclass(frozen=True)
class Columns:
    """Some columns of a value, which lie along its ``axis``. Those before 0 or behind the last one
    are padding."""

    axis: int
    range: range

    def within(self, size: int) -> Columns:
        """Those of a value that has so many."""
        begin, end = max(self.range.start, 0), min(self.range.stop, size)
        return Columns(self.axis, range(begin, max(end, begin)))

    def in_periods(self, period: int) -> Columns:
        """These, and all of the periods in which they are."""
        begin, end = self.range.start // period, -(-self.range.stop // period)
        return Columns(self.axis, range(begin * period, end * period))

    def joined(self, other: Columns | None) -> Columns | None:
        """All from the first to the last of both; None where they lie along different axes."""
        if other is None or other.axis != self.axis:
            return self if other is None else None
        begin = min(self.range.start, other.range.start)
        return Columns(self.axis, range(begin, max(self.range.stop, other.range.stop)))


@dataclass
class Strip:
    """One strip. columns: of each value in it those that it has, or takes from elsewhere.
    operators: node -> its operator for its columns, and its changed constants. reads: node ->
    arguments of which it does not need all -> columns of them. macs: its multiplications."""

    columns: dict[str, Columns]
    operators: dict[str, tuple[Any, Mapping[str, Array]]] = field(
        default_factory=dict[str, tuple[Any, Mapping[str, Array]]]
    )
    reads: dict[str, dict[str, Columns]] = field(default_factory=dict[str, dict[str, Columns]])
    macs: int = 0


def column_axis(graph: Graph, nodes: Sequence[Node]) -> int | None:
    """That of the last output behind its rows and before its channels, if it alone is needed
    elsewhere."""
    type_, names = graph.types[nodes[-1].name], {node.name for node in nodes}
    rows = row_axis(type_)
    leaves = {
        name
        for name in names
        if graph.is_result(name) or any(user.name not in names for user in graph.users(name))
    }
    single = all(len(node.outputs) == 1 for node in nodes) and leaves == {nodes[-1].name}
    return rows + 1 if rows is not None and single and rows + 2 < len(type_.shape) else None


def column_period(graph: Graph, node: Node, axis: int) -> int:
    """How many columns of a node's output belong together; 1 also where it has no columns."""
    reaches = _reaches(graph, node, axis) or {}
    return lcm(*(reach.period for _, reach in reaches.values()))


def strip_of(graph: Graph, nodes: Sequence[Node], last: Columns) -> Strip | None:
    """The strip that computes these columns of the last node's output; None where there is none."""
    strip, names = Strip({nodes[-1].name: last}), {node.name for node in nodes}
    for node in reversed(nodes):
        if node.name in strip.columns and not _add_node(graph, node, strip, names):
            return None
    return strip if strip.columns[nodes[-1].name] == last else None


def part_of(graph: Graph, value: str, columns: Columns, begin: int, wanted: str) -> str:
    """These columns of a value, which has those from ``begin`` on."""
    type_, axis = graph.types[value], columns.axis
    if type_.shape[axis] == len(columns.range):
        return value
    part = with_size(type_, axis, len(columns.range))
    if value in graph.constants:
        name = graph.add_constant(wanted, np.take(graph.constants[value], columns.range, axis))
        graph.types[name] = part
        return name
    first = [0] * len(type_.shape)
    first[axis] = columns.range.start - begin
    taken: Any = operator("slice", begin=tuple(first), size=part.shape)
    return graph.add_node(taken, (value,), wanted, quantization=type_.quantization)


def _add_node(graph: Graph, node: Node, strip: Strip, names: Set[str]) -> bool:
    """Adds a node that computes the columns that are needed of it, whole periods of them, and what
    these need; False where it cannot."""
    types, constants = graph.present_types(node), graph.argument_constants(node)
    wanted = strip.columns[node.name]
    piece = node.op.piece(types, wanted.axis, wanted.range)
    if piece is not None:
        return _add_piece(node, types, strip, piece)
    reaches = _reaches(graph, node, wanted.axis)
    values = node.arguments()
    if reaches is None or any(values[name] in names for name in types.keys() - reaches.keys()):
        return False
    period = lcm(*(reach.period for _, reach in reaches.values()))
    output = strip.columns[node.name].in_periods(period)
    if output.range.stop > graph.types[node.name].shape[output.axis]:
        return False
    op, changed = node.op.with_positions(types, constants, output.axis, len(output.range))
    reads: dict[str, Columns] = {}
    for name, (axis, reach) in reaches.items():
        value, wanted = values[name], Columns(axis, reach.read(output.range))
        assert value is not None
        own = wanted.within(types[name].shape[axis])
        joined = own.joined(strip.columns.get(value))
        if joined is None or not own.range:
            return False
        op = _with_border(op, node, types, name, wanted, own)
        if op is None:
            return False
        reads[name], strip.columns[value] = own, joined
        types[name] = with_size(types[name], axis, len(own.range))
    strip.columns[node.name], strip.reads[node.name] = output, reads
    strip.operators[node.name] = op, changed
    strip.macs += op.macs(types)
    return True


def _add_piece(node: Node, types: Mapping[str, TensorType], strip: Strip, piece: Piece) -> bool:
    """The same of a node that can compute any columns alone."""
    ((name, type_),) = types.items()
    value, own = node.arguments()[name], Columns(strip.columns[node.name].axis, piece.read)
    assert value is not None
    joined = own.joined(strip.columns.get(value))
    if joined is None:
        return False
    strip.columns[value], strip.reads[node.name] = joined, {name: own}
    strip.operators[node.name] = piece.operator, {}
    strip.macs += piece.operator.macs({name: with_size(type_, own.axis, len(own.range))})
    return True


def _reaches(graph: Graph, node: Node, axis: int) -> dict[str, tuple[int, Reach]] | None:
    """Of the arguments of which some columns are needed for some along this axis of the output:
    (axis of theirs, how the output goes along with it). None where that is all of one of them, or
    of none: what has no columns to begin with has none to leave out."""
    arguments = [n for n in graph.present_types(node) if not is_whole(graph, node, n, axis)]
    found = {name: _reach(graph, node, name, axis) for name in arguments}
    present = {name: reach for name, reach in found.items() if reach is not None}
    return present if present and len(present) == len(arguments) else None


def _reach(graph: Graph, node: Node, argument: str, axis: int) -> tuple[int, Reach] | None:
    """(axis of the argument, how this axis of the output goes along with it); None where nothing
    does."""
    types, constants = graph.present_types(node), graph.argument_constants(node)
    for own, size in enumerate(types[argument].shape):
        reach = node.op.reach(types, constants, argument, own) if size > 1 else None
        if reach is not None and reach.axis == axis:
            return own, reach
    return None


def _with_border(
    op: Any, node: Node, types: Mapping[str, Any], argument: str, wanted: Columns, own: Columns
) -> Any | None:
    """The operator where columns that are wanted of an argument, which it does not have, are
    padding."""
    border = own.range.start - wanted.range.start, wanted.range.stop - own.range.stop
    if border == (0, 0):
        return op
    value = node.op.border_value(types, argument)
    widths = [(0, 0)] * len(types[argument].shape)
    widths[own.axis] = border
    return None if value is None else op.absorb_border(types, Border(tuple(widths), value))
