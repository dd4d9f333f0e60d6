"""Which values lie inside others: views in what they view, parts in what they become part of."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from ..ir import Graph, Node


@dataclass(frozen=True)
class Place:
    """A value's bytes begin ``offset`` bytes into those of ``root``, which lies by itself.
    ``stride``: bytes from one row (the last dimension) to the next, None where rows touch."""

    root: str
    offset: int = 0
    stride: int | None = None


class Places:
    """The place of every value of a graph.

    A part is computed where it belongs in the whole, so that nothing is left to copy, if a node of
    this graph computes it, nothing else needs it elsewhere, and its kernel can leave the room that
    the whole has between its rows. ``hosted``: (node name, argument) of these parts.

    A state is such a part, too, where it is a window that only moves on: what it becomes a part of
    is all that lies in its memory then, and its update is another part of that. ``windows``: the
    root of each such state's memory.
    """

    def __init__(self, graph: Graph, strided: Set[str], alone: Set[str] = frozenset()) -> None:
        """``strided``: names of nodes whose kernels can leave room between the output's rows.
        ``alone``: names of nodes that host no parts."""
        self._graph = graph
        self._strided = strided
        self._hosts = [node for node in graph.nodes if node.name not in alone]
        self._inside: dict[str, Place] = {}
        self.hosted: set[tuple[str, str]] = set()
        for node in graph.nodes:
            self._add_views(node)
        self._viewed_results = {self.of(value).root for value in graph.results()}
        for node in reversed(self._hosts):  # a whole finds its place before its parts do
            self._host_parts(node)
        self.windows: dict[str, str] = {}
        for node in self._hosts:
            self._host_windows(node)

    def of(self, value: str) -> Place:
        place = Place(value)
        while place.root in self._inside:
            outer = self._inside[place.root]
            offset = place.offset + outer.offset
            place = Place(outer.root, offset, place.stride or outer.stride)
        return place

    def _add_views(self, node: Node) -> None:
        views = node.op.views(self._graph.present_types(node))
        for output, view in zip(node.outputs, views or (), strict=views is not None):
            value = node.arguments()[view.argument]
            assert value is not None
            self._inside[output] = Place(value, view.offset)

    def _host_parts(self, node: Node) -> None:
        types = self._graph.present_types(node)
        for argument, part in node.op.parts(types).items():
            value = node.arguments()[argument]
            assert value is not None
            rows = None if part.run in (part.stride, types[argument].bytes) else part.stride
            whole = self.of(node.output)
            if whole.stride is not None:
                if part.stride != self._row_bytes(node.output):
                    continue  # it is not a part of every row
                rows = whole.stride
            root = self._movable_root(value)
            if root is None or not (rows is None or self._leaves_room(root, value, node, part.run)):
                continue
            self._inside[root] = Place(node.output, part.offset, rows)
            self.hosted.add((node.name, argument))

    def _host_windows(self, node: Node) -> None:
        types, whole = self._graph.present_types(node), self.of(node.outputs[0])
        for argument, part in node.op.parts(types).items():
            value = node.arguments()[argument]
            assert value is not None
            state = self.of(value).root
            touches = part.run in (part.stride, types[argument].bytes) and whole.stride is None
            if touches and self._is_window(state, value, whole.root):
                self._inside[state] = Place(node.output, part.offset)
                self.hosted.add((node.name, argument))
                self.windows[state] = whole.root

    def _is_window(self, state: str, value: str, whole: str) -> bool:
        """Whether ``value`` is all of a state whose update is a part of ``whole``, and nothing else
        of that is read after all nodes."""
        graph = self._graph
        if state not in graph.states or graph.types[state].bytes != graph.types[value].bytes:
            return False
        left = [name for name in graph.results() if self.of(name).root in (whole, state)]
        return left == [graph.states[state].update] and self.of(left[0]).root == whole

    def _row_bytes(self, value: str) -> int:
        type_ = self._graph.types[value]
        return type_.shape[-1] * type_.element_bytes

    def _movable_root(self, value: str) -> str | None:
        """The value itself, or what it shows under another shape, if that can be computed anywhere
        and needs to be nowhere else."""
        place, types = self.of(value), self._graph.types
        root = place.root
        if self._graph.producer(root) is None or root in self._viewed_results:
            return None
        return root if types[root].bytes == types[value].bytes else None

    def _leaves_room(self, root: str, value: str, reader: Node, run: int) -> bool:
        """Whether the value's kernel can leave room between rows of ``run`` bytes, and nobody but
        ``reader`` would meet it."""
        producer = self._graph.producer(root)
        return (
            root == value
            and producer is not None
            and producer.name in self._strided
            and len(producer.outputs) == 1
            and self._row_bytes(value) == run
            and self._graph.users(value) == [reader]
            and reader.inputs.count(value) == 1
        )
