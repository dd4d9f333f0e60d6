"""Strips: nodes that compute their columns part after part, where whole rows do not fit.

A strip is a copy of the nodes for some columns of the last one's output. What it needs of the
columns beside them is computed again, so that no strip waits for another one. Rows through windows
then hold a strip's columns only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import lcm
from typing import Any

from ..ir import Graph, Node
from ..ir.nodes import NodeList
from ..ops import operator
from ..ops.integers.bounds import Array
from ..ops.interfaces import Border, Reach
from .slices import row_axis


@dataclass(frozen=True, eq=False)
class Strips:
    """A graph in which some nodes compute strips. begins: the names of the nodes that are the first
    ones of a strip."""

    graph: Graph
    begins: tuple[str, ...]


def in_strips(graph: Graph, names: Sequence[str], count: int) -> Strips | None:
    """The nodes with these outputs, which follow each other, compute ``count`` (at least 2) strips
    one after the other, each of which is joined with those before it.

    None where they cannot: values of theirs are needed elsewhere but for the last one's, it has
    fewer columns, or a column depends on more than some columns.
    """
    nodes = [node for node in graph.nodes if node.name in set(names)]
    axis = _column_axis(graph, nodes)
    size = 0 if axis is None else graph.types[nodes[-1].name].shape[axis]
    if axis is None or size < count:
        return None
    cuts = [size * index // count for index in range(count + 1)]
    found = [_strip(graph, nodes, Columns(axis, range(*pair))) for pair in pairwise(cuts)]
    strips = [each for each in found if each is not None]
    return _with_strips(graph, nodes, strips) if len(strips) == count else None


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


@dataclass(frozen=True)
class Strip:
    """One strip. columns: of each value in it those that it has, or takes from elsewhere.
    operators: node -> its operator for its columns, and its changed constants. reads: node and
    argument -> columns of it."""

    columns: dict[str, Columns]
    operators: dict[str, tuple[Any, Mapping[str, Array]]]
    reads: dict[tuple[str, str], Columns]


def _column_axis(graph: Graph, nodes: Sequence[Node]) -> int | None:
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


def _strip(graph: Graph, nodes: Sequence[Node], last: Columns) -> Strip | None:
    """The strip that computes these columns of the last node's output."""
    strip = Strip({nodes[-1].name: last}, {}, {})
    for node in reversed(nodes):
        if node.name in strip.columns and not _add_node(graph, node, strip):
            return None
    return strip if strip.columns[nodes[-1].name] == last else None


def _add_node(graph: Graph, node: Node, strip: Strip) -> bool:
    """Adds a node that computes the columns that are needed of it, whole periods of them, and what
    these need; False where it cannot."""
    types, constants = graph.present_types(node), graph.argument_constants(node)
    arguments = _arguments_by_columns(graph, node)
    reaches = {name: _reach(graph, node, name, strip.columns[node.name].axis) for name in arguments}
    found = {name: reach for name, reach in reaches.items() if reach is not None}
    if len(found) < len(arguments):
        return False
    period = lcm(*(reach.period for _, reach in found.values()))
    output = strip.columns[node.name].in_periods(period)
    if output.range.stop > graph.types[node.name].shape[output.axis]:
        return False
    strip.columns[node.name] = output
    op, changed = node.op.with_positions(types, constants, output.axis, len(output.range))
    for name, (axis, reach) in found.items():
        wanted = Columns(axis, reach.read(output.range))
        own = wanted.within(types[name].shape[axis])
        joined = own.joined(strip.columns.get(arguments[name]))
        op = _with_border(op, node, types, name, wanted, own)
        if op is None or joined is None or not own.range:
            return False
        strip.reads[node.name, name], strip.columns[arguments[name]] = own, joined
    strip.operators[node.name] = op, changed
    return True


def _arguments_by_columns(graph: Graph, node: Node) -> dict[str, str]:
    """Arguments, and their values, of which a strip does not need all."""
    aligned = node.op.aligned or node.op.elementwise
    return {
        argument: value
        for argument, value in node.arguments().items()
        if value is not None
        and (value not in graph.constants or (aligned and graph.types[value].elements > 1))
    }


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


def _with_strips(graph: Graph, nodes: Sequence[Node], strips: Sequence[Strip]) -> Strips:
    """The graph with these strips, and what joins them, in the place of the nodes."""
    result, names = graph.copy(), {node.name for node in nodes}
    end = list(graph.nodes).index(nodes[-1])
    result.nodes = NodeList(node for node in graph.nodes[:end] if node.name not in names)
    begins: list[str] = []
    joined, last = "", nodes[-1]
    for index, strip in enumerate(strips):
        first = len(result.nodes)
        part = _add_strip(result, graph, nodes, strip, f".strip{index + 1}")
        begins.append(result.nodes[first].name)
        inputs, source = (joined, part), last.source
        join: Any = operator("concatenate", axis=strip.columns[last.name].axis)
        if index == len(strips) - 1:
            result.nodes.append(Node(join, inputs, last.outputs, source))
        elif index == 0:
            joined = part
        else:
            quantization, wanted = graph.types[last.name].quantization, f"{last.name}.strips"
            joined = result.add_node(join, inputs, wanted, quantization=quantization, source=source)
    for node in graph.nodes[end + 1 :]:
        result.nodes.append(node)
    result.remove_unused()
    return Strips(result, tuple(begins))


def _add_strip(
    result: Graph, graph: Graph, nodes: Sequence[Node], strip: Strip, suffix: str
) -> str:
    """Adds a strip's nodes; what the last one computes."""
    names: dict[str, str] = {}
    for node in (node for node in nodes if node.name in strip.operators):
        op, changed = strip.operators[node.name]
        inputs = node.arguments()
        for argument, data in changed.items():
            dtype = graph.present_types(node)[argument].dtype
            inputs[argument] = result.add_constant(f"{node.name}.{argument}{suffix}", data, dtype)
        for argument, value in _arguments_by_columns(graph, node).items():
            begin = strip.columns[value].range.start if value in names else 0
            wanted = f"{node.name}.{argument}{suffix}"
            read = strip.reads[node.name, argument]
            inputs[argument] = _part(result, names.get(value, value), read, begin, wanted)
        names[node.name] = result.add_node(
            op,
            tuple(inputs.values()),
            f"{node.name}{suffix}",
            quantization=graph.types[node.name].quantization,
            source=node.source,
        )
    return names[nodes[-1].name]


def _part(graph: Graph, value: str, columns: Columns, begin: int, wanted: str) -> str:
    """These columns of a value, which has those from ``begin`` on."""
    type_, axis = graph.types[value], columns.axis
    if type_.shape[axis] == len(columns.range):
        return value
    first = [0] * len(type_.shape)
    first[axis] = columns.range.start - begin
    size = (*type_.shape[:axis], len(columns.range), *type_.shape[axis + 1 :])
    taken: Any = operator("slice", begin=tuple(first), size=size)
    return graph.add_node(taken, (value,), wanted, quantization=type_.quantization)
