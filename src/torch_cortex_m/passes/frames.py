"""Which frames of a window every value of a graph has, and which of them a call has to compute.

Positions of a value count from the start of the window. Call by call the window moves by ``hop``
frames, and what a value has at a position moves with it, as long as no padding reaches it: so a
call computes the newest positions only, and keeps those that later ones still read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from ..errors import TcmError
from ..ir import Graph, Node
from ..ops.interfaces import Reach
from .rewrite import first_input


@dataclass(frozen=True)
class Track:
    """Where a value has frames: along ``axis``, ``stride`` frames of the input from one position to
    the next, ``size`` positions for the whole window."""

    axis: int
    stride: int
    size: int

    @property
    def whole(self) -> range:
        return range(self.size)


@dataclass(frozen=True)
class Need:
    """Of one value: the positions that results depend on, and those that a call reads."""

    asked: range
    read: range

    def joined(self, other: Need) -> Need:
        return Need(hull(self.asked, other.asked), hull(self.read, other.read))


def hull(first: range, second: range) -> range:
    return range(min(first.start, second.start), max(first.stop, second.stop))


def within(inner: range, outer: range) -> bool:
    return outer.start <= inner.start and inner.stop <= outer.stop


def place_of(graph: Graph, node: Node) -> str:
    """The node in the user's terms."""
    return f"{node.op.name} '{node.name}'" + (f", {node.source}" if node.source else "")


class Frames:
    """The analysis of a graph of which one input, ``value``, has its frames along ``axis``.

    tracks: of every value with more than one position. All others are computed anew in every call.
    reaches: of every node that reads such a value, by argument; None: it reads the whole window.
    computed: positions of each value that a call computes. kept: positions that are at hand then.

    Raises TcmError, which names the layer, where a call cannot have the results of the window.
    """

    def __init__(self, graph: Graph, value: str, axis: int, hop: int) -> None:
        self.graph = graph
        self.hop = hop
        self.input = value
        self.tracks = {value: Track(axis, 1, graph.types[value].shape[axis])}
        self.reaches: dict[str, dict[str, Reach | None]] = {}
        self.needs: dict[str, Need] = {}
        self.computed: dict[str, range] = {}
        for node in graph.nodes:
            self._follow(node)
        for port in graph.outputs:
            if port.value in self.tracks:
                self._ask_for_newest(port.value)
        for node in reversed(graph.nodes):
            self._ask(node)
        self._finish_input()
        self._check_padding()

    def kept(self, value: str) -> range:
        """The positions that a call has at hand: those it computes, and those kept before."""
        need, computed = self.needs[value], self.computed[value]
        return hull(need.read, computed)

    def output_track(self, node: Node) -> Track | None:
        return next((self.tracks[o] for o in node.outputs if o in self.tracks), None)

    def needed(self, node: Node) -> range:
        """The positions of its outputs that a call computes; one, where there is but one."""
        return next((self.computed[o] for o in node.outputs if o in self.computed), range(1))

    # Forwards: what has frames.

    def _follow(self, node: Node) -> None:
        timed = {n: v for n, v in node.arguments().items() if v is not None and v in self.tracks}
        if not timed:
            return
        types = self.graph.present_types(node)
        constants = self.graph.argument_constants(node)
        reaches = {
            n: _steady(node.op.reach(types, constants, n, self.tracks[v].axis))
            for n, v in timed.items()
        }
        self.reaches[node.name] = reaches
        found = [(self.tracks[timed[n]], reach) for n, reach in reaches.items() if reach]
        if len(found) == len(timed):
            self._follow_steps(node, found)
        elif len(timed) != 1 or not self._takes_all(node, *timed.popitem()):
            raise self._mixed(node)

    def _follow_steps(self, node: Node, found: list[tuple[Track, Reach]]) -> None:
        ways = {(reach.axis, track.stride * reach.stride) for track, reach in found}
        if len(ways) != 1:
            raise self._mixed(node)
        ((axis, stride),) = ways
        self._check_others(node, axis)
        for output in node.outputs:
            size = self.graph.types[output].shape[axis]
            if size > 1:
                self.tracks[output] = Track(axis, stride, size)

    def _check_others(self, node: Node, axis: int) -> None:
        """What has no frames must be the same for all of them."""
        for value in node.inputs:
            if value is None or value in self.tracks:
                continue
            if value not in self.graph.constants:
                raise self._error(
                    "a layer combines single frames with what depends on all of them",
                    node,
                    expected="frames with frames, or with constants",
                    got=f"'{value}' beside them",
                    hint="such as a scale of the channels that is a mean over time: leave it out, "
                    "or compute it from the newest frames",
                )
            if self.aligned_axis(node, value, axis) is not None and self._varies(node, value, axis):
                raise self._error(
                    "a layer has a constant for every frame of the window",
                    node,
                    expected="one constant for all frames",
                    got=f"'{value}', which differs from frame to frame",
                    hint="a frame moves through the window from call to call: leave positions out",
                )

    def aligned_axis(self, node: Node, value: str, axis: int) -> int | None:
        """The axis of a constant that lies along this axis of the node's output, if it is longer
        than 1."""
        shape = self.graph.types[value].shape
        own = axis - len(self.graph.types[node.name].shape) + len(shape)
        aligned = node.op.elementwise or node.op.aligned
        return own if aligned and own >= 0 and shape[own] > 1 else None

    def _varies(self, node: Node, value: str, axis: int) -> bool:
        own = self.aligned_axis(node, value, axis)
        data = self.graph.constants[value]
        return bool(np.any(data != np.take(data, [0], own)))

    def _takes_all(self, node: Node, argument: str, value: str) -> bool:
        """Whether the node makes one answer of the whole window; or lays its frames side by side
        for nodes that do."""
        axis = self.tracks[value].axis
        if node.op.reduces(self.graph.present_types(node), argument, axis):
            return True
        place = self._flattened_place(node, axis)
        users = self.graph.users(node.name)
        if place is None or not users or self.graph.is_result(node.name):
            return False
        return all(self._reduces(user, node.name, place) for user in users)

    def _flattened_place(self, node: Node, axis: int) -> int | None:
        """The axis that a reshape puts all elements along an axis into."""
        if not node.op.reshapes:
            return None
        before, after = self.graph.types[first_input(node)].shape, self.graph.types[node.name].shape
        outer, inner = prod(before[:axis]), prod(before[axis + 1 :])
        places = (
            place
            for place in range(len(after))
            if prod(after[:place]) <= outer
            and prod(after[place + 1 :]) <= inner
            and outer % prod(after[:place]) == inner % prod(after[place + 1 :]) == 0
        )
        return next(places, None)

    def _reduces(self, user: Node, value: str, axis: int) -> bool:
        types = self.graph.present_types(user)
        given = [name for name, each in user.arguments().items() if each == value]
        return all(user.op.reduces(types, name, axis) for name in given)

    # Backwards: what a call computes.

    def _ask_for_newest(self, value: str) -> None:
        """An output with frames gives those that are new in each call."""
        size = self.tracks[value].size
        newest = range(max(size - self._positions_per_call(value), 0), size)
        self._need(value, Need(newest, newest))

    def _ask(self, node: Node) -> None:
        outputs = [output for output in node.outputs if output in self.needs]
        asked = read = range(1)
        if outputs:
            need = reduce(Need.joined, (self.needs[output] for output in outputs))
            asked, read = need.asked, self._newest(outputs[0], need)
            for output in (each for each in node.outputs if each in self.tracks):
                self.needs[output], self.computed[output] = need, read
        for name, reach in self.reaches.get(node.name, {}).items():
            value = node.arguments()[name]
            assert value is not None
            whole = self.tracks[value].whole
            need = Need(reach.read(asked), reach.read(read)) if reach else Need(whole, whole)
            self._need(value, need)

    def _need(self, value: str, need: Need) -> None:
        known = self.needs.get(value)
        self.needs[value] = need if known is None else known.joined(need)

    def _newest(self, value: str, need: Need) -> range:
        """What a call computes: all that it reads, or what the last call did not have."""
        read = range(need.read.start, need.asked.stop)
        stop = read.stop
        if len(read) == 1 or len(read) * self.tracks[value].stride <= self.hop:
            return read
        return range(stop - self._positions_per_call(value), stop)

    def _positions_per_call(self, value: str) -> int:
        stride = self.tracks[value].stride
        if self.hop % stride and stride % self.hop:
            raise self._error(
                "the hop does not divide the strides over time",
                self._last_stride(value),
                expected=f"a multiple or a divisor of {stride} frames",
                got=f"a hop of {self.hop}",
                hint=f"the layer has one position for {stride} frames of the input: take {stride}",
            )
        return max(self.hop // stride, 1)

    def _last_stride(self, value: str) -> Node:
        """The last node on the way to the value that has fewer positions than it reads."""
        node = self.graph.producer(value)
        assert node is not None
        before = next(each for each in node.inputs if each in self.tracks)
        same = self.tracks[before].stride == self.tracks[value].stride
        return self._last_stride(before) if same else node

    def calls_apart(self, value: str) -> int:
        """Calls from one position of a value to the next: more than one where the strides before it
        are longer than the hop, so that the positions of several calls' windows interleave."""
        return max(self.tracks[value].stride // self.hop, 1)

    def _finish_input(self) -> None:
        size = self.tracks[self.input].size
        newest = range(size - self.hop, size)
        if self.input not in self.needs:
            self.needs[self.input] = Need(newest, newest)
        self.computed[self.input] = newest

    # Padding.

    def _check_padding(self) -> None:
        padding = list(self._padding_nodes())
        if not padding:
            return
        names = "\n".join(place_of(self.graph, node) for node, _ in padding)
        if any(after for _, after in padding):
            raise TcmError(
                "padding behind the newest frame is part of the result",
                where=names,
                expected="layers that wait for the frames they read: no padding over time, or all "
                "of it before the first frame",
                got="layers that pad the end of the window, as padding='same' does",
                hint="write the causal form: pad dilation * (kernel - 1) frames before the first "
                "one, F.pad(x, (dilation * (kernel - 1), 0)), then convolve without padding, and "
                "let the result read the last frames alone",
            )
        size = self.tracks[self.input].size
        wanted = size - self.needs[self.input].asked.start
        raise TcmError(
            "padding before the first frame of the window is part of the result",
            where=names,
            expected=f"a result that depends on the {size} frames of the window alone",
            got=f"one that depends on {wanted}, of which {wanted - size} are padding",
            hint=f"read fewer of the last frames, or take a window of {wanted} frames; in a stream "
            "there are frames where the window has padding",
        )

    def _padding_nodes(self) -> Iterator[tuple[Node, bool]]:
        """Nodes that pad what is asked for, and whether they do so behind the newest frame."""
        for node in self.graph.nodes:
            for name, reach in self.reaches.get(node.name, {}).items():
                value = node.arguments()[name]
                if reach is None or value is None:
                    continue
                track, output = self.tracks[value], self.output_track(node)
                asked = range(1)
                if output is not None:
                    asked = self.needs[next(o for o in node.outputs if o in self.needs)].asked
                    asked = range(max(asked.start, 0), min(asked.stop, output.size))
                read = reach.read(asked)
                if not within(read, track.whole):
                    yield node, read.stop > track.size
                    break

    # Errors.

    def _mixed(self, node: Node) -> TcmError:
        return self._error(
            "a layer mixes the frames of the whole window",
            node,
            expected="layers that read a few neighbouring frames, or reduce all of them to one "
            "answer: means, maxima, or a linear layer of the flattened frames",
            got=f"{node.op.name}, which needs all of them in every call",
            hint="attention, softmax and normalization over time do. So do recurrent layers: they "
            "begin with zeros in every window, so that each of its frames meets another state in "
            "every call and nothing can be kept. Write a model that takes the new frames "
            "alone and keeps the layer's state from call to call, in a buffer or by "
            "state={input: output}, without stream",
        )

    def _error(self, what: str, node: Node, **parts: Any) -> TcmError:
        return TcmError(what, where=place_of(self.graph, node), **parts)


def _steady(reach: Reach | None) -> Reach | None:
    """None where several frames come a call."""
    return reach if reach is not None and reach.period == 1 else None
