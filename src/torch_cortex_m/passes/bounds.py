"""Exact integer bounds of every value, channel by channel (its last dimension).

Interval arithmetic on what the operators compute: whatever the input, every element of channel c of
a value lies in [low[c], high[c]]. Where low = high the channel is constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..ops.avg_pool2d.op import AvgPool2d
from ..ops.conv2d.op import Conv2d
from ..ops.depthwise_conv2d.op import DepthwiseConv2d
from ..ops.integers.arithmetic import requantize_array
from ..ops.linear.op import Linear
from ..ops.max_pool2d.op import MaxPool2d
from ..ops.requantize.op import Requantize
from ..ops.reshape.op import Reshape

INT8 = (-128, 127)
INT32 = (-(1 << 31), (1 << 31) - 1)


@dataclass(frozen=True)
class Bounds:
    """int64 arrays with one element a channel."""

    low: np.ndarray
    high: np.ndarray

    @property
    def constant(self) -> np.ndarray:
        """Which channels are constant."""
        return self.low == self.high

    def clamped(self, low: int, high: int) -> Bounds:
        return Bounds(np.clip(self.low, low, high), np.clip(self.high, low, high))


def value_bounds(graph: Graph) -> dict[str, Bounds]:
    """Bounds of every int8 value with at least one dimension."""
    bounds: dict[str, Bounds] = {}
    for name, type_ in graph.types.items():
        if type_.dtype == "int8" and type_.shape:
            bounds[name] = _anything(type_.shape[-1])
    for name, data in graph.constants.items():
        if name in bounds:
            flat = data.reshape(-1, data.shape[-1]).astype(np.int64)
            bounds[name] = Bounds(flat.min(axis=0), flat.max(axis=0))
    for node in graph.nodes:
        if node.output in bounds:
            found = _node_bounds(graph, node, bounds)
            bounds[node.output] = bounds[node.output] if found is None else found
    return bounds


def _anything(channels: int) -> Bounds:
    return Bounds(np.full(channels, INT8[0]), np.full(channels, INT8[1]))


def _node_bounds(graph: Graph, node: Node, bounds: dict[str, Bounds]) -> Bounds | None:
    """None where nothing is known beyond the type."""
    value = node.inputs[0]
    if value is None or value not in bounds:
        return None
    op, given = node.op, bounds[value]
    if isinstance(op, Conv2d | DepthwiseConv2d | Linear):
        return _weighted(graph, node, given)
    if isinstance(op, Requantize):
        return _requantized(op, given)
    if isinstance(op, MaxPool2d):
        # A dilated window may miss the input altogether, which gives the lowest value.
        low = given.low if op.dilation == (1, 1) else np.full_like(given.low, INT8[0])
        return Bounds(low, given.high).clamped(op.activation_min, op.activation_max)
    if isinstance(op, AvgPool2d):
        return _averaged(op, given)
    if isinstance(op, Reshape):
        return _reshaped(graph, node, given)
    return None


def _averaged(op: AvgPool2d, given: Bounds) -> Bounds | None:
    if op.divisor_override:
        return None
    low, high = given.low, given.high
    if op.count_include_pad:
        low, high = np.minimum(low, op.padding_value), np.maximum(high, op.padding_value)
    return Bounds(low, high).clamped(op.activation_min, op.activation_max)


def _requantized(op: Requantize, given: Bounds) -> Bounds | None:
    sums = Bounds(given.low + op.input_offset, given.high + op.input_offset)
    count = len(given.low)
    multipliers, shifts = np.full(count, op.multiplier), np.full(count, op.shift)
    return _outputs(sums, multipliers, shifts, op)


def _reshaped(graph: Graph, node: Node, given: Bounds) -> Bounds | None:
    """A flattened image has channel f modulo C at feature f."""
    features, channels = graph.types[node.output].shape[-1], len(given.low)
    if features % channels:
        return None
    repeats = features // channels
    return Bounds(np.tile(given.low, repeats), np.tile(given.high, repeats))


def _weighted(graph: Graph, node: Node, given: Bounds) -> Bounds | None:
    constants = graph.argument_constants(node)
    if not {"weight", "multipliers", "shifts"} <= set(constants):
        return None
    bias = constants.get("bias")
    sums = _sums(node.op, constants["weight"].astype(np.int64), given)
    offset = 0 if bias is None else bias.astype(np.int64)
    sums = Bounds(sums.low + offset, sums.high + offset)
    return _outputs(sums, constants["multipliers"], constants["shifts"], node.op)


def _sums(op: Any, weight: np.ndarray, given: Bounds) -> Bounds:
    """Bounds of the accumulators without bias."""
    low, high = given.low + op.input_offset, given.high + op.input_offset
    if not isinstance(op, Linear) and any(op.padding):
        low, high = np.minimum(low, 0), np.maximum(high, 0)  # padding counts as zero
    if isinstance(op, DepthwiseConv2d):
        low, high = (np.repeat(end, op.depth_multiplier) for end in (low, high))
        taps = weight[0]
        axes: tuple[int, ...] = (0, 1)
    elif isinstance(op, Conv2d):
        outputs, inputs = weight.shape[0], weight.shape[3]
        group = np.repeat(np.arange(op.groups), outputs // op.groups)
        low = low.reshape(op.groups, inputs)[group][:, None, None, :]
        high = high.reshape(op.groups, inputs)[group][:, None, None, :]
        taps, axes = weight, (1, 2, 3)
    else:
        taps, axes = weight + op.weight_offset, (1,)
    ends = np.stack([taps * low, taps * high])
    return Bounds(ends.min(axis=0).sum(axis=axes), ends.max(axis=0).sum(axis=axes))


def _outputs(sums: Bounds, multipliers: np.ndarray, shifts: np.ndarray, op: Any) -> Bounds | None:
    """Requantization is monotone where nothing overflows; otherwise nothing is known."""
    multipliers, shifts = multipliers.astype(np.int64), shifts.astype(np.int64)
    widest = np.maximum(np.abs(sums.low), np.abs(sums.high)) << np.maximum(shifts, 0)
    safe = (widest < INT32[1]) & (multipliers >= 0)
    low, high = (
        requantize_array(np.where(safe, end, 0), multipliers, shifts) + op.output_offset
        for end in (sums.low, sums.high)
    )
    low, high = np.where(safe, low, INT8[0]), np.where(safe, high, INT8[1])
    return Bounds(low, high).clamped(op.activation_min, op.activation_max)
