"""Pass: chains of functions of one int8 become one table of the last one's results."""

from __future__ import annotations

from ..ir import INT8, Graph, Node
from ..ops import operator
from ..ops.integers.bounds import Array
from .rewrite import change, rewrite, single_producer, sole_user


def compose_tables(graph: Graph) -> Graph:
    """g(f(x)) -> table(x), where only g reads f(x), and f(x, constant) -> table(x), where both are
    functions of single int8 elements. Exact: each entry is what the nodes give for its input."""
    return rewrite(graph, _compose, _take_in_constant)


def _compose(graph: Graph, node: Node) -> bool:
    second = _table_of(graph, node)
    if second is None or not sole_user(graph, second[0]):
        return False
    producer = single_producer(graph, second[0])
    first = None if producer is None else _table_of(graph, producer)
    if first is None:
        return False
    _become_table(graph, node, first[0], second[1][first[1].astype(int) - INT8.low])
    return True


def _take_in_constant(graph: Graph, node: Node) -> bool:
    table = _table_of(graph, node) if len(node.inputs) > 1 else None
    if table is None:
        return False
    _become_table(graph, node, *table)
    return True


def _table_of(graph: Graph, node: Node) -> tuple[str, Array] | None:
    """(value, outputs for -128 to 127), if the node is a function of the value's elements."""
    found = node.op.element_table(graph.present_types(node), graph.argument_constants(node))
    value = None if found is None else node.arguments()[found[0]]
    return None if found is None or value is None else (value, found[1])


def _become_table(graph: Graph, node: Node, value: str, entries: Array) -> None:
    change(graph, node, operator("table", table=tuple(entries.tolist())), (value,))
