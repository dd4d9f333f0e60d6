"""Which channels (elements of the last dimension) of each value somebody needs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..ir import Graph, Node
from ..ops.integers.bounds import Array
from ..ops.interfaces import ChannelFlow

Channels = dict[str, Array]
"""Value -> which of its channels, as booleans."""

Flows = dict[str, ChannelFlow | None]
"""Name of a node -> how channels pass through the node."""


def channel_flows(graph: Graph) -> Flows:
    """Of a node with several outputs all channels are needed."""
    return {
        node.name: node.op.channel_flow(graph.present_types(node), graph.argument_constants(node))
        if len(node.outputs) == 1
        else None
        for node in graph.nodes
    }


def needed_channels(graph: Graph, flows: Flows) -> Channels:
    """The channels that a graph output depends on, and with them all that have to stay because
    operators keep input and output channels together. At least one channel of a value stays."""
    needed: Channels = {
        name: np.zeros(type_.shape[-1] if type_.shape else 1, bool)
        for name, type_ in graph.types.items()
    }
    for value in (*(port.value for port in graph.inputs), *graph.states, *graph.results()):
        needed[value][:] = True
    neighbours = _neighbours(graph)
    _spread(graph, flows, needed, neighbours, graph.nodes)
    for node in graph.nodes:
        if not needed[node.name].any():
            needed[node.name][0] = True
            _spread(graph, flows, needed, neighbours, neighbours[node.name])
    return needed


def _neighbours(graph: Graph) -> dict[str, list[Node]]:
    """Value -> the node that computes it and those that read it."""
    found: dict[str, list[Node]] = {name: [] for name in graph.types}
    for node in graph.nodes:
        for value in _values(node):
            found[value].append(node)
    return found


def _values(node: Node) -> set[str]:
    return {*node.outputs, *(value for value in node.inputs if value is not None)}


def _spread(
    graph: Graph,
    flows: Flows,
    needed: Channels,
    neighbours: dict[str, list[Node]],
    nodes: Iterable[Node],
) -> None:
    """Marks what the marked channels of ``nodes`` need, until nothing is missing."""
    waiting = {node.name: node for node in nodes}
    while waiting:
        _, node = waiting.popitem()
        before = {value: int(needed[value].sum()) for value in _values(node)}
        _mark(graph, node, flows[node.name], needed)
        for value, count in before.items():
            if needed[value].sum() != count:
                waiting.update((each.name, each) for each in neighbours[value])


def _mark(graph: Graph, node: Node, flow: ChannelFlow | None, needed: Channels) -> None:
    """Marks what the node needs for the marked channels, and what has to stay with them."""
    output = needed[node.name]
    values = {name: value for name, value in node.arguments().items() if value is not None}
    if flow is None:
        for value in (*node.outputs, *values.values()):
            needed[value][:] = True
        return
    for name in values.keys() - {*flow.tied, *flow.mixed}:
        if values[name] not in graph.constants:
            needed[values[name]][:] = True
    for name, reads in flow.mixed.items():
        needed[values[name]] |= reads[output].any(axis=0)
    for name, sources in flow.tied.items():
        channels = needed[values[name]]
        channels[sources[output]] = True
        output |= channels[sources]
