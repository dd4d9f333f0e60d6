"""The exact reference of avg_pool2d on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import TensorType
from .op import AvgPool2d


def reference(op: AvgPool2d, input: Tensor) -> Tensor:
    """[N, H, W, C] -> [N, H_out, W_out, C] of the same type; see AvgPool2d."""
    _, height, width, _ = input.shape
    _, out_height, out_width, _ = op.output_shape({"input": TensorType(tuple(input.shape))})
    rows = torch.tensor(op.windows(0, height, out_height), device=input.device)
    columns = torch.tensor(op.windows(1, width, out_width), device=input.device)
    inner_rows, inner_columns = rows.clamp(0, height), columns.clamp(0, width)
    sums = window_sums(input, inner_rows, inner_columns)
    inputs = areas(inner_rows, inner_columns)
    divisors = inputs
    if op.divisor_override:
        divisors = torch.full_like(inputs, op.divisor_override)
    elif op.count_include_pad:
        divisors = areas(rows, columns)
    sums = sums + (divisors - inputs) * op.padding_value
    divide = divide_half_up if op.ties_up else divide_half_away
    means = divide(sums, divisors)
    return torch.clamp(means, op.activation_min, op.activation_max).to(input.dtype)


def window_sums(input: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Sums [N, H_out, W_out, C] int64 over rows [H_out, 2] x columns [W_out, 2] of (start, end).

    Each is a difference of running sums (a summed-area table), whatever the windows' sizes.
    """
    running = input.to(torch.int64).cumsum(1).cumsum(2)
    table = torch.nn.functional.pad(running, (0, 0, 1, 0, 1, 0))
    strips = table[:, rows[:, 1]] - table[:, rows[:, 0]]
    return strips[:, :, columns[:, 1]] - strips[:, :, columns[:, 0]]


def areas(rows: Tensor, columns: Tensor) -> Tensor:
    """Elements in each window, [H_out, W_out, 1] int64."""
    heights = rows[:, 1] - rows[:, 0]
    widths = columns[:, 1] - columns[:, 0]
    return (heights[:, None] * widths[None, :])[:, :, None]


def divide_half_away(values: Tensor, divisors: Tensor) -> Tensor:
    """round(values / divisors), ties away from zero; int64, divisors positive."""
    magnitudes = (values.abs() + divisors // 2) // divisors
    return torch.where(values > 0, magnitudes, -magnitudes)


def divide_half_up(values: Tensor, divisors: Tensor) -> Tensor:
    """round(values / divisors), ties up; int64, divisors positive."""
    return (values + divisors // 2).div(divisors, rounding_mode="floor")
