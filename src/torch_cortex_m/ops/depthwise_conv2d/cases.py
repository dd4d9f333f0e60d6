"""The layers that depthwise_conv2d must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import at_ends, generator, random_bias, random_int8, random_requantization
from .op import DepthwiseConv2d

MAXIMUM = (1 << 31) - 1


def case(
    name: str,
    shape: tuple[int, int, int, int],
    kernel: tuple[int, int] = (3, 3),
    *,
    bias: bool = False,
    multipliers: int | None = None,
    shifts: int | None = None,
    **fields: Any,
) -> Case:
    """A case with random data; ``multipliers`` and ``shifts`` set all channels to one value."""
    fields = {"input_offset": 7, "output_offset": -3} | fields
    op = DepthwiseConv2d(**fields)
    rng = generator(f"depthwise_conv2d {name}")
    channels = shape[3] * op.depth_multiplier
    multiplier_data, shift_data = random_requantization(rng, channels, kernel[0] * kernel[1])
    if multipliers is not None:
        multiplier_data = np.full(channels, multipliers, np.int32)
    if shifts is not None:
        shift_data = np.full(channels, shifts, np.int32)
    tensors = {
        "input": random_int8(rng, shape),
        "weight": random_int8(rng, (1, *kernel, channels), low=-127),
        "bias": random_bias(rng, channels) if bias else None,
        "multipliers": multiplier_data,
        "shifts": shift_data,
    }
    return Case(name, op, tensors)


SAME = (1, 1, 1, 1)
CLAMPED: dict[str, Any] = {"output_offset": -40, "activation_min": -30, "activation_max": 60}
RELU = {"output_offset": -128, "bias": True}
SMALL: dict[str, Any] = {"multipliers": 1 << 30, "shifts": -10}
"""A requantization that leaves the largest sums of 9 products within int8."""
CASES = [
    case("4_channels", (1, 8, 8, 4), padding=SAME),
    case("depth_multiplier_2", (1, 6, 6, 3), padding=SAME, depth_multiplier=2),
    case("depth_multiplier_4", (1, 6, 6, 4), padding=SAME, depth_multiplier=4, bias=True),
    case("stride_2", (1, 9, 8, 8), stride=(2, 2)),
    case("5x5_padding_2_on_5x5", (1, 5, 5, 4), (5, 5), padding=(2, 2, 2, 2)),
    case("5x5_padding_2_on_8x8", (1, 8, 8, 4), (5, 5), padding=(2, 2, 2, 2)),
    case("bias", (1, 5, 7, 6), bias=True),
    case("stride_padding_bias", (1, 8, 7, 8), stride=(2, 2), padding=SAME, bias=True),
    case("1x1_depth_multiplier_2", (1, 4, 4, 3), (1, 1), depth_multiplier=2),
    case("7x7_batch_2_odd_rows", (2, 9, 6, 8), (7, 7), padding=(3, 3, 3, 3), bias=True),
    case("5x5_last_row_of_three_strips", (1, 9, 6, 12), (5, 5), padding=(2, 2, 2, 2), bias=True),
    case("7x7_stride_2_unread_column", (1, 10, 10, 4), (7, 7), stride=(2, 2), bias=True),
    case("8x8_padded", (1, 9, 7, 4), (8, 8), padding=(4, 4, 3, 3), shifts=2, bias=True),
    case("4x12_padding_wider_than_image", (1, 6, 5, 8), (4, 12), padding=(1, 6, 2, 5)),
    case("5x5_132_channels", (1, 5, 4, 132), (5, 5), padding=(2, 2, 2, 2), bias=True),
    case("5x5_stride_3_clamped", (1, 11, 9, 4), (5, 5), stride=(3, 3), **CLAMPED),
    case("kernel_1x3", (1, 5, 8, 4), (1, 3)),
    case("15x1_on_15x1", (1, 15, 1, 8), (15, 1), **RELU),
    case("6x1_stride_2x1_dilation_3x2", (2, 20, 3, 6), (6, 1), stride=(2, 1), dilation=(3, 2)),
    case("1x5_stride_1x3_dilation_1x2", (2, 2, 17, 7), (1, 5), stride=(1, 3), dilation=(1, 2)),
    case("3x4_as_wide_as_the_image", (2, 7, 4, 5), (3, 4), stride=(2, 1), shifts=1, bias=True),
    case("stride_2x1_padding_1x0", (1, 9, 6, 4), stride=(2, 1), padding=(1, 0, 1, 0)),
    case("3x3_on_1x1", (1, 1, 1, 4), padding=SAME),
    case("1_channel", (1, 6, 6, 1), padding=SAME, bias=True),
    case("1_channel_depth_multiplier_3", (1, 6, 6, 1), padding=SAME, depth_multiplier=3),
    case("1_channel_depth_multiplier_16", (1, 6, 6, 1), padding=SAME, depth_multiplier=16),
    case("2_channels_depth_multiplier_16", (1, 6, 5, 2), padding=SAME, depth_multiplier=16),
    case("3_channels_5x5_depth_multiplier_8", (2, 7, 6, 3), (5, 5), depth_multiplier=8, bias=True),
    case("1_channel_10x8_stride_2", (1, 13, 12, 1), (10, 8), stride=(2, 2), depth_multiplier=8),
    case("2_channels_8x7_padded", (1, 9, 8, 2), (8, 7), padding=(4, 3, 4, 3), bias=True),
    case("1_channel_1_column_stride_3", (1, 8, 7, 1), (5, 5), stride=(1, 3)),
    case(
        "rows_of_padding_alone",
        (1, 9, 4, 1),
        (1, 3),
        stride=(3, 2),
        padding=(2, 1, 2, 2),
        depth_multiplier=5,
    ),
    at_ends(case("ends", (1, 5, 5, 4), padding=SAME, bias=True, **SMALL), -128, 127),
    at_ends(case("ends_and_zeros", (2, 3, 4, 5), padding=SAME, **SMALL, **RELU), -128, 0, 127),
    at_ends(case("lowest_inputs_and_weights", (1, 4, 5, 3), bias=True, **SMALL), -128),
    at_ends(case("highest_inputs_and_weights", (1, 5, 4, 3), bias=True, **SMALL), 127),
    at_ends(case("lowest_beside_padding", (1, 5, 5, 3), padding=SAME, **SMALL), -128),
    case("odd_rows_stride_2_batch_2", (2, 9, 5, 3), padding=SAME, stride=(2, 2), bias=True),
    case("column_of_padding", (1, 3, 1, 2), stride=(1, 5), padding=(1, 4, 1, 0), bias=True),
    case("rows_of_padding", (1, 2, 3, 5), (5, 3), padding=(4, 1, 4, 1), bias=True),
    case("dilation_2", (1, 9, 9, 4), padding=(2, 2, 2, 2), dilation=(2, 2)),
    case("dilation_2x1", (1, 8, 6, 3), dilation=(2, 1)),
    case("batch_3", (3, 5, 5, 4), padding=SAME, bias=True),
    case("no_bias", (1, 5, 5, 8), padding=SAME),
    case("asymmetric_padding", (1, 8, 8, 4), stride=(2, 2), padding=(0, 0, 1, 1), bias=True),
    case("asymmetric_padding_top_left", (1, 7, 7, 5), padding=(2, 1, 0, 0)),
    case("zero_points_low", (1, 4, 4, 4), padding=SAME, input_offset=128, output_offset=-128),
    case("zero_points_high", (1, 4, 4, 4), padding=SAME, input_offset=-127, output_offset=127),
    case("left_shift", (1, 4, 4, 3), padding=SAME, shifts=3),
    case("zero_shift", (1, 4, 4, 3), padding=SAME, shifts=0, multipliers=1 << 24),
    case("shift_31", (1, 4, 4, 3), padding=SAME, shifts=-31, multipliers=MAXIMUM, bias=True),
    case("multiplier_largest", (1, 4, 4, 3), padding=SAME, multipliers=MAXIMUM),
    case("multiplier_smallest", (1, 4, 4, 3), padding=SAME, multipliers=1 << 30),
    case("multiplier_zero", (1, 4, 4, 3), padding=SAME, multipliers=0, shifts=0),
    case("saturating", (1, 5, 5, 4), padding=SAME, multipliers=MAXIMUM, shifts=-2),
    case("activation_narrow", (1, 5, 5, 4), padding=SAME, activation_min=-10, activation_max=20),
    case("activation_single_value", (1, 3, 3, 4), activation_min=5, activation_max=5),
    case("relu_tall", (1, 11, 5, 8), padding=SAME, **RELU),
    case("relu_wide", (1, 6, 10, 4), padding=SAME, **RELU),
    case("relu_overlapping_blocks", (1, 3, 7, 6), padding=SAME, **RELU),
    case("relu_batch_2_depth_multiplier_2", (2, 4, 3, 5), depth_multiplier=2, **RELU),
    case("relu_clamped", (1, 5, 6, 4), **CLAMPED),
    case("relu_stride_2_tall", (1, 13, 4, 4), stride=(2, 2), padding=SAME, **RELU),
    case("relu_stride_2_padding_after", (1, 8, 10, 4), stride=(2, 2), padding=(0, 0, 1, 1), **RELU),
    case("relu_5x5", (1, 7, 9, 4), (5, 5), padding=(2, 2, 2, 2), **RELU),
    case("relu_5x5_stride_2", (1, 9, 6, 5), (5, 5), stride=(2, 2), padding=(2, 2, 2, 2), **RELU),
    case("relu_7x2_dilation_1x2", (1, 9, 8, 4), (7, 2), dilation=(1, 2), **RELU),
    case("relu_1_channel_depth_multiplier_6", (1, 7, 7, 1), depth_multiplier=6, **RELU),
    case("relu_shift_31", (1, 3, 4, 3), shifts=-31, **RELU),
    *(case(f"channels_{n}", (1, 5, 4, n), padding=SAME, bias=True) for n in range(1, 21)),
    case("channels_64", (1, 5, 5, 64), padding=SAME, bias=True),
    case("stride_2_on_3x3", (1, 3, 3, 12), stride=(2, 2), padding=SAME, bias=True),
    case("relu_stride_2_batch_2", (2, 6, 5, 7), stride=(2, 2), padding=SAME, **RELU),
    case("relu_stride_3x2_rest_unread", (1, 9, 8, 5), stride=(3, 2), padding=(1, 0, 0, 1), **RELU),
    case("stride_1x3_batch_2", (2, 5, 11, 10), stride=(1, 3), bias=True),
    case(
        "stride_2_dilation_2x1", (1, 9, 7, 6), stride=(2, 2), padding=(2, 1, 2, 1), dilation=(2, 1)
    ),
    case("stride_2_wide", (1, 3, 27, 5), stride=(2, 2), padding=(0, 1, 1, 0), bias=True),
    case("stride_2_clamped", (1, 6, 6, 8), stride=(2, 2), activation_min=-30, activation_max=60),
    case("padding_only_before_1_row", (1, 1, 5, 4), stride=(2, 2), padding=(2, 2, 0, 0), bias=True),
]
