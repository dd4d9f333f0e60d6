"""Which channels (elements of the last dimension) of each value somebody needs."""

from __future__ import annotations

import numpy as np

from ..ir import Graph, Node
from ..ops.add.op import Add
from ..ops.avg_pool2d.op import AvgPool2d
from ..ops.conv2d.op import Conv2d
from ..ops.depthwise_conv2d.op import DepthwiseConv2d
from ..ops.linear.op import Linear
from ..ops.max_pool2d.op import MaxPool2d
from ..ops.requantize.op import Requantize
from ..ops.reshape.op import Reshape

Channels = dict[str, np.ndarray]
"""Value -> which of its channels, as booleans."""


def needed_channels(graph: Graph) -> Channels:
    """The channels that a graph output depends on, and with them all that have to stay because
    operators keep input and output channels together. At least one channel of a value stays."""
    needed = {
        name: np.zeros(type_.shape[-1] if type_.shape else 1, bool)
        for name, type_ in graph.types.items()
    }
    for port in (*graph.inputs, *graph.outputs):
        needed[port.value][:] = True
    _spread(graph, needed)
    while empty := [node.output for node in graph.nodes if not needed[node.output].any()]:
        needed[empty[0]][0] = True
        _spread(graph, needed)
    return needed


def _spread(graph: Graph, needed: Channels) -> None:
    """Marks what the marked channels need, until nothing is missing."""
    count = -1
    while count != _count(needed):
        count = _count(needed)
        for node in reversed(graph.nodes):
            _mark_reads(graph, node, needed)
            _tie(graph, node, needed)


def _count(needed: Channels) -> int:
    return sum(int(channels.sum()) for channels in needed.values())


def _mark_reads(graph: Graph, node: Node, needed: Channels) -> None:
    """Marks what the node reads of its first input for the needed channels of its output."""
    value, weight = node.inputs[0], graph.argument_constants(node).get("weight")
    if value is not None and weight is not None and free_channels(node):
        taps = weight[needed[node.output]]
        needed[value] |= (taps != 0).reshape(-1, weight.shape[-1]).any(axis=0)


def free_channels(node: Node) -> bool:
    """Whether the node mixes channels, so that inputs and outputs can go one by one."""
    if isinstance(node.op, Conv2d):
        return node.op.groups == 1
    return isinstance(node.op, Linear) and node.op.weight_offset == 0


def _tie(graph: Graph, node: Node, needed: Channels) -> None:
    """Makes the channels of a node's inputs and output agree, where the node ties them."""
    output = needed[node.output]
    values = [value for value in node.inputs if value is not None]
    op = node.op
    if free_channels(node) and "weight" in graph.argument_constants(node):
        return
    if isinstance(op, AvgPool2d | MaxPool2d | Requantize) or _adds_alike(graph, node):
        together = np.logical_or.reduce([output, *(needed[value] for value in values)])
        for channels in (output, *(needed[value] for value in values)):
            channels |= together
    elif isinstance(op, DepthwiseConv2d) and "weight" in graph.argument_constants(node):
        groups = output.reshape(-1, op.depth_multiplier)
        needed[values[0]] |= groups.any(axis=1)
        output |= np.repeat(needed[values[0]], op.depth_multiplier)
    elif isinstance(op, Reshape) and len(output) % len(needed[values[0]]) == 0:
        needed[values[0]] |= output.reshape(-1, len(needed[values[0]])).any(axis=0)
        output |= np.tile(needed[values[0]], len(output) // len(needed[values[0]]))
    else:
        for value in (node.output, *values):
            needed[value][:] = True


def _adds_alike(graph: Graph, node: Node) -> bool:
    """Whether the node adds two tensors of its output's shape."""
    shape = graph.types[node.output].shape
    return isinstance(node.op, Add) and all(
        value is not None and graph.types[value].shape == shape for value in node.inputs
    )
