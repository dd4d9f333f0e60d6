"""From a graph over a whole window to one that takes the newest frames of it in each call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import TcmError
from ..ir import Graph, Node, NodeList, Port, Stream
from ..ops import operator
from .frames import Frames, Track, within
from .movement import reshape
from .running_sums import RunningSum, running_sums


def stream_window(graph: Graph, input: str, axis: int | None, hop: int) -> Graph:
    """The graph that takes ``hop`` new frames of an input a call and gives, bit for bit, what
    ``graph`` gives for the window that ends with them.

    input, axis: the name of the input, and its axis in the user's model along which frames lie;
        None: its longest.
    What a layer needs of earlier frames are states, whose first frames are zero points. Outputs
    with frames have those that are new. ``Graph.stream`` says when results begin to count.

    Raises TcmError, which names the layer, where that cannot be.
    """
    graph = graph.copy()
    graph.remove_unused()
    port = _port(graph, input)
    axis = _axis(port, axis)
    _check_hop(hop, port.shape[axis])
    _check_no_states(graph)
    place = axis if port.permutation is None else port.permutation.index(axis)
    frames = Frames(graph, port.value, place, hop)
    asked = frames.needs[port.value].asked
    size = port.shape[axis]
    stream = Stream(port.value, axis, hop, size, size - asked.start, size - asked.stop)
    return _Streamed(graph, frames).run(stream)


def _port(graph: Graph, input: str) -> Port:
    found = next((port for port in graph.inputs if port.value == input), None)
    if found is None:
        raise TcmError(
            "there is no such input to stream",
            where="stream",
            expected=", ".join(port.value for port in graph.inputs),
            got=input,
            hint="--stream takes the name of an input, as the C has it",
        )
    return found


def _axis(port: Port, axis: int | None) -> int:
    shape = port.shape
    if axis is None:
        longest = [i for i, size in enumerate(shape) if size == max(shape)]
        if len(longest) == 1:
            return longest[0]
    elif -len(shape) <= axis < len(shape):
        return axis % len(shape)
    raise TcmError(
        "the axis of the frames is not known" if axis is None else "there is no such axis",
        where=f"stream, input '{port.value}'",
        expected=f"an axis of {list(shape)}, from 0 to {len(shape) - 1}",
        got="none, and no axis is longer than all others" if axis is None else axis,
        hint=f"write the axis behind the input's name, such as {port.value}:1",
    )


def _check_hop(hop: int, size: int) -> None:
    if not 1 <= hop <= size:
        raise TcmError(
            "the hop does not fit the window",
            where="hop",
            expected=f"1 to {size} frames, as many as the window has",
            got=hop,
            hint="take fewer frames a call, or a model with a longer window",
        )


def _check_no_states(graph: Graph) -> None:
    if graph.states:
        raise TcmError(
            "a model that has a state takes its frames one after the other already",
            where=f"state '{next(iter(graph.states))}'",
            expected="a model of the whole window, without state",
            got=f"{len(graph.states)} states",
            hint="compile it without streaming",
        )


class _Streamed:
    """``before`` is the graph of the whole window, ``graph`` the one that is built."""

    def __init__(self, before: Graph, frames: Frames) -> None:
        self.before = before
        self.frames = frames
        self.graph = replace(before.copy(), nodes=NodeList())
        self.running = running_sums(before, frames)
        self.summed = {each.value for each in self.running.values()}
        self.states: dict[str, str] = {}
        self.windows: dict[str, str] = {}
        self.parts: dict[tuple[str, range], str] = {}

    def run(self, stream: Stream) -> Graph:
        self.graph.stream = stream
        self.graph.inputs = [self._port(port) for port in self.before.inputs]
        self.graph.outputs = [self._port(port) for port in self.before.outputs]
        self._provide(stream.input)
        for node in self.before.nodes:
            self._add(node)
        self.graph.remove_unused()
        return self.graph

    def _port(self, port: Port) -> Port:
        track = self.frames.tracks.get(port.value)
        if track is None:
            return port
        axis = track.axis if port.permutation is None else port.permutation[track.axis]
        count = len(self.frames.computed[port.value])
        return replace(port, shape=(*port.shape[:axis], count, *port.shape[axis + 1 :]))

    def _provide(self, value: str) -> None:
        """Gives a value the positions that a call computes, and a window of earlier ones where
        these are read, too."""
        track, computed = self.frames.tracks[value], self.frames.computed[value]
        self.graph.types[value] = self.before.types[value].with_shape(
            self._shape(value, track, len(computed))
        )
        kept = self.frames.kept(value)
        if kept != computed:
            apart = self.frames.calls_apart(value)
            older = (len(kept) - 1) * apart + 1 - len(computed)
            if value in self.summed:
                older = len(kept) * apart  # what leaves the sums has left the window already
            self.windows[value] = self._window(value, track, older, len(computed))

    def _shape(self, value: str, track: Track, count: int) -> tuple[int, ...]:
        shape = self.before.types[value].shape
        return (*shape[: track.axis], count, *shape[track.axis + 1 :])

    def _window(self, value: str, track: Track, older: int, new: int) -> str:
        """The last ``older`` positions of earlier calls, and behind them the ``new`` ones."""
        type_ = self.before.types[value]
        initial = np.full(self._shape(value, track, older), self._zero(value), type_.storage)
        state = self.graph.add_state(f"{value}.frames", initial, type_.quantization)
        self.states[value] = state
        joined = self.graph.add_node(
            operator("concatenate", axis=track.axis),
            (state, value),
            f"{value}.window",
            quantization=type_.quantization,
        )
        left = range(new, older + new)
        self.graph.set_update(state, self._slice(joined, track.axis, left, f"{value}.left"))
        return joined

    def _zero(self, value: str) -> int:
        """What frames that have not come yet are."""
        quantization = self.before.types[value].quantization
        return 0 if quantization is None else quantization.zero_point

    def _slice(self, value: str, axis: int, places: range, wanted: str) -> str:
        type_ = self.graph.types[value]
        rank = len(type_.shape)
        begin = tuple(places.start if each == axis else 0 for each in range(rank))
        size = (*type_.shape[:axis], len(places), *type_.shape[axis + 1 :])
        step = tuple(places.step if each == axis else 1 for each in range(rank))
        op = operator("slice", begin=begin, size=size, step=step)
        return self.graph.add_node(op, (value,), wanted, quantization=type_.quantization)

    def _part(self, value: str, positions: range) -> str:
        """The positions of a value as one value."""
        if (value, positions) not in self.parts:
            self.parts[value, positions] = self._cut(value, positions)
        return self.parts[value, positions]

    def _cut(self, value: str, positions: range) -> str:
        axis, computed = self.frames.tracks[value].axis, self.frames.computed[value]
        source, step = value, 1
        if not within(positions, computed):
            source, step = self.windows[value], self.frames.calls_apart(value)
        size = self.graph.types[source].shape[axis]
        first = size - 1 - (computed.stop - 1 - positions.start) * step
        places = range(first, first + len(positions) * step, step)
        return (
            source if places == range(size) else self._slice(source, axis, places, f"{value}.part")
        )

    def _add(self, node: Node) -> None:
        reaches = self.frames.reaches.get(node.name)
        if node.name in self.running:
            self._add_running_sum(node, self.running[node.name])
            return
        if reaches is None:
            self.graph.nodes.append(node)
            return
        axis = next((reach.axis for reach in reaches.values() if reach), None)
        if axis is None:
            inputs = tuple(self._whole(value) for value in node.inputs)
            self.graph.nodes.append(replace(node, inputs=inputs))
        else:
            self._add_steps(node, axis)

    def _add_running_sum(self, node: Node, running: RunningSum) -> None:
        """Sums are a state; where positions of several calls' windows interleave, one of each."""
        outer, count, inner = running.sums.shape
        value, sums = running.value, running.sums
        track, new = self.frames.tracks[value], len(self.frames.computed[value])
        apart = self.frames.calls_apart(value)
        first = np.full((apart, outer, inner), count * (self._zero(value) + sums.offset), np.int32)
        state = self.graph.add_state(f"{node.name}.sums", first)
        oldest = self._slice(self.states[value], track.axis, range(new), f"{value}.oldest")
        shape = (outer, count // track.size * new, inner)
        blocks = [self._reshaped(each, shape) for each in (value, oldest)]
        before = self._reshaped(self._slice(state, 0, range(1), state), (outer, inner))
        name = f"{node.name}.sum"
        total = self.graph.add_node(operator("running_sum"), (before, *blocks), name)
        update = self._reshaped(total, (1, outer, inner))
        if apart > 1:
            kept = self._slice(state, 0, range(1, apart), state)
            update = self.graph.add_node(
                operator("concatenate", axis=0), (kept, update), f"{node.name}.sums"
            )
        self.graph.set_update(state, update)
        op: Any = operator(sums.operator, **sums.fields)
        result = self.graph.add_node(op, (total,), node.name, source=node.source)
        output = self.before.types[node.name].shape
        self.graph.nodes.append(Node(reshape(output), (result,), node.outputs, node.source))

    def _reshaped(self, value: str, shape: tuple[int, ...]) -> str:
        quantization = self.graph.types[value].quantization
        return self.graph.add_node(reshape(shape), (value,), value, quantization=quantization)

    def _whole(self, value: str | None) -> str | None:
        track = None if value is None else self.frames.tracks.get(value)
        return value if value is None or track is None else self._part(value, track.whole)

    def _add_steps(self, node: Node, axis: int) -> None:
        needed = self.frames.needed(node)
        arguments = node.arguments().items()
        types, constants = (
            self.before.present_types(node),
            self.before.argument_constants(node),
        )
        op, changed = node.op.with_positions(types, constants, axis, len(needed))
        inputs = tuple(
            self._constant(value, changed[name])
            if value is not None and name in changed
            else self._argument(node, name, value, axis, needed)
            for name, value in arguments
        )
        self.graph.nodes.append(replace(node, op=op, inputs=inputs))
        for output in node.outputs:
            if output in self.frames.computed:
                self._provide(output)

    def _argument(
        self, node: Node, name: str, value: str | None, axis: int, needed: range
    ) -> str | None:
        reach = self.frames.reaches[node.name].get(name)
        if value is None:
            return None
        if reach is not None:
            return self._part(value, reach.read(needed))
        own = self.frames.aligned_axis(node, value, axis)
        return value if own is None else self._first(value, own, len(needed))

    def _first(self, value: str, axis: int, count: int) -> str:
        """The first of a constant's positions, which are all alike."""
        return self._constant(value, np.take(self.graph.constants[value], range(count), axis))

    def _constant(self, value: str, data: np.ndarray) -> str:
        """A constant of the same type with other data."""
        name = self.graph.add_constant(value, data)
        self.graph.types[name] = self.before.types[value].with_shape(data.shape)
        return name
