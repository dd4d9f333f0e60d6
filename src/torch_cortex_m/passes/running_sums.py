"""Which means over all frames of a window a call can have from its last one's sums."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir import Graph, Node
from ..ops.interfaces import Sums
from .frames import Frames
from .rewrite import first_input

LEAST_SAVED = 32
"""Additions a sum; fewer cost less than what sums that are kept need beside them."""


@dataclass(frozen=True)
class RunningSum:
    """A node whose output is a function of ``sums`` over all positions of ``value``."""

    value: str
    sums: Sums


def running_sums(graph: Graph, frames: Frames) -> dict[str, RunningSum]:
    """Of the nodes, by name, for which adding what is new and taking away what is too old is less
    work than adding up everything."""
    found = {node.name: _running_sum(graph, frames, node) for node in graph.nodes}
    return {name: each for name, each in found.items() if each is not None}


def _running_sum(graph: Graph, frames: Frames, node: Node) -> RunningSum | None:
    sums = node.op.sums(graph.present_types(node))
    value = None if sums is None else _frames_of(graph, frames, node)
    if sums is None or value is None or frames.output_track(node) is not None:
        return None  # a result that has frames itself is a mean over something else
    track, computed = frames.tracks[value], frames.computed[value]
    saved = (track.size - 2 * len(computed)) * (sums.shape[1] // track.size)
    moves = frames.kept(value) == track.whole and computed.stop == track.size
    return RunningSum(value, sums) if moves and saved >= LEAST_SAVED else None


def _frames_of(graph: Graph, frames: Frames, node: Node) -> str | None:
    """What has the frames that the node reads, laid side by side for it alone or not."""
    value = first_input(node)
    producer = graph.producer(value)
    flattened = producer is not None and None in frames.reaches.get(producer.name, {}).values()
    if producer is not None and flattened and producer.op.reshapes:
        value = first_input(producer)
    return value if value in frames.tracks else None
