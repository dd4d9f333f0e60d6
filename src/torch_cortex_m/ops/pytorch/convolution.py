"""The PyTorch side that conv2d and depthwise_conv2d share: one set of aten operators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.fx import Node

from .call import PytorchCall
from .layout import from_nhwc, pair, to_nhwc
from .node import arguments, shape_of
from .pattern import Weight
from .weights import quantized_weight, sum_operands, without_zero_points

aten = torch.ops.aten

TARGETS = (
    aten.conv1d.default,
    aten.conv1d.padding,
    aten.conv2d.default,
    aten.conv2d.padding,
    aten.convolution.default,
)

WEIGHT = Weight()


@dataclass(frozen=True)
class Convolution:
    """The parameters of a convolution, whichever aten operator says it.

    weight_shape: [C_out, C_in / groups, KH, KW]; kernel height 1 in one dimension.
    padding: top, left, bottom, right.
    """

    weight_shape: tuple[int, ...]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    dilation: tuple[int, int]
    groups: int
    spatial_rank: int

    @property
    def input_channels(self) -> int:
        return self.weight_shape[1] * self.groups

    @property
    def depthwise(self) -> bool:
        """Each input channel has filters of its own."""
        return (
            self.groups == self.input_channels and self.weight_shape[0] % self.input_channels == 0
        )


def read(node: Node) -> Convolution:
    """The parameters of ``node``, which ``problem`` has no objection to."""
    values = arguments(node)
    shape = shape_of(values["weight"])
    spatial_rank = len(shape) - 2
    full = shape if spatial_rank == 2 else (*shape[:2], 1, shape[2])
    dilation = pair(values["dilation"], spatial_rank, missing=1)
    return Convolution(
        full,
        pair(values["stride"], spatial_rank, missing=1),
        _padding(values["padding"], full[2:], dilation, spatial_rank),
        dilation,
        values["groups"],
        spatial_rank,
    )


def _padding(
    padding: str | list[int], kernel: tuple[int, ...], dilation: tuple[int, int], spatial_rank: int
) -> tuple[int, int, int, int]:
    """As PyTorch pads: "same" puts the odd element of an even extent at the bottom and right."""
    if padding == "valid":
        return 0, 0, 0, 0
    if isinstance(padding, str):
        totals = [step * (size - 1) for step, size in zip(dilation, kernel, strict=True)]
        before = [total // 2 for total in totals]
        after = [total - first for total, first in zip(totals, before, strict=True)]
        return before[0], before[1], after[0], after[1]
    vertical, horizontal = pair(padding, spatial_rank, missing=0)
    return vertical, horizontal, vertical, horizontal


def problem(node: Node) -> str | None:
    """Why this convolution is not supported."""
    if len(shape_of(arguments(node)["weight"])) not in (3, 4):
        return "only 1-dimensional and 2-dimensional convolutions are supported"
    return None


def is_transposed(node: Node) -> bool:
    """Of aten.convolution, which stands for both."""
    return bool(arguments(node).get("transposed"))


def is_depthwise(node: Node) -> bool:
    return not is_transposed(node) and problem(node) is None and read(node).depthwise


def lower(call: PytorchCall, operator: str, axes: tuple[int, ...], **fields: int) -> str:
    """Emits ``operator``, whose weight has the dimensions ``axes`` of [C_out, C_in/groups, KH, KW],
    between the transposes to and from NHWC."""
    convolution = read(call.node)
    input = call.input()
    weight = without_zero_points(call, quantized_weight(call, WEIGHT))
    data = weight.values.reshape(convolution.weight_shape).transpose(axes)
    nhwc = to_nhwc(call, input.value, convolution.spatial_rank)
    weight_value = call.add_constant("weight", np.ascontiguousarray(data))
    channels = convolution.weight_shape[0]
    operands = sum_operands(call, weight, input.quantization.scale, channels)
    result = call.emit(
        operator,
        (nhwc, weight_value, *operands),
        stride=convolution.stride,
        padding=convolution.padding,
        dilation=convolution.dilation,
        input_offset=-input.quantization.zero_point,
        output_offset=call.output.zero_point,
        **call.activation_limits(),
        **fields,
    )
    return from_nhwc(call, result)
