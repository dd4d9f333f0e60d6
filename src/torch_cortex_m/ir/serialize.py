"""A graph as plain data (for JSON) plus its arrays (for .npz), and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .graph import Graph, Node, Port, State
from .types import Quantization, TensorType


def graph_to_data(graph: Graph) -> dict[str, Any]:
    """Everything but the arrays' elements, as dicts, lists, strings and numbers."""
    return {
        "name": graph.name,
        "inputs": [dataclasses.asdict(port) for port in graph.inputs],
        "outputs": [dataclasses.asdict(port) for port in graph.outputs],
        "constants": list(graph.constants),
        "states": {name: state.update for name, state in graph.states.items()},
        "types": {name: dataclasses.asdict(type_) for name, type_ in graph.types.items()},
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
    operator from its name and fields."""
    return Graph(
        data["name"],
        [_port(item) for item in data["inputs"]],
        [_port(item) for item in data["outputs"]],
        [
            Node(
                make_op(item["op"], item["fields"]),
                tuple(item["inputs"]),
                tuple(item["outputs"]),
                item["source"],
            )
            for item in data["nodes"]
        ],
        {name: _type(item) for name, item in data["types"].items()},
        {name: arrays[name] for name in data["constants"]},
        {name: State(arrays[name], update) for name, update in data["states"].items()},
    )


def _port(item: Mapping[str, Any]) -> Port:
    permutation = item["permutation"]
    return Port(
        item["value"],
        tuple(item["shape"]),
        None if permutation is None else tuple(permutation),
        item["ties_away"],
        item["keeps_layout"],
    )


def _type(item: Mapping[str, Any]) -> TensorType:
    quantization = item["quantization"]
    return TensorType(
        tuple(item["shape"]),
        item["dtype"],
        None if quantization is None else Quantization(**quantization),
    )
