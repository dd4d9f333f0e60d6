"""Strips: nodes that compute their columns part after part, where whole rows do not fit.

A strip is a copy of the nodes for some columns of the last one's output. What it needs of the
columns beside them is computed again, so that no strip waits for another one. Rows through windows
then hold a strip's columns only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..ir import Graph, Node
from ..ir.nodes import NodeList
from ..ops import operator
from .columns import Columns, Strip, column_axis, column_period, part_of, strip_of

SUFFIX = ".strip"
"""And a number: behind a layer's name, a strip of it."""


def whole_name(name: str) -> str:
    """The layer that a strip, if this is the name of one, is a part of."""
    return re.sub(rf"{re.escape(SUFFIX)}\d+$", "", name)


@dataclass(frozen=True)
class Strips:
    """A graph in which some nodes compute strips. begins: the names of the nodes that are the first
    ones of a strip to compute something."""

    graph: Graph
    begins: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Cut:
    """Consecutive nodes of a graph, and the strips that they can compute."""

    graph: Graph
    nodes: Sequence[Node]
    strips: Sequence[Strip]

    @property
    def more_macs(self) -> int:
        """The multiplications that are computed again."""
        own = sum(node.op.macs(self.graph.present_types(node)) for node in self.nodes)
        return sum(strip.macs for strip in self.strips) - own

    def graph_in_strips(self) -> Strips:
        return _with_strips(self.graph, self.nodes, self.strips)


def cut(graph: Graph, names: Sequence[str], count: int) -> Cut | None:
    """The nodes with these outputs, which follow each other, in ``count`` (at least 2) strips that
    are computed one after the other, each of which is joined with those before it.

    None where they cannot: values of theirs are needed elsewhere but for the last one's, it has
    fewer columns, or a column depends on more than some columns.
    """
    wanted = set(names)
    nodes = [node for node in graph.nodes if node.name in wanted]
    axis = column_axis(graph, nodes)
    if axis is None or not graph.kept.isdisjoint(names):
        return None
    period = column_period(graph, nodes[-1], axis)
    parts = graph.types[nodes[-1].name].shape[axis] // period
    if parts < count:
        return None
    cuts = [parts * index // count * period for index in range(count)]
    cuts.append(graph.types[nodes[-1].name].shape[axis])
    found = [strip_of(graph, nodes, Columns(axis, range(*pair))) for pair in pairwise(cuts)]
    strips = [strip for strip in found if strip is not None]
    return Cut(graph, nodes, strips) if len(strips) == count else None


def _with_strips(graph: Graph, nodes: Sequence[Node], strips: Sequence[Strip]) -> Strips:
    """The graph with these strips, and what joins them, in the place of the nodes."""
    result, names = graph.copy(), {node.name for node in nodes}
    end = list(graph.nodes).index(nodes[-1])
    result.nodes = NodeList(node for node in graph.nodes[:end] if node.name not in names)
    begins: list[str] = []
    joined, last = "", nodes[-1]
    for index, strip in enumerate(strips):
        first = len(result.nodes)
        part = _add_strip(result, graph, nodes, strip, f"{SUFFIX}{index + 1}")
        computing = (n for n in result.nodes[first:] if n.op.views(result.present_types(n)) is None)
        begins.append(next(computing).name)
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
        for argument, read in strip.reads[node.name].items():
            value = node.arguments()[argument]
            assert value is not None
            begin = strip.columns[value].range.start if value in names else 0
            wanted = f"{node.name}.{argument}{suffix}"
            inputs[argument] = part_of(result, names.get(value, value), read, begin, wanted)
        names[node.name] = result.add_node(
            op,
            tuple(inputs.values()),
            f"{node.name}{suffix}",
            quantization=graph.types[node.name].quantization,
            source=node.source,
        )
    return names[nodes[-1].name]
