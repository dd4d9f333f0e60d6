"""Random networks over all operators: layers that operators draw, joined by what moves data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from drawn_layers import drawn_layer

from torch_cortex_m import ops
from torch_cortex_m.ir import Graph, Node, Port, Quantization, TensorType
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_data import random_data
from torch_cortex_m.select import layer_of
from torch_cortex_m.select.select import applicable_kernels
from torch_cortex_m.target import Target

Q = Quantization(0.1, -7)

LARGEST = 3_000
"""Elements of a layer's tensors, so that many networks fit into an image."""

JOINED = 0.85
"""How often a layer reads what is there, if that is int8."""

OPERATORS = sorted(name for name in ops.definitions() if ops.random_layers(name))


@dataclass(frozen=True)
class RandomNetwork:
    """A graph and arrays for its inputs, sample by sample."""

    graph: Graph
    samples: tuple[list[np.ndarray], ...]


def random_network(rng: np.random.Generator, layers: int) -> RandomNetwork:
    """``layers`` layers of any operators, and movement between them."""
    return _Builder(rng).network(layers)


class _Builder:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.graph = Graph("drawn")
        self.values: list[str] = []
        self.data: list[np.ndarray] = []

    def network(self, layers: int) -> RandomNetwork:
        for _ in range(layers):
            self.layer(drawn_layer(str(self.rng.choice(OPERATORS)), self.rng, LARGEST))
        read = {value for node in self.graph.nodes for value in node.inputs}
        unread = [value for value in self.values if value not in read]
        if self.rng.random() < 0.3:
            unread.append(self.values[self.rng.integers(len(self.values))])
        for value in dict.fromkeys(unread):
            self.graph.outputs.append(Port(value, self.graph.types[value].shape))
        return RandomNetwork(self.graph, (self.data, list(self.other_data())))

    def layer(self, case: Case) -> None:
        given = case.given()
        inputs: list[str | None] = []
        for argument in case.op.tensor_names():
            data = case.tensors.get(argument)
            if data is None:
                inputs.append(None)
            elif argument in given:
                inputs.append(self.argument(data))
            else:
                inputs.append(self.graph.add_constant(argument, data))
        names = case.op.outputs
        outputs = self.graph.add_outputs(case.op, tuple(inputs), names, [None] * len(names))
        self.values += map(self.with_quantization, outputs)

    def argument(self, data: np.ndarray) -> str:
        """Something of the data's shape and type: often a value that is there. Integers of other
        types may be indices: these are the data."""
        known = [value for value in self.values if self.graph.types[value].dtype == "int8"]
        if str(data.dtype) != "int8" or not known or self.rng.random() > JOINED:
            return self.input(data)
        recent = known[-1 if self.rng.random() < 0.6 else -5 :]
        return self.adapted(recent[self.rng.integers(len(recent))], data.shape)

    def input(self, data: np.ndarray) -> str:
        self.data.append(data)
        name = self.graph.add_input("x", TensorType(data.shape, str(data.dtype)))
        return self.with_quantization(name)

    def with_quantization(self, value: str) -> str:
        type_ = self.graph.types[value]
        if type_.dtype == "int8":
            self.graph.types[value] = TensorType(type_.shape, "int8", Q)
        return value

    def adapted(self, value: str, shape: tuple[int, ...]) -> str:
        """The value's elements, in another shape; some of them, or some more than once."""
        if self.graph.types[value].shape == shape:
            return value
        wanted = prod(shape)
        value = self.moved("reshape", value, shape=(prod(self.graph.types[value].shape),))
        while (count := self.graph.types[value].shape[0]) < wanted:
            if self.rng.random() < 0.5:
                value = self.moved("concatenate", value, value, axis=0)
            else:
                value = self.moved("pad", value, padding=(0, wanted - count), value=-7)
        if count > wanted:
            begin = int(self.rng.integers(count - wanted + 1))
            value = self.moved("slice", value, begin=(begin,), size=(wanted,))
        return self.moved("reshape", value, shape=tuple(shape))

    def moved(self, operator: str, *values: str, **fields: object) -> str:
        op = ops.operator(operator, **fields)
        return self.graph.add_node(op, values, operator, quantization=Q)

    def other_data(self) -> Iterator[np.ndarray]:
        """Any int8; of other types the same again."""
        for data in self.data:
            is_any = str(data.dtype) == "int8"
            yield random_data(self.rng, TensorType(data.shape, "int8")) if is_any else data


def random_kernels(rng: np.random.Generator, graph: Graph, target: Target) -> dict[str, str]:
    """Node -> any of our kernels that compute it on this core."""
    return {
        node.name: str(rng.choice(names))
        for node in graph.computing_nodes()
        if (names := _kernels(graph, node, target))
    }


def _kernels(graph: Graph, node: Node, target: Target) -> list[str]:
    kernels = applicable_kernels(layer_of(graph, node), target, frozenset())
    return [kernel.name for kernel in kernels if kernel.provider == "ours"]
