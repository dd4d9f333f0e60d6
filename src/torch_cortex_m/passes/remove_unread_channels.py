"""Pass: channels that no output depends on are not computed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..ops.conv2d.op import Conv2d
from ..ops.depthwise_conv2d.op import DepthwiseConv2d
from ..ops.linear.op import Linear
from ..ops.reshape.op import Reshape
from .channels import Channels, free_channels, needed_channels


def remove_unread_channels(graph: Graph) -> Graph:
    """Weights shrink to the channels that are needed, and values with them."""
    needed = needed_channels(graph)
    graph = graph.copy()
    for node in list(graph.nodes):
        _shrink(graph, node, needed)
    for name, channels in needed.items():
        type_ = graph.types.get(name)
        if type_ is not None and type_.shape and name not in graph.constants:
            graph.types[name] = type_.with_shape((*type_.shape[:-1], int(channels.sum())))
    graph.remove_unused()
    return graph


def _shrink(graph: Graph, node: Node, needed: Channels) -> None:
    outputs = needed[node.output]
    value = node.inputs[0]
    assert value is not None
    op: Any = node.op
    constants = graph.argument_constants(node)
    changed: dict[str, np.ndarray] = {}
    if isinstance(op, Conv2d | Linear | DepthwiseConv2d) and "weight" in constants:
        changed = {n: d[outputs] for n, d in constants.items() if n != "weight" and n != "input"}
        weight = constants["weight"]
        if isinstance(op, DepthwiseConv2d):
            changed["weight"] = weight[..., outputs]
        elif free_channels(node):
            changed["weight"] = weight[outputs][..., needed[value]]
    elif isinstance(op, Reshape) and op.shape:
        op = replace(op, shape=(*op.shape[:-1], int(outputs.sum())))
    else:
        names = node.arguments()
        changed = {n: d[..., needed[names[n] or ""]] for n, d in constants.items() if d.ndim}
    changed = {n: d for n, d in changed.items() if d.shape != constants[n].shape}
    inputs = tuple(
        graph.add_constant(f"{node.output}.{name}", changed[name]) if name in changed else argument
        for name, argument in node.arguments().items()
    )
    graph.nodes[graph.nodes.index(node)] = replace(node, op=op, inputs=inputs)
