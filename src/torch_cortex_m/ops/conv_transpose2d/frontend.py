"""conv_transpose2d from PyTorch: transposed convolutions in one and two dimensions."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall, QuantizedData
from ..pytorch.convolution import is_transposed
from ..pytorch.layout import from_nhwc, pair, to_nhwc
from ..pytorch.node import arguments, shape_of
from ..pytorch.pattern import Pattern, Weight
from ..pytorch.weights import quantized_weight, sum_operands, without_zero_points

aten = torch.ops.aten

WEIGHT = Weight(channel_axis=1)
"""Of [C_in, C_out / groups, KH, KW]: with groups, each index is one channel of every group."""


def _lower(call: PytorchCall) -> str:
    values, input = call.arguments, call.input()
    rank = len(shape_of(values["weight"])) - 2
    groups = values["groups"]
    weight = without_zero_points(call, quantized_weight(call, WEIGHT))
    ohwi = _ohwi(weight.values, rank, groups)
    nhwc = to_nhwc(call, input.value, rank)
    weight_value = call.add_constant("weight", ohwi)
    scales = _of_all_groups(weight, groups)
    operands = sum_operands(call, scales, input.quantization.scale, len(ohwi))
    result = call.emit(
        "conv_transpose2d",
        (nhwc, weight_value, *operands),
        output_size=(1, *call.shape[-1:]) if rank == 1 else call.shape[-2:],
        stride=pair(values["stride"], rank, missing=1),
        padding=pair(values["padding"], rank, missing=0),
        dilation=pair(values["dilation"], rank, missing=1),
        groups=groups,
        input_offset=-input.quantization.zero_point,
        output_offset=call.output.zero_point,
        **call.activation_limits(),
    )
    return from_nhwc(call, result)


def _ohwi(weight: np.ndarray, rank: int, groups: int) -> np.ndarray:
    """[C_in, C_out / groups, (KH,) KW] -> [C_out, KH, KW, C_in / groups]."""
    inputs, outputs, *kernel = weight.shape
    full = kernel if rank == 2 else [1, *kernel]
    grouped = weight.reshape(groups, inputs // groups, outputs, prod(full))
    moved = grouped.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(moved).reshape(groups * outputs, *full, inputs // groups)


def _of_all_groups(weight: QuantizedData, groups: int) -> QuantizedData:
    """Scales and zero points of the channels of all groups."""
    if weight.axis is None:
        return weight
    scales, zero_points = (np.tile(each, groups) for each in (weight.scales, weight.zero_points))
    return replace(weight, scales=scales, zero_points=zero_points)


def _matches(node: Node) -> bool:
    return node.target is not aten.convolution.default or is_transposed(node)


def _problem(node: Node) -> str | None:
    if len(shape_of(arguments(node)["weight"])) not in (3, 4):
        return "only 1-dimensional and 2-dimensional convolutions are supported"
    return None


PATTERNS = [
    Pattern(
        (
            aten.conv_transpose1d.default,
            aten.conv_transpose2d.input,
            aten.convolution.default,
        ),
        _lower,
        weight=WEIGHT,
        fuses_activation=True,
        matches=_matches,
        problem=_problem,
    )
]
