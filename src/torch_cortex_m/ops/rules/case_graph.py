"""A graph of one operator."""

from __future__ import annotations

import numpy as np

from ...ir import Graph, Port, TensorType
from ..base import Case


def case_graph(case: Case) -> Graph:
    """A graph of one node whose outputs have the operator's names for them; its inputs are the
    case's activations."""
    graph = Graph("case")
    given = case.given()
    values: list[str | None] = []
    for name in case.op.tensor_names():
        data = case.tensors.get(name)
        if data is None:
            values.append(None)
        elif name in given:
            values.append(graph.add_input(name, TensorType(data.shape, str(data.dtype))))
        else:
            values.append(graph.add_constant(name, data))
    names = case.op.outputs
    for output in graph.add_outputs(case.op, tuple(values), names, [None] * len(names)):
        graph.outputs.append(Port(output, graph.types[output].shape))
    return graph


def case_inputs(case: Case) -> list[bytes]:
    """The data of the graph's inputs, in order."""
    arrays = (case.tensors[name] for name in case.given())
    return [np.ascontiguousarray(array).tobytes() for array in arrays if array is not None]
