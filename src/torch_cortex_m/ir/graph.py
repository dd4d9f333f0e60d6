"""Graph, Port and State: the program between the frontend and the emitted C."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..text import one_line
from .nodes import Node, NodeList
from .stream import Stream
from .types import Quantization, TensorType


@dataclass(frozen=True)
class Port:
    """An input or output of the whole graph as the user's model has it.

    ``shape`` is the user's shape. The graph's value holds the user's tensor permuted by
    ``permutation`` (None: as it is); ``keeps_layout`` says that it must stay as it is.
    Where the user has float32 and the value is quantized, ``ties_away`` says how they become
    integers: see the operator quantize. ``wide`` says that the user has int64 where the value is
    int32, as all indices of PyTorch are.
    """

    value: str
    shape: tuple[int, ...]
    permutation: tuple[int, ...] | None = None
    ties_away: bool = False
    keeps_layout: bool = False
    wide: bool = False


@dataclass(frozen=True)
class State:
    """A value that lives between calls: nodes read what the last call left there.

    ``initial`` is what the first call reads. ``update`` is the value, of the same shape and dtype,
    that takes its place when all nodes have been computed; until it is known, the state itself.
    """

    initial: np.ndarray
    update: str


@dataclass
class Graph:
    """Nodes in execution order over named values.

    ``types`` has every value; ``constants`` holds the data of those that are constant, ``states``
    what belongs to those that live between calls. ``stream`` says so where a call takes the newest
    frames of a window. ``kept``: names of nodes that are computed whole and as they are, because
    their kernel knows no other layer.
    """

    name: str
    inputs: list[Port] = field(default_factory=list[Port])
    outputs: list[Port] = field(default_factory=list[Port])
    nodes: NodeList = field(default_factory=NodeList)
    types: dict[str, TensorType] = field(default_factory=dict[str, TensorType])
    constants: dict[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    states: dict[str, State] = field(default_factory=dict[str, State])
    stream: Stream | None = None
    kept: frozenset[str] = frozenset()

    def copy(self) -> Graph:
        """A copy whose lists and maps can change; nodes, types and arrays are shared."""
        return Graph(
            self.name,
            list(self.inputs),
            list(self.outputs),
            NodeList(self.nodes),
            dict(self.types),
            dict(self.constants),
            dict(self.states),
            self.stream,
            self.kept,
        )

    def unique_name(self, wanted: str) -> str:
        """``wanted`` as one printable line, with _2, _3, ... after it if that is taken."""
        name = wanted = one_line(wanted)
        count = 1
        while name in self.types:
            count += 1
            name = f"{wanted}_{count}"
        return name

    def add_constant(self, wanted: str, data: np.ndarray, dtype: str | None = None) -> str:
        """Adds constant data and returns its name; ``dtype`` where NumPy lacks the type (int4)."""
        name = self.unique_name(wanted)
        self.types[name] = TensorType(tuple(data.shape), dtype or str(data.dtype))
        self.constants[name] = np.asarray(data, order="C")
        return name

    def add_state(
        self, wanted: str, initial: np.ndarray, quantization: Quantization | None = None
    ) -> str:
        """Adds a value that lives between calls and returns its name; ``set_update`` says later
        what a call leaves there."""
        name = self.unique_name(wanted)
        self.types[name] = TensorType(tuple(initial.shape), str(initial.dtype), quantization)
        self.states[name] = State(np.asarray(initial, order="C"), name)
        return name

    def set_update(self, state: str, value: str) -> None:
        """Lets ``value`` be what the next call reads from the state."""
        self.states[state] = replace(self.states[state], update=value)

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
        quantization: Quantization | None = None,
        source: str = "",
    ) -> str:
        """``add_outputs`` for an operator with one output: returns its name."""
        (output,) = self.add_outputs(op, inputs, [wanted], [quantization], source=source)
        return output

    def add_outputs(
        self,
        op: Any,
        inputs: tuple[str | None, ...],
        wanted: Sequence[str],
        quantizations: Sequence[Quantization | None],
        *,
        source: str = "",
    ) -> tuple[str, ...]:
        """Appends a node, checks it through the operator's rules, returns its outputs; ``wanted``
        and ``quantizations`` have an entry for each."""
        types = op.infer(self.argument_types(Node(op, inputs, tuple(wanted))))
        outputs: list[str] = []
        for name, type_, quantization in zip(wanted, types, quantizations, strict=True):
            outputs.append(self.unique_name(name))
            self.types[outputs[-1]] = replace(type_, quantization=quantization)
        self.nodes.append(Node(op, inputs, tuple(outputs), one_line(source)))
        return tuple(outputs)

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

    def present_types(self, node: Node) -> dict[str, TensorType]:
        """``argument_types`` without what is left out."""
        return {n: t for n, t in self.argument_types(node).items() if t is not None}

    def output_types(self, node: Node) -> tuple[TensorType, ...]:
        return tuple(self.types[output] for output in node.outputs)

    def computing_nodes(self) -> list[Node]:
        """The nodes that need a kernel; the others' outputs are views."""
        return [n for n in self.nodes if n.op.views(self.present_types(n)) is None]

    def producer(self, value: str) -> Node | None:
        return self.nodes.producer(value)

    def users(self, value: str) -> list[Node]:
        return self.nodes.users(value)

    def is_output(self, value: str) -> bool:
        return any(port.value == value for port in self.outputs)

    def results(self) -> list[str]:
        """What is read after the last node: the outputs, and the updates of states."""
        updates = [state.update for state in self.states.values()]
        return [port.value for port in self.outputs] + updates

    def is_result(self, value: str) -> bool:
        return value in self.results()

    def replace_uses(self, old: str, new: str) -> None:
        """Every node, output and state that reads ``old`` reads ``new``."""
        for node in self.users(old):
            inputs = tuple(new if value == old else value for value in node.inputs)
            self.nodes.replace(node, replace(node, inputs=inputs))
        self.outputs = [
            replace(port, value=new) if port.value == old else port for port in self.outputs
        ]
        for name, state in self.states.items():
            if state.update == old:
                self.set_update(name, new)

    def rename(self, old: str, new: str) -> None:
        """The value that a node computes as ``old`` gets a name that is not taken."""
        self.types[new] = self.types.pop(old)
        self.replace_uses(old, new)
        node = self.producer(old)
        if node is not None:
            outputs = tuple(new if value == old else value for value in node.outputs)
            self.nodes.replace(node, replace(node, outputs=outputs))

    def remove_unused(self) -> None:
        """Drops nodes, constants, states and types that no output depends on.

        A state is needed where a value is that depends on it; then its update is needed, too.
        """
        needed = {port.value for port in self.outputs}
        self._add_dependencies(needed)
        while missing := {s.update for n, s in self.states.items() if n in needed} - needed:
            needed |= missing
            self._add_dependencies(needed)
        for node in [node for node in self.nodes if needed.isdisjoint(node.outputs)]:
            self.nodes.remove(node)
        needed.update(port.value for port in self.inputs)
        self.types = {name: type_ for name, type_ in self.types.items() if name in needed}
        self.constants = {name: data for name, data in self.constants.items() if name in needed}
        self.states = {name: state for name, state in self.states.items() if name in needed}

    def _add_dependencies(self, needed: set[str]) -> None:
        """Adds all values of the nodes that ``needed`` depends on."""
        for node in reversed(self.nodes):
            if not needed.isdisjoint(node.outputs):
                needed.update(node.outputs)
                needed.update(value for value in node.inputs if value is not None)
