"""What passes share: offering every node to rules, and the edits that rules are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import TcmError
from ..ir import Graph, Node, Quantization
from ..ops.integers.bounds import Array

Rule = Callable[[Graph, Node], bool]
"""Looks at one node; if it applies, changes the graph around it and returns True."""


def rewrite(graph: Graph, *rules: Rule) -> Graph:
    """A copy of ``graph`` that no rule changes any more, without what is then unused."""
    graph = graph.copy()
    graph.remove_unused()
    applied = True
    while applied:
        applied = False
        for rule in rules:
            applied |= _offer(graph, rule)
        graph.remove_unused()
    return graph


def _offer(graph: Graph, rule: Rule) -> bool:
    """Offers every node that reads something and has one output to the rule once; whether it
    applied anywhere."""
    applied = False
    for name in [node.name for node in graph.nodes]:
        node = graph.producer(name)
        single = node is not None and len(node.outputs) == 1
        if node is not None and single and node.inputs and rule(graph, node):
            applied = True
    return applied


def first_input(node: Node) -> str:
    """The value of the first argument, which no operator leaves out."""
    value = node.inputs[0]
    assert value is not None
    return value


def producer_of_input(graph: Graph, node: Node) -> Node | None:
    """What computes the node's first input, and nothing else."""
    return single_producer(graph, first_input(node))


def single_producer(graph: Graph, value: str) -> Node | None:
    """The node whose only output the value is."""
    node = graph.producer(value)
    return node if node is not None and len(node.outputs) == 1 else None


def maps_each_element(graph: Graph, node: Node) -> bool:
    """Whether the node is a function of single elements that keeps their type."""
    types = [type_.dtype for type_ in graph.present_types(node).values()]
    return node.op.elementwise and types == [graph.types[node.output].dtype]


def sole_user(graph: Graph, value: str) -> bool:
    """Whether one node alone reads the value, and nothing does after all nodes."""
    return len(graph.users(value)) == 1 and not graph.is_result(value)


def fits(graph: Graph, op: Any, inputs: tuple[str | None, ...]) -> bool:
    """Whether the operator accepts these inputs."""
    try:
        op.infer(graph.argument_types(Node(op, inputs, ("",))))
    except TcmError:
        return False
    return True


def insert_before(
    graph: Graph,
    node: Node,
    op: Any,
    inputs: tuple[str | None, ...],
    wanted: str,
    quantization: Quantization | None,
) -> str:
    """Adds a node just before ``node``, from the same source, and returns its output."""
    output = graph.add_node(op, inputs, wanted, quantization=quantization, source=node.source)
    graph.nodes.move_before(node, graph.nodes[-1])
    return output


def change(graph: Graph, node: Node, op: Any, inputs: tuple[str | None, ...]) -> None:
    """Lets ``op`` on ``inputs`` compute the node's output, which keeps its name."""
    changed = replace(node, op=op, inputs=inputs)
    inferred = op.infer(graph.argument_types(changed))
    for output, type_ in zip(node.outputs, inferred, strict=True):
        graph.types[output] = graph.types[output].with_shape(type_.shape)
    graph.nodes.replace(node, changed)


def replace_constants(graph: Graph, node: Node, op: Any, changed: Mapping[str, Array]) -> None:
    """Lets ``op`` stand for the node's operator, with other data for some arguments, which are new
    constants; the type of the output is left as it was."""
    inputs = tuple(
        graph.add_constant(f"{node.output}.{name}", changed[name]) if name in changed else value
        for name, value in node.arguments().items()
    )
    graph.nodes.replace(node, replace(node, op=op, inputs=inputs))


def substitute(graph: Graph, node: Node, value: str) -> None:
    """Removes the node; whatever read its output reads ``value``.

    An output of the graph keeps its name, if ``value`` can take it over.
    """
    graph.nodes.remove(node)
    takes_name = (
        graph.is_output(node.output)
        and not graph.is_output(value)
        and graph.producer(value) is not None
    )
    graph.replace_uses(node.output, value)
    type_ = graph.types.pop(node.output)
    if takes_name:
        graph.types[value] = replace(graph.types[value], quantization=type_.quantization)
        graph.rename(value, node.output)
