"""Executes a graph with the operators' exact references."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from ..errors import TcmError
from ..ir import Graph, Node
from ..ops import part

Observer = Callable[[str, np.ndarray], None]


def run_reference(
    graph: Graph, inputs: Sequence[np.ndarray], observer: Observer | None = None
) -> list[np.ndarray]:
    """The graph's outputs, in the form of its output values.

    ``inputs`` are arrays of the shapes and types of the graph's input values. ``observer`` is
    called with the name and the data of every input and of every node's result, in order.
    """
    values = {name: torch.from_numpy(data) for name, data in graph.constants.items()}
    values |= _checked_inputs(graph, inputs)
    last_reader = _last_readers(graph)
    for name in [port.value for port in graph.inputs]:
        _show(observer, name, values[name])
    for node in graph.nodes:
        values[node.output] = _result(node, values)
        _show(observer, node.output, values[node.output])
        for name in node.inputs:
            if name is not None and last_reader.get(name) is node:
                values.pop(name, None)
    return [values[port.value].numpy() for port in graph.outputs]


def _checked_inputs(graph: Graph, inputs: Sequence[np.ndarray]) -> dict[str, Tensor]:
    if len(inputs) != len(graph.inputs):
        raise TcmError(
            "the number of inputs is not the model's",
            expected=f"{len(graph.inputs)} arrays",
            got=f"{len(inputs)} arrays",
        )
    values = {}
    for port, data in zip(graph.inputs, inputs, strict=True):
        type_ = graph.types[port.value]
        if (tuple(data.shape), str(data.dtype)) != (type_.shape, type_.dtype):
            raise TcmError(
                "an input does not fit the model",
                where=f"input '{port.value}'",
                expected=f"{type_.dtype} {list(type_.shape)}",
                got=f"{data.dtype} {list(data.shape)}",
            )
        values[port.value] = torch.from_numpy(np.ascontiguousarray(data))
    return values


def _result(node: Node, values: dict[str, Tensor]) -> Tensor:
    reference = part(node.op.name, "reference")
    if reference is None:
        raise RuntimeError(f"operator {node.op.name} has no reference.py")
    tensors = [None if name is None else values[name] for name in node.inputs]
    return reference.reference(node.op, *tensors)


def _last_readers(graph: Graph) -> dict[str, Node]:
    """Value -> the last node that reads it, for values that are no outputs."""
    outputs = {port.value for port in graph.outputs}
    readers = {name: node for node in graph.nodes for name in node.inputs if name is not None}
    return {name: node for name, node in readers.items() if name not in outputs}


def _show(observer: Observer | None, name: str, value: Tensor) -> None:
    if observer is not None:
        observer(name, value.numpy())
