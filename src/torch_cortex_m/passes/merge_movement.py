"""Pass: a chain of data movements is done by those that move the fewest bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ir import Graph, Node, TensorType
from ..ops import operator
from ..ops.integers.bounds import Array
from ..ops.rules.movement import Step, all_places, by_axis
from .movement import rearranged
from .rewrite import (
    change,
    first_input,
    insert_before,
    producer_of_input,
    rewrite,
    sole_user,
    substitute,
)

MOST_ELEMENTS = 1 << 20
"""Of a tensor that is looked at; larger ones would take long, and fit no microcontroller."""


def merge_movement(graph: Graph) -> Graph:
    """E.g. channels that are shuffled by reshape, transpose and reshape, between the transposes of
    two convolutions, are gathered in their own layout. Only what neighbours alone read is merged,
    and only into indices of single dimensions, their order and repetitions."""
    return rewrite(graph, _merge)


def _merge(graph: Graph, node: Node) -> bool:
    chain = _chain_to(graph, node)
    return any(_replace(graph, chain[first:]) for first in range(len(chain) - 1))


def _chain_to(graph: Graph, node: Node) -> list[Node]:
    """The movements that lead to the node, each read by the next one alone; empty if it is none."""
    chain: list[Node] = []
    each: Node | None = node
    while each is not None and _only_rearranges(graph, each):
        chain.insert(0, each)
        before = producer_of_input(graph, each)
        each = before if before is not None and sole_user(graph, before.output) else None
    return chain


def _only_rearranges(graph: Graph, node: Node) -> bool:
    type_ = graph.types[first_input(node)]
    if len(node.outputs) != 1 or type_.elements > MOST_ELEMENTS:
        return False
    return rearranged(graph, node, np.empty(type_.shape, bool)) is not None


def _replace(graph: Graph, chain: Sequence[Node]) -> bool:
    """Whether fewer bytes are moved then."""
    source, last = first_input(chain[0]), chain[-1]
    type_ = graph.types[source]
    steps = by_axis(_places(graph, chain, type_), type_)
    if steps is None or _bytes_of_steps(steps, type_) >= _bytes(graph, chain):
        return False
    if not steps:
        substitute(graph, last, source)
        return True
    quantization = graph.types[last.output].quantization
    for step in steps[:-1]:
        op, inputs = _use(graph, last, step, source)
        source = insert_before(graph, last, op, inputs, last.output, quantization)
    change(graph, last, *_use(graph, last, steps[-1], source))
    return True


def _places(graph: Graph, chain: Sequence[Node], type_: TensorType) -> Array:
    places: Array | None = all_places(type_.shape)
    for node in chain:
        assert places is not None
        places = rearranged(graph, node, places)
    assert places is not None
    return places


def _use(graph: Graph, node: Node, step: Step, value: str) -> tuple[Any, tuple[str | None, ...]]:
    """The operator of a step and its inputs."""
    op = operator(step.operator, **step.fields)
    if step.indices is None:
        return op, (value,)
    return op, (value, graph.add_constant(f"{node.output}.indices", step.indices))


def _bytes(graph: Graph, chain: Sequence[Node]) -> int:
    return sum(
        _moved_bytes(node.op, graph.present_types(node), graph.types[node.output]) for node in chain
    )


def _bytes_of_steps(steps: Sequence[Step], type_: TensorType) -> int:
    total = 0
    for step in steps:
        op: Any = operator(step.operator, **step.fields)
        types = {"input": type_}
        if step.indices is not None:
            types["indices"] = TensorType(step.indices.shape, "int32")
        (result,) = op.infer(types)
        total += _moved_bytes(op, types, result)
        type_ = result
    return total


def _moved_bytes(op: Any, types: Any, output: TensorType) -> int:
    """None of a view."""
    return 0 if op.views(types) is not None else output.bytes
