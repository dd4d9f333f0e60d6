"""A graph as plain data (for JSON) plus its arrays (for .npz), and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from .graph import Graph, Port, State
from .nodes import Node, NodeList
from .stream import Stream
from .types import DTYPES, Quantization, TensorType


def graph_to_data(graph: Graph) -> dict[str, Any]:
    """Everything but the arrays' elements, as dicts, lists, strings and numbers."""
    return {
        "name": graph.name,
        "inputs": [dataclasses.asdict(port) for port in graph.inputs],
        "outputs": [dataclasses.asdict(port) for port in graph.outputs],
        "constants": list(graph.constants),
        "states": {name: state.update for name, state in graph.states.items()},
        "types": {name: dataclasses.asdict(type_) for name, type_ in graph.types.items()},
        "stream": None if graph.stream is None else dataclasses.asdict(graph.stream),
        "nodes": [
            {
                "op": node.op.name,
                "fields": dataclasses.asdict(node.op),
                "inputs": list(node.inputs),
                "outputs": list(node.outputs),
                "source": node.source,
            }
            for node in graph.nodes
        ],
    }


def graph_arrays(graph: Graph) -> dict[str, np.ndarray]:
    """The constants and the initial values of the states, by name."""
    return graph.constants | {name: state.initial for name, state in graph.states.items()}


def graph_from_data(
    data: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    make_op: Callable[[str, dict[str, Any]], Any],
) -> Graph:
    """The graph of ``graph_to_data`` with the arrays of ``graph_arrays``; ``make_op`` builds an
    operator from its name and fields.

    Numbers of a graph end up in C as they are: raises TypeError for what should be one and is not.
    """
    return Graph(
        _text(data["name"]),
        [_port(item) for item in data["inputs"]],
        [_port(item) for item in data["outputs"]],
        NodeList(_node(item, make_op) for item in data["nodes"]),
        {name: _type(item) for name, item in data["types"].items()},
        {name: arrays[name] for name in data["constants"]},
        {name: State(arrays[name], _text(update)) for name, update in data["states"].items()},
        _stream(data.get("stream")),
    )


def _node(item: Mapping[str, Any], make_op: Callable[[str, dict[str, Any]], Any]) -> Node:
    return Node(
        make_op(item["op"], {name: _field(value) for name, value in item["fields"].items()}),
        tuple(None if value is None else _text(value) for value in item["inputs"]),
        tuple(_text(value) for value in item["outputs"]),
        _text(item["source"]),
    )


def _stream(item: Mapping[str, Any] | None) -> Stream | None:
    if item is None:
        return None
    numbers = ("axis", "hop", "window", "depth", "delay")
    return Stream(_text(item["input"]), *(_integer(item[name]) for name in numbers))


def _port(item: Mapping[str, Any]) -> Port:
    permutation = item["permutation"]
    return Port(
        _text(item["value"]),
        _integers(item["shape"]),
        None if permutation is None else _integers(permutation),
        bool(item["ties_away"]),
        bool(item["keeps_layout"]),
        bool(item["wide"]),
    )


def _type(item: Mapping[str, Any]) -> TensorType:
    quantization = item["quantization"]
    if item["dtype"] not in DTYPES:
        raise TypeError(f"{item['dtype']!r} is not a type of elements")
    return TensorType(
        _integers(item["shape"]),
        item["dtype"],
        None if quantization is None else _quantization(**quantization),
    )


def _quantization(scale: object, zero_point: object) -> Quantization:
    if not isinstance(scale, int | float):
        raise TypeError(f"{scale!r} is not a number")
    return Quantization(scale, _integer(zero_point))


def _field(value: object) -> object:
    """A field of an operator: a number, or a list of integers."""
    if isinstance(value, int | float):
        return value
    return list(_integers(value))


def _integers(values: object) -> tuple[int, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r} is not a list of integers")
    items = cast("list[object]", values)
    return tuple(_integer(item) for item in items)


def _integer(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is not an integer")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
