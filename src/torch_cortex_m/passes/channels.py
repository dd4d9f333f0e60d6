"""Which channels (elements of the last dimension) of each value somebody needs."""

from __future__ import annotations

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
    _spread(graph, flows, needed)
    while empty := [node.name for node in graph.nodes if not needed[node.name].any()]:
        needed[empty[0]][0] = True
        _spread(graph, flows, needed)
    return needed


def _spread(graph: Graph, flows: Flows, needed: Channels) -> None:
    """Marks what the marked channels need, until nothing is missing."""
    count = -1
    while count != _count(needed):
        count = _count(needed)
        for node in reversed(graph.nodes):
            _mark(graph, node, flows[node.name], needed)


def _count(needed: Channels) -> int:
    return sum(int(channels.sum()) for channels in needed.values())


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
