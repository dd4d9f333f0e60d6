"""Operators whose first and last rows are not computed as those between them are, in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..ir import Graph, Node
from ..ir.nodes import NodeList
from ..ops import operator
from ..ops.interfaces import Piece
from .columns import Columns, part_of
from .slices import RowRules, row_axis


def rows_in_pieces(graph: Graph) -> Graph:
    """A copy in which such operators are several nodes, most of whose rows depend on some rows, and
    what joins these."""
    changed, rules = graph.copy(), RowRules(graph)
    changed.nodes = NodeList()
    for node in graph.nodes:
        pieces = _pieces(graph, rules, node)
        if pieces:
            _add_pieces(changed, node, pieces)
        else:
            changed.nodes.append(node)
    return changed


def _pieces(graph: Graph, rules: RowRules, node: Node) -> Sequence[Piece]:
    types, axis = graph.present_types(node), row_axis(graph.types[node.outputs[0]])
    if axis is None or rules.rule(node.name) is not None:
        return ()
    if len(types) != 1 or row_axis(*types.values()) != axis:
        return ()
    alike = node.op.alike(types, axis)
    if alike is None:
        return ()
    ends = sorted({0, alike.start, alike.stop, graph.types[node.name].shape[axis]})
    pieces = [node.op.piece(types, axis, range(*pair)) for pair in pairwise(ends)]
    present = [piece for piece in pieces if piece is not None]
    return present if len(present) == len(pieces) > 1 else ()


def _add_pieces(changed: Graph, node: Node, pieces: Sequence[Piece]) -> None:
    (value,), type_ = node.inputs, changed.types[node.name]
    axis = row_axis(type_)
    assert value is not None
    assert axis is not None
    names = [f"{node.name}.piece{index + 1}" for index in range(len(pieces))]
    reads = [
        part_of(changed, value, Columns(axis, piece.read), 0, f"{name}.input")
        for name, piece in zip(names, pieces, strict=True)
    ]
    given: Any = {"quantization": type_.quantization, "source": node.source}
    join: Any = operator("concatenate", axis=axis)
    joined = ""
    for name, read, piece in zip(names, reads, pieces, strict=True):
        part = changed.add_node(piece.operator, (read,), name, **given)
        inputs = (joined, part)
        if name == names[-1]:
            changed.nodes.append(Node(join, inputs, node.outputs, node.source))
        elif joined:
            joined = changed.add_node(join, inputs, f"{node.name}.joined", **given)
        else:
            joined = part
