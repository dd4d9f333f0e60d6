"""Pass: channels that no output depends on are not computed."""

from __future__ import annotations

from ..ir import Graph, Node
from ..ops.interfaces import ChannelFlow
from .channels import Channels, channel_flows, needed_channels
from .rewrite import replace_constants


def remove_unread_channels(graph: Graph) -> Graph:
    """Weights shrink to the channels that are needed, and values with them."""
    flows = channel_flows(graph)
    needed = needed_channels(graph, flows)
    graph = graph.copy()
    for node in list(graph.nodes):
        flow = flows[node.name]
        if flow is not None:
            _shrink(graph, node, flow, needed)
    for name, channels in needed.items():
        type_ = graph.types.get(name)
        if type_ is not None and type_.shape and name not in graph.constants:
            graph.types[name] = type_.with_shape((*type_.shape[:-1], int(channels.sum())))
    graph.remove_unused()
    return graph


def _shrink(graph: Graph, node: Node, flow: ChannelFlow, needed: Channels) -> None:
    values = node.arguments()
    kept = {name: needed[values[name] or ""] for name in (*flow.tied, *flow.mixed)}
    kept["output"] = needed[node.output]
    constants = graph.argument_constants(node)
    op, changed = node.op.keep_channels(constants, kept)
    changed = {name: d for name, d in changed.items() if d.shape != constants[name].shape}
    replace_constants(graph, node, op, changed)
