"""Executes a graph with the operators' exact references."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from ..errors import TcmError
from ..ir import Graph, Node
from ..ops import part

Observer = Callable[[str, np.ndarray], None]


class Reference:
    """Calls of a graph, one after the other: what a call leaves in a state, the next one reads."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._constants = _tensors(graph.constants)
        self.reset()

    def reset(self) -> None:
        """Gives every state its initial value."""
        self._states = _tensors({n: state.initial for n, state in self._graph.states.items()})

    def run(
        self, inputs: Sequence[np.ndarray], observer: Observer | None = None
    ) -> list[np.ndarray]:
        """The graph's outputs, in the form of its output values.

        ``inputs`` are arrays of the shapes and types of the graph's input values. ``observer`` is
        called with the name and the data of every input, of every state as the call finds it, and
        of every node's results, in order.

        Raises TcmError if the inputs do not fit.
        """
        graph = self._graph
        given = _checked_inputs(graph, inputs)
        values = self._constants | self._states | given
        last_reader = _last_readers(graph)
        for name in [*given, *self._states]:
            _show(observer, name, values[name])
        for node in graph.nodes:
            for name, result in zip(node.outputs, _results(node, values), strict=True):
                values[name] = result
                _show(observer, name, result)
            for name in node.inputs:
                if name is not None and last_reader.get(name) is node:
                    values.pop(name, None)
        self._states = {name: values[state.update] for name, state in graph.states.items()}
        return [values[port.value].numpy() for port in graph.outputs]


def run_reference(
    graph: Graph, inputs: Sequence[np.ndarray], observer: Observer | None = None
) -> list[np.ndarray]:
    """The outputs of the first call: see ``Reference.run``."""
    return Reference(graph).run(inputs, observer)


def _tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(data) for name, data in arrays.items()}


def _checked_inputs(graph: Graph, inputs: Sequence[np.ndarray]) -> dict[str, Tensor]:
    if len(inputs) != len(graph.inputs):
        raise TcmError(
            "the number of inputs is not the model's",
            expected=f"{len(graph.inputs)} arrays",
            got=f"{len(inputs)} arrays",
            hint="give an array for each input of the model, in its order",
        )
    values = {}
    for port, data in zip(graph.inputs, inputs, strict=True):
        type_ = graph.types[port.value]
        if (tuple(data.shape), str(data.dtype)) != (type_.shape, type_.storage):
            raise TcmError(
                "an input does not fit the model",
                where=f"input '{port.value}'",
                expected=f"{type_.dtype} {list(type_.shape)}",
                got=f"{data.dtype} {list(data.shape)}",
                hint="give integers in the type and shape that the C has",
            )
        values[port.value] = torch.from_numpy(np.asarray(data, order="C"))
    return values


def _results(node: Node, values: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    reference = part(node.op.name, "reference")
    if reference is None:
        raise RuntimeError(f"operator {node.op.name} has no reference.py")
    tensors = [None if name is None else values[name] for name in node.inputs]
    results = reference.reference(node.op, *tensors)
    return results if isinstance(results, tuple) else (results,)


def _last_readers(graph: Graph) -> dict[str, Node]:
    """Value -> the last node that reads it, for values that are not read after all nodes."""
    results = graph.results()
    readers = {name: node for node in graph.nodes for name in node.inputs if name is not None}
    return {name: node for name, node in readers.items() if name not in results}


def _show(observer: Observer | None, name: str, value: Tensor) -> None:
    if observer is not None:
        observer(name, value.numpy())
