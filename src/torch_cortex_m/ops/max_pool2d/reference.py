"""The exact reference of max_pool2d on torch tensors."""

from __future__ import annotations

from functools import reduce
from itertools import product

import torch
from torch import Tensor

from ...ir import TensorType
from .op import MaxPool2d


def reference(op: MaxPool2d, input: Tensor) -> Tensor:
    """[N, H, W, C] -> [N, H_out, W_out, C] of the same type; see MaxPool2d."""
    _, out_height, out_width, _ = op.output_shape({"input": TensorType(tuple(input.shape))})
    padded = pad(op, input, (out_height, out_width))
    taps = product(range(op.kernel[0]), range(op.kernel[1]))
    values = (padded[:, places(op, 0, y, out_height), places(op, 1, x, out_width)] for y, x in taps)
    return torch.clamp(reduce(torch.maximum, values), op.activation_min, op.activation_max)


def pad(op: MaxPool2d, input: Tensor, outputs: tuple[int, int]) -> Tensor:
    """The input with the padding, and with what windows of ceil_mode need beyond it."""
    top, left, bottom, right = op.padding
    after = []
    for axis, count, least in ((0, outputs[0], bottom), (1, outputs[1], right)):
        reach = (count - 1) * op.stride[axis] + op.dilation[axis] * (op.kernel[axis] - 1) + 1
        after.append(max(reach - op.padding[axis] - input.shape[axis + 1], least))
    widths = (0, 0, left, after[1], top, after[0])
    return torch.nn.functional.pad(input, widths, value=torch.iinfo(input.dtype).min)


def places(op: MaxPool2d, axis: int, tap: int, outputs: int) -> slice:
    """Where the windows along ``axis`` find the element ``tap`` in the padded input."""
    first = tap * op.dilation[axis]
    return slice(first, first + (outputs - 1) * op.stride[axis] + 1, op.stride[axis])
