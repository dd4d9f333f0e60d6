"""The verifier: what must hold of a graph before and after every pass."""

from __future__ import annotations

import numpy as np

from ..text import is_one_line
from .graph import Graph, Port, State
from .nodes import Node
from .types import TensorType


class GraphError(Exception):
    """A graph that breaks an invariant: a defect of the compiler, not of the user's model."""


def verify(graph: Graph) -> None:
    """Raises GraphError unless names are unique and printable, values are defined before they are
    used, data match their types, every node's outputs have the types that its operator infers, and
    every state is updated by a value of its own type."""
    defined: set[str] = set()
    for name, data in graph.constants.items():
        _define(defined, name)
        _check_data(f"constant %{name}", data, _type(graph, name))
    for name, state in graph.states.items():
        _define(defined, name)
        _check_data(f"state %{name}", state.initial, _type(graph, name))
    for port in graph.inputs:
        _define(defined, port.value)
        _check_port(graph, port)
    for node in graph.nodes:
        _check_node(graph, node, defined)
    if not graph.outputs:
        raise GraphError(f"graph {graph.name} has no output")
    for port in graph.outputs:
        if port.value not in defined:
            raise GraphError(f"output %{port.value} is not defined")
        _check_port(graph, port)
    for name, state in graph.states.items():
        _check_update(graph, name, state, defined)


def _check_node(graph: Graph, node: Node, defined: set[str]) -> None:
    if len(node.inputs) != len(node.op.tensor_names()):
        raise GraphError(f"%{node.name}: {node.op.name} takes {node.op.tensor_names()}")
    for value in node.inputs:
        if value is not None and value not in defined:
            raise GraphError(f"%{node.name} reads %{value} before it is defined")
    inferred = node.op.infer(graph.argument_types(node))
    _check_line(node.source)
    if len(inferred) != len(node.outputs):
        raise GraphError(f"%{node.name}: {node.op.name} gives {len(inferred)} outputs")
    for output, given in zip(node.outputs, inferred, strict=True):
        type_ = _type(graph, output)
        if (given.shape, given.dtype) != (type_.shape, type_.dtype):
            raise GraphError(f"%{output} is typed {type_}, {node.op.name} gives {given}")
        _define(defined, output)


def _check_data(what: str, data: np.ndarray, type_: TensorType) -> None:
    if (tuple(data.shape), str(data.dtype)) != (type_.shape, type_.storage):
        raise GraphError(f"{what} is {data.dtype}{list(data.shape)}, typed {type_}")
    if not type_.holds(data):
        raise GraphError(f"{what} has values outside {type_.dtype}: {type_.limits}")


def _check_update(graph: Graph, name: str, state: State, defined: set[str]) -> None:
    if state.update not in defined:
        raise GraphError(f"state %{name} takes %{state.update}, which is not defined")
    type_, update = _type(graph, name), _type(graph, state.update)
    if (type_.shape, type_.dtype) != (update.shape, update.dtype):
        raise GraphError(f"state %{name} is {type_}, its update %{state.update} is {update}")


def _define(defined: set[str], name: str) -> None:
    _check_line(name)
    if name in defined:
        raise GraphError(f"%{name} is defined twice")
    defined.add(name)


def _check_line(text: str) -> None:
    if not is_one_line(text):
        raise GraphError(f"{text!a} is not a line of printable characters")


def _type(graph: Graph, name: str) -> TensorType:
    if name not in graph.types:
        raise GraphError(f"%{name} has no type")
    return graph.types[name]


def _check_port(graph: Graph, port: Port) -> None:
    shape = port.shape
    if port.permutation is not None:
        shape = tuple(port.shape[axis] for axis in port.permutation)
    if shape != _type(graph, port.value).shape:
        raise GraphError(f"port %{port.value} permutes to {shape}, not {graph.types[port.value]}")
