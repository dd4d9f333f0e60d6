"""Which nodes passes removed, and which others do their work."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Graph, Node
from ..ir.artifacts import Removed


class RemovalObserver:
    """Watches ``run_passes``."""

    def __init__(self) -> None:
        self._found: list[Removed] = []

    def __call__(self, each: object, before: Graph, after: Graph) -> None:
        left = {node.name: node for node in after.nodes}
        by = getattr(each, "__name__", "")
        for node in before.nodes:
            if node.name not in left:
                into = _heir(node, before, left)
                self._pass_on(node.name, into)
                self._found.append(Removed(node.name, node.op.name, node.source, by, into))

    def _pass_on(self, node: str, into: str) -> None:
        """What a node did for others goes on with it."""
        self._found = [
            each._replace(into=into) if each.into == node else each for each in self._found
        ]

    @property
    def removed(self) -> tuple[Removed, ...]:
        return tuple(self._found)


def _heir(node: Node, before: Graph, left: dict[str, Node]) -> str:
    """The nearest node before or behind it, past others that were removed, that the pass changed;
    the one before it comes first."""
    for neighbours in (_producers, _readers):
        seen = {node.name}
        queue = list(neighbours(node, before))
        while queue:
            found = queue.pop(0)
            if found.name in seen:
                continue
            seen.add(found.name)
            if found.name not in left:
                queue += neighbours(found, before)
            elif _differs(found, left[found.name]):
                return found.name
    return ""


def _producers(node: Node, graph: Graph) -> Iterator[Node]:
    found = (graph.producer(value) for value in node.inputs if value is not None)
    return (each for each in found if each is not None)


def _readers(node: Node, graph: Graph) -> Iterator[Node]:
    return (user for output in node.outputs for user in graph.users(output))


def _differs(before: Node, after: Node) -> bool:
    return (before.op, before.inputs) != (after.op, after.inputs)
