"""Operators whose first and last rows are not computed as those between them are, in pieces."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise
from typing import Any

from ..ir import Graph, Node
from ..ir.nodes import NodeList
from ..ir.regions import row_count
from ..ops import operator
from .columns import Columns, Strip, part_of, strip_of
from .slices import RowRule, RowRules, row_axis


def rows_in_pieces(graph: Graph, whole: Set[str] = frozenset()) -> Graph:
    """A copy in which such operators are several nodes, most of whose rows depend on some rows, and
    what joins these. So are operators that reach beyond values which are ``whole`` all the time:
    only their first and last rows do, and those between read the value where it lies."""
    changed, rules = graph.copy(), RowRules(graph)
    changed.nodes = NodeList()
    for node in graph.nodes:
        pieces = _pieces(graph, rules, node, whole)
        if pieces:
            _add_pieces(changed, node, pieces)
        else:
            changed.nodes.append(node)
    return changed


def _pieces(graph: Graph, rules: RowRules, node: Node, whole: Set[str]) -> Sequence[Strip]:
    axis, rule = row_axis(graph.types[node.outputs[0]]), rules.rule(node.name)
    if axis is None or len(node.outputs) != 1 or node.name in graph.kept:
        return ()
    alike = _alike(graph, node, axis) if rule is None else _rows_inside(graph, rule, whole)
    if alike is None:
        return ()
    ends = sorted({0, alike.start, alike.stop, graph.types[node.name].shape[axis]})
    ranges = [Columns(axis, range(*pair)) for pair in pairwise(ends)]
    pieces = [strip_of(graph, [node], each) for each in ranges]
    present = [piece for piece in pieces if piece is not None]
    return present if len(present) == len(pieces) > 1 else ()


def _alike(graph: Graph, node: Node, axis: int) -> range | None:
    types = graph.present_types(node)
    same = len(types) == 1 and row_axis(*types.values()) == axis
    return node.op.alike(types, axis) if same else None


def _rows_inside(graph: Graph, rule: RowRule, whole: Set[str]) -> range | None:
    """The rows of an output that depend on no border, where those of a whole value do; an even
    number of them, so that a call can compute two."""
    if len(rule.arguments) != 1:
        return None
    (its,) = rule.arguments.values()
    if its.border is None or its.read.value not in whole:
        return None
    read, size = its.read, row_count(graph.types[its.read.value])
    rows = [row for row in range(rule.rows) if read.begin(row) >= 0 and read.end(row) <= size]
    if len(rows) % 2:
        rows = rows[:-1] if rows[-1] + 1 < rule.rows else rows[1:]
    return range(rows[0], rows[-1] + 1) if rows else None


def _add_pieces(changed: Graph, node: Node, pieces: Sequence[Strip]) -> None:
    type_ = changed.types[node.name]
    names = [f"{node.name}.piece{index + 1}" for index in range(len(pieces))]
    given: Any = {"quantization": type_.quantization, "source": node.source}
    join: Any = operator("concatenate", axis=pieces[0].columns[node.name].axis)
    read = [_read(changed, node, piece, name) for piece, name in zip(pieces, names, strict=True)]
    joined = ""
    for name, inputs, piece in zip(names, read, pieces, strict=True):
        op, _ = piece.operators[node.name]
        part = changed.add_node(op, inputs, name, **given)
        both = (joined, part)
        if name == names[-1]:
            changed.nodes.append(Node(join, both, node.outputs, node.source))
        elif joined:
            joined = changed.add_node(join, both, f"{node.name}.joined", **given)
        else:
            joined = part


def _read(changed: Graph, node: Node, piece: Strip, name: str) -> tuple[str | None, ...]:
    """The arguments of a piece."""
    inputs: dict[str, str | None] = dict(node.arguments())
    for argument, columns in piece.reads[node.name].items():
        value = inputs[argument]
        assert value is not None
        inputs[argument] = part_of(changed, value, columns, 0, f"{name}.{argument}")
    return tuple(inputs.values())
