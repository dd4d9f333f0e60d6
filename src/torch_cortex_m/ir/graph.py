"""Graph, Node and Port: the program between the frontend and the emitted C."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

import numpy as np

from ..text import one_line
from .types import TensorType


class Operator(Protocol):
    """What the graph needs to know of an operator; ``ops.base.Op`` is the implementation."""

    name: ClassVar[str]

    @classmethod
    def tensor_names(cls) -> tuple[str, ...]: ...

    def infer(self, types: Mapping[str, TensorType | None]) -> TensorType: ...


@dataclass(frozen=True)
class Node:
    """One operator applied to values.

    ``inputs`` follow the operator's tensor arguments in order; an optional argument that is left
    out is None. Every operator has one output, named ``output``. ``source`` is the place in the
    user's model (module path, file and line) for messages and comments.
    """

    op: Any
    inputs: tuple[str | None, ...]
    output: str
    source: str = ""

    @property
    def name(self) -> str:
        return self.output

    def arguments(self) -> dict[str, str | None]:
        """Argument name -> value name."""
        return dict(zip(self.op.tensor_names(), self.inputs, strict=True))


@dataclass(frozen=True)
class Port:
    """An input or output of the whole graph as the user's model has it.

    ``shape`` is the user's shape. The graph's value holds the user's tensor permuted by
    ``permutation`` (None: as it is); ``keeps_layout`` says that it must stay as it is.
    Where the user has float32 and the value is int8, ``ties_away`` says how they become int8: see
    the operator quantize.
    """

    value: str
    shape: tuple[int, ...]
    permutation: tuple[int, ...] | None = None
    ties_away: bool = False
    keeps_layout: bool = False


@dataclass
class Graph:
    """Nodes in execution order over named values.

    ``types`` has every value; ``constants`` holds the data of those that are constant.
    """

    name: str
    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    types: dict[str, TensorType] = field(default_factory=dict)
    constants: dict[str, np.ndarray] = field(default_factory=dict)

    def copy(self) -> Graph:
        """A copy whose lists and maps can change; nodes, types and arrays are shared."""
        return Graph(
            self.name,
            list(self.inputs),
            list(self.outputs),
            list(self.nodes),
            dict(self.types),
            dict(self.constants),
        )

    def unique_name(self, wanted: str) -> str:
        """``wanted`` as one printable line, with _2, _3, ... after it if that is taken."""
        name = wanted = one_line(wanted)
        count = 1
        while name in self.types:
            count += 1
            name = f"{wanted}_{count}"
        return name

    def add_constant(self, wanted: str, data: np.ndarray) -> str:
        """Adds constant data (int8, int32 or float32) and returns its name."""
        name = self.unique_name(wanted)
        self.types[name] = TensorType(tuple(data.shape), str(data.dtype))
        self.constants[name] = np.asarray(data, order="C")
        return name

    def add_input(
        self,
        wanted: str,
        type_: TensorType,
        shape: tuple[int, ...] | None = None,
        permutation: tuple[int, ...] | None = None,
    ) -> str:
        name = self.unique_name(wanted)
        self.types[name] = type_
        self.inputs.append(Port(name, type_.shape if shape is None else shape, permutation))
        return name

    def add_node(
        self,
        op: Any,
        inputs: tuple[str | None, ...],
        wanted: str,
        *,
        quantization: Any = None,
        source: str = "",
    ) -> str:
        """Appends a node, checks it through the operator's shape rule, returns its output."""
        node = Node(op, inputs, self.unique_name(wanted), one_line(source))
        inferred = op.infer(self.argument_types(node))
        self.types[node.output] = TensorType(inferred.shape, inferred.dtype, quantization)
        self.nodes.append(node)
        return node.output

    def argument_types(self, node: Node) -> dict[str, TensorType | None]:
        """Argument name -> type (None where an optional argument is left out)."""
        return {
            name: None if value is None else self.types[value]
            for name, value in node.arguments().items()
        }

    def argument_constants(self, node: Node) -> dict[str, np.ndarray]:
        """Argument name -> data, for the arguments that are constant."""
        return {
            name: self.constants[value]
            for name, value in node.arguments().items()
            if value is not None and value in self.constants
        }

    def producer(self, value: str) -> Node | None:
        return next((node for node in self.nodes if node.output == value), None)

    def users(self, value: str) -> list[Node]:
        return [node for node in self.nodes if value in node.inputs]

    def is_output(self, value: str) -> bool:
        return any(port.value == value for port in self.outputs)

    def replace_uses(self, old: str, new: str) -> None:
        """Every node and graph output that reads ``old`` reads ``new``."""
        self.nodes = [
            Node(n.op, tuple(new if v == old else v for v in n.inputs), n.output, n.source)
            if old in n.inputs
            else n
            for n in self.nodes
        ]
        self.outputs = [
            replace(port, value=new) if port.value == old else port for port in self.outputs
        ]

    def remove_unused(self) -> None:
        """Drops nodes, constants and types that no graph output needs."""
        needed = {port.value for port in self.outputs}
        kept: list[Node] = []
        for node in reversed(self.nodes):
            if node.output in needed:
                kept.append(node)
                needed.update(value for value in node.inputs if value is not None)
        self.nodes = kept[::-1]
        needed.update(port.value for port in self.inputs)
        self.types = {name: type_ for name, type_ in self.types.items() if name in needed}
        self.constants = {name: data for name, data in self.constants.items() if name in needed}
