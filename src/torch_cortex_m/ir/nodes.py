"""Nodes: operators applied to values, in the order in which they are executed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, overload

from .types import TensorType


class Operator(Protocol):
    """What the graph needs to know of an operator; ``ops.base.Op`` is the implementation."""

    name: ClassVar[str]

    @classmethod
    def tensor_names(cls) -> tuple[str, ...]: ...

    def infer(self, types: Mapping[str, TensorType | None]) -> tuple[TensorType, ...]: ...


@dataclass(frozen=True, eq=False)
class Node:
    """One operator applied to values.

    ``inputs`` follow the operator's tensor arguments in order; an optional argument that is left
    out is None. ``outputs`` follow the operator's results. ``source`` is the place in the user's
    model (module path, file and line) for messages and comments.
    """

    op: Any
    inputs: tuple[str | None, ...]
    outputs: tuple[str, ...]
    source: str = ""

    @property
    def name(self) -> str:
        """The first output, which names the node."""
        return self.outputs[0]

    @property
    def output(self) -> str:
        """The only output. Asking a node with several for it is a defect of who asks."""
        (output,) = self.outputs
        return output

    def arguments(self) -> dict[str, str | None]:
        """Argument name -> value name."""
        return dict(zip(self.op.tensor_names(), self.inputs, strict=True))


class NodeList(Sequence[Node]):
    """Nodes in execution order, which knows for each value what computes and what reads it.

    Nodes are told apart by identity. An edit takes the time of one search; a question about a
    value none that grows with the number of nodes, as passes ask it of every node.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._nodes: list[Node] = []
        self._producers: dict[str, Node] = {}
        self._users: dict[str, list[Node]] = {}
        self._places: dict[Node, int] = {}
        for node in nodes:
            self.append(node)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes)

    def __reversed__(self) -> Iterator[Node]:
        return reversed(self._nodes)

    @overload
    def __getitem__(self, index: int) -> Node: ...

    @overload
    def __getitem__(self, index: slice) -> list[Node]: ...

    def __getitem__(self, index: int | slice) -> Node | list[Node]:
        return self._nodes[index]

    def producer(self, value: str) -> Node | None:
        """The node that computes the value; None for inputs, constants and states."""
        return self._producers.get(value)

    def users(self, value: str) -> list[Node]:
        """The nodes that read the value, in execution order."""
        found = self._users.get(value, [])
        return sorted(found, key=self._places.__getitem__)

    def append(self, node: Node) -> None:
        """Adds the node behind all others."""
        last = self._places[self._nodes[-1]] if self._nodes else 0
        self._nodes.append(node)
        self._enter(node, last + 1)

    def remove(self, node: Node) -> None:
        self._nodes.remove(node)
        self._leave(node)

    def replace(self, old: Node, new: Node) -> None:
        """Puts ``new`` where ``old`` is."""
        self._nodes[self._nodes.index(old)] = new
        self._enter(new, self._leave(old))

    def move_before(self, node: Node, moved: Node) -> None:
        """Takes ``moved`` from where it is to the place before ``node``."""
        self._nodes.remove(moved)
        self._nodes.insert(self._nodes.index(node), moved)
        self._places = {each: place for place, each in enumerate(self._nodes)}

    def _enter(self, node: Node, place: int) -> None:
        self._places[node] = place
        for value in node.outputs:
            self._producers[value] = node
        for value in _read(node):
            self._users.setdefault(value, []).append(node)

    def _leave(self, node: Node) -> int:
        """Forgets the node; its place."""
        for value in node.outputs:
            self._producers.pop(value)
        for value in _read(node):
            self._users[value].remove(node)
        return self._places.pop(node)


def _read(node: Node) -> set[str]:
    """The values that the node reads, each once."""
    return {value for value in node.inputs if value is not None}
