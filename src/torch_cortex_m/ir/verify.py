"""The verifier: what must hold of a graph before and after every pass."""

from __future__ import annotations

from ..text import is_one_line
from .graph import Graph


class GraphError(Exception):
    """A graph that breaks an invariant: a defect of the compiler, not of the user's model."""


def verify(graph: Graph) -> None:
    """Raises GraphError unless names are unique and printable, values are defined before they are
    used, constants match their types and every node's output has the type its operator infers."""
    defined: set[str] = set()
    for name, data in graph.constants.items():
        _define(defined, name)
        type_ = _type(graph, name)
        if (tuple(data.shape), str(data.dtype)) != (type_.shape, type_.dtype):
            raise GraphError(f"constant %{name} is {data.dtype}{list(data.shape)}, typed {type_}")
    for port in graph.inputs:
        _define(defined, port.value)
        _check_port(graph, port)
    for node in graph.nodes:
        if len(node.inputs) != len(node.op.tensor_names()):
            raise GraphError(f"%{node.output}: {node.op.name} takes {node.op.tensor_names()}")
        for value in node.inputs:
            if value is not None and value not in defined:
                raise GraphError(f"%{node.output} reads %{value} before it is defined")
        inferred = node.op.infer(graph.argument_types(node))
        type_ = _type(graph, node.output)
        if (inferred.shape, inferred.dtype) != (type_.shape, type_.dtype):
            raise GraphError(f"%{node.output} is typed {type_}, {node.op.name} gives {inferred}")
        _check_line(node.source)
        _define(defined, node.output)
    if not graph.outputs:
        raise GraphError(f"graph {graph.name} has no output")
    for port in graph.outputs:
        if port.value not in defined:
            raise GraphError(f"output %{port.value} is not defined")
        _check_port(graph, port)


def _define(defined: set[str], name: str) -> None:
    _check_line(name)
    if name in defined:
        raise GraphError(f"%{name} is defined twice")
    defined.add(name)


def _check_line(text: str) -> None:
    if not is_one_line(text):
        raise GraphError(f"{text!a} is not a line of printable characters")


def _type(graph: Graph, name: str):
    if name not in graph.types:
        raise GraphError(f"%{name} has no type")
    return graph.types[name]


def _check_port(graph: Graph, port) -> None:
    shape = port.shape
    if port.permutation is not None:
        shape = tuple(port.shape[axis] for axis in port.permutation)
    if shape != _type(graph, port.value).shape:
        raise GraphError(f"port %{port.value} permutes to {shape}, not {graph.types[port.value]}")
