"""Quantized weighted sums: room for them in 32 bits, and biases that correct rounded weights.

Rounded weights shift the mean of each output channel, most of all in depthwise convolutions, whose
channels have few weights. The bias takes that shift back. Source: M. Nagel et al., "Data-Free
Quantization Through Weight Equalization and Bias Correction" (2019), with means from calibration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Interpreter, Node

from ...ir import INT8
from ...ops.integers.accumulators import product_sums
from ...ops.pytorch.node import arguments
from ...ops.pytorch.pattern import Weight
from .observers import PerChannelWeightObserver
from .patterns import pattern_of
from .program import OPERAND_NAMES, add_constant, constant_value, set_argument

LARGEST_BIAS = 2.0**30
"""A quantized bias stays below this, half of what 32 bits hold, to leave room for the sum."""

LARGEST_SUM = 2.0**31 - 2.0**12
"""A quantized sum stays below this, of float32's rounding too."""


class MeanInputs(Interpreter):
    """Runs a prepared program and keeps the mean over all runs of every weighted sum's input.

    Constants, and observers that see no more than a constant, run the first time only.
    """

    def __init__(self, prepared: GraphModule) -> None:
        super().__init__(prepared)
        self._totals: dict[Node, Tensor] = {}
        self._runs = 0
        self._wanted = {input for _, _, input in _sums(prepared)}
        self._constant_nodes = set(_observed_constants(prepared))
        self._constants: dict[Node, Any] = {}

    def run(self, *args: Any, **_: Any) -> Any:
        self._runs += 1
        return super().run(*args, initial_env=dict(self._constants))

    def run_node(self, n: Node) -> Any:
        result = super().run_node(n)
        if n in self._constant_nodes:
            self._constants[n] = result
        if n in self._wanted:
            self._totals[n] = self._totals.get(n, 0) + result.to(torch.float64)
        return result

    def mean(self, node: Node) -> Tensor:
        return (self._totals[node] / self._runs).to(torch.float32)


def _observed_constants(prepared: GraphModule) -> Iterator[Node]:
    """The constants and their observers, which see the same in every run."""
    for constant in prepared.graph.find_nodes(op="get_attr"):
        yield constant
        yield from (user for user in constant.users if user.op == "call_module")


def leave_room_for_sums(prepared: GraphModule) -> None:
    """Raises weight scales, where a bias or a whole sum could leave 32 bits.

    A bias, divided by input scale * weight scale, does so in channels of (nearly) zero weights, as
    training with batch norm leaves them; a sum in channels of more than 66,311 large weights.
    """
    for node, weight, input in _sums(prepared):
        leave_room(prepared, node, weight, input)


def leave_room(prepared: GraphModule, node: Node, weight: Weight, input: Node) -> None:
    """``leave_room_for_sums`` of one weight of an operator; ``input``: the observer's node."""
    scale, zero_point = (float(value) for value in _observer(prepared, input).calculate_qparams())
    bias, offset = _bias(node, weight), torch.zeros((), dtype=torch.float64)
    observer = _weight_observer(prepared, node, weight)
    data = constant_value(prepared, arguments(node)[weight.argument].args[0])
    if bias is not None:
        offset = constant_value(prepared, bias).to(torch.float64) / scale
        offset = _largest_of_groups(offset, data.shape[weight.channel_axis])
        observer.raise_scales(offset.abs() / LARGEST_BIAS)
    observer.raise_scales(_least_scales(data, weight, offset, -zero_point))


def _largest_of_groups(offset: Tensor, channels: int) -> Tensor:
    """For each of the weight's channels the largest offset, where it is one of several groups."""
    groups = offset.reshape(-1, channels)
    return groups.gather(0, groups.abs().argmax(0, keepdim=True))[0]


def _least_scales(data: Tensor, weight: Weight, offset: Tensor, input_offset: float) -> Tensor:
    """The weight scales with which no int8 input takes a channel's sum beyond LARGEST_SUM.

    offset: the channels' biases in steps of the input. Each weight may round up by half a step, and
    the bias takes back as much (``correct_biases``).
    """
    rows = data.to(torch.float64).movedim(weight.channel_axis, 0).flatten(1)
    low, high = product_sums(rows.numpy(), input_offset + INT8.low, input_offset + INT8.high)
    largest = torch.maximum(torch.from_numpy(high) + offset, -(torch.from_numpy(low) + offset))
    rounding = rows.shape[1] * max(-INT8.low - input_offset, INT8.high + input_offset)
    return largest / (LARGEST_SUM - rounding)


def correct_biases(prepared: GraphModule, means: MeanInputs) -> None:
    """Takes the mean shift that rounded weights cause from every bias."""
    for node, weight, input in list(_sums(prepared)):
        bias = _bias(node, weight)
        if bias is not None and weight.bias is not None:
            shift = _mean_shift(prepared, node, weight, means.mean(input))
            data = constant_value(prepared, bias)
            corrected = data - shift.reshape(data.shape)
            name = node.meta[OPERAND_NAMES][weight.bias]
            set_argument(node, weight.bias, add_constant(prepared, node, corrected, name))
    prepared.recompile()


def _mean_shift(prepared: GraphModule, node: Node, weight: Weight, mean: Tensor) -> Tensor:
    """The operator, without its bias, of the mean input and the weights' rounding errors; it is
    linear in each, so that this is the mean error of its result. One value for each channel."""
    values = arguments(node)
    weight_node = values[weight.argument]
    data = constant_value(prepared, weight_node.args[0])
    scales, zero_points = _weight_observer(prepared, node, weight).calculate_qparams()
    rounded = torch.fake_quantize_per_channel_affine(
        data, scales, zero_points.to(torch.int32), weight.channel_axis, -INT8.high, INT8.high
    )
    tensors = [name for name, value in values.items() if isinstance(value, Node)]
    values |= dict.fromkeys(tensors, mean) | {weight.argument: rounded - data}
    result = _call_without_bias(node, values, weight)
    channels_at = result.dim() - (data.dim() - 1)
    return result.movedim(channels_at, 0).reshape(result.shape[channels_at], -1).mean(1)


def _call_without_bias(node: Node, values: dict[str, Any], weight: Weight) -> Tensor:
    """The operator with these arguments by name; a bias that it cannot do without is zero."""
    schema = node.target._schema  # type: ignore[union-attr]
    for argument in schema.arguments:
        if argument.name == weight.bias:
            optional = isinstance(argument.type, torch.OptionalType)
            values[argument.name] = None if optional else torch.zeros(())
    positional = [values[a.name] for a in schema.arguments if not a.kwarg_only]
    named = {a.name: values[a.name] for a in schema.arguments if a.kwarg_only}
    return node.target(*positional, **named)  # type: ignore[operator]


def _sums(prepared: GraphModule) -> Iterator[tuple[Node, Weight, Node]]:
    """(operator, weight, node of its observed input) of every weighted sum."""
    for node in prepared.graph.nodes:
        pattern = pattern_of(node)
        if pattern is not None and pattern.weight is not None:
            yield node, pattern.weight, arguments(node)[pattern.inputs[0]]


def _bias(node: Node, weight: Weight) -> Node | None:
    return None if weight.bias is None else arguments(node)[weight.bias]


def _weight_observer(prepared: GraphModule, node: Node, weight: Weight) -> PerChannelWeightObserver:
    return _observer(prepared, arguments(node)[weight.argument])


def _observer(prepared: GraphModule, node: Node) -> Any:
    return prepared.get_submodule(str(node.target))
