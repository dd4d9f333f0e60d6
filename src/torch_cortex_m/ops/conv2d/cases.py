"""The layers that conv2d must compute, everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import at_ends, generator, random_bias, random_int8, random_requantization
from ..rules.wide_cases import widened
from .op import Conv2d

MAXIMUM = (1 << 31) - 1


def case(
    name: str,
    shape: tuple[int, int, int, int],
    filters: int,
    kernel: tuple[int, int] = (3, 3),
    *,
    bias: bool = False,
    multipliers: int | None = None,
    shifts: int | None = None,
    **fields: Any,
) -> Case:
    """A case with random data; ``multipliers`` and ``shifts`` set all channels to one value."""
    fields = {"input_offset": 7, "output_offset": -3} | fields
    op = Conv2d(**fields)
    rng = generator(f"conv2d {name}")
    channels = shape[3] // op.groups
    taps = kernel[0] * kernel[1] * channels
    multiplier_data, shift_data = random_requantization(rng, filters, taps)
    if multipliers is not None:
        multiplier_data = np.full(filters, multipliers, np.int32)
    if shifts is not None:
        shift_data = np.full(filters, shifts, np.int32)
    tensors = {
        "input": random_int8(rng, shape),
        "weight": random_int8(rng, (filters, *kernel, channels), low=-127),
        "bias": random_bias(rng, filters) if bias else None,
        "multipliers": multiplier_data,
        "shifts": shift_data,
    }
    return Case(name, op, tensors)


def largest_pairs(given: Case) -> Case:
    """The case with the largest sums of two products below 2^15."""
    tensors = {name: None if data is None else data.copy() for name, data in given.tensors.items()}
    for name, pair in (("input", (-128, -128)), ("weight", (-128, -127))):
        values = tensors[name]
        assert values is not None
        values[..., 0::2], values[..., 1::2] = pair
    return replace(given, tensors=tensors)


SAME = (1, 1, 1, 1)
RELU = {"output_offset": -128, "bias": True}
SMALL: dict[str, Any] = {"multipliers": 1 << 30, "shifts": -12}
"""A requantization that leaves the largest sums of 40 products within int8."""
CASES = [
    case("3x3", (1, 6, 6, 4), 8, padding=SAME, bias=True),
    case("no_bias", (1, 5, 5, 4), 6, padding=SAME),
    case("no_padding", (1, 6, 5, 3), 5, bias=True),
    case("1x1", (1, 6, 6, 8), 12, (1, 1), bias=True),
    case("1x1_no_bias", (1, 5, 4, 6), 4, (1, 1)),
    case("1x1_stride_2", (1, 7, 6, 8), 5, (1, 1), stride=(2, 2), bias=True),
    case("1x1_1_channel_49_pixels", (1, 7, 7, 1), 3, (1, 1), bias=True),
    case("1x1_3_channels_50_pixels", (2, 25, 1, 3), 4, (1, 1), **RELU),
    case("1x1_8_channels_48_pixels", (1, 6, 8, 8), 4, (1, 1), **RELU),
    case("1x1_8_channels_63_pixels_clamped", (1, 7, 9, 8), 5, (1, 1), activation_max=9, **RELU),
    case("1x1_9_channels_48_pixels", (1, 4, 12, 9), 2, (1, 1), activation_min=-20, bias=True),
    case("1x1_16_channels_1_filter", (1, 3, 17, 16), 1, (1, 1), bias=True),
    case("1x1_16_channels_64_pixels", (1, 8, 8, 16), 6, (1, 1), **RELU),
    case("1x1_stride_2_rows_of_49", (2, 3, 97, 6), 6, (1, 1), stride=(2, 2), bias=True),
    case("1x1_padding", (1, 4, 4, 4), 4, (1, 1), padding=SAME, bias=True),
    case("1x1_on_1x1", (1, 1, 1, 24), 10, (1, 1), bias=True),
    case("stride_2", (1, 9, 8, 4), 6, stride=(2, 2), bias=True),
    case("stride_2_padding", (1, 8, 7, 4), 6, stride=(2, 2), padding=SAME, bias=True),
    case("stride_2x1_padding_1x0", (1, 9, 6, 4), 4, stride=(2, 1), padding=(1, 0, 1, 0)),
    case("stride_larger_than_kernel", (1, 8, 9, 3), 4, (2, 2), stride=(3, 4), bias=True),
    case("dilation_2", (1, 8, 8, 3), 4, padding=(2, 2, 2, 2), dilation=(2, 2), bias=True),
    case("dilation_3x1", (1, 9, 5, 3), 4, dilation=(3, 1)),
    case("dilation_1x2_stride_2", (1, 6, 9, 3), 4, dilation=(1, 2), stride=(2, 2), padding=SAME),
    case("groups_2", (1, 6, 6, 8), 6, padding=SAME, groups=2, bias=True),
    case("groups_3_odd", (1, 5, 5, 9), 15, padding=SAME, groups=3),
    case("groups_1x1", (1, 4, 5, 12), 8, (1, 1), groups=4, bias=True),
    case("groups_of_1_channel", (1, 5, 5, 6), 12, padding=SAME, groups=6, bias=True),
    case("groups_of_1_filter", (1, 5, 6, 4), 2, padding=SAME, groups=2, bias=True),
    case("groups_dilation_stride", (1, 9, 9, 4), 4, groups=2, dilation=(2, 2), stride=(2, 2)),
    case("1x3", (1, 4, 8, 4), 6, (1, 3), bias=True),
    case("1x7_signal", (1, 1, 40, 3), 5, (1, 7), padding=(0, 3, 0, 3), bias=True),
    case("1x4_stride_2", (1, 1, 21, 4), 4, (1, 4), stride=(1, 2), padding=(0, 1, 0, 2)),
    case("1x3_dilation_4", (1, 1, 24, 2), 5, (1, 3), dilation=(1, 4), bias=True),
    case("3x1", (1, 7, 4, 5), 3, (3, 1), padding=(1, 0, 1, 0)),
    case("2x4", (1, 5, 7, 3), 4, (2, 4), padding=(0, 1, 1, 2), bias=True),
    case("5x5_on_5x5", (1, 5, 5, 3), 4, (5, 5), bias=True),
    case("5x5_padding_2", (1, 5, 5, 3), 4, (5, 5), padding=(2, 2, 2, 2)),
    case("3x3_on_1x1", (1, 1, 1, 4), 5, padding=SAME, bias=True),
    case("stem_3_channels", (1, 12, 12, 3), 8, stride=(2, 2), padding=(0, 0, 1, 1), bias=True),
    case("stem_1_channel", (1, 10, 9, 1), 8, stride=(2, 2), padding=SAME, bias=True),
    case("10x4_stem", (1, 14, 8, 1), 6, (10, 4), stride=(2, 2), padding=(4, 1, 5, 1), bias=True),
    case("1_channel_1_column_stride_3", (1, 8, 7, 1), 2, (5, 5), stride=(1, 3)),
    case("batch_3", (3, 4, 4, 3), 4, padding=SAME, bias=True),
    case("batch_2_1x1", (2, 3, 5, 6), 7, (1, 1), bias=True),
    case("batch_2_groups", (2, 4, 4, 4), 4, padding=SAME, groups=2),
    case("asymmetric_padding", (1, 6, 6, 4), 4, stride=(2, 2), padding=(0, 0, 1, 1), bias=True),
    case("asymmetric_padding_top_left", (1, 5, 6, 3), 4, padding=(2, 1, 0, 0)),
    case("zero_points_low", (1, 4, 4, 4), 4, padding=SAME, input_offset=128, output_offset=-128),
    case("zero_points_high", (1, 4, 4, 4), 4, padding=SAME, input_offset=-127, output_offset=127),
    case("left_shift", (1, 4, 4, 2), 3, padding=SAME, shifts=3),
    case("zero_shift", (1, 4, 4, 3), 3, padding=SAME, shifts=0, multipliers=1 << 24),
    case("shift_31", (1, 4, 4, 3), 3, padding=SAME, shifts=-31, multipliers=MAXIMUM, bias=True),
    case("multiplier_largest", (1, 4, 4, 3), 3, padding=SAME, multipliers=MAXIMUM),
    case("multiplier_smallest", (1, 4, 4, 3), 3, padding=SAME, multipliers=1 << 30),
    case("multiplier_zero", (1, 4, 4, 3), 3, padding=SAME, multipliers=0, shifts=0),
    case("saturating", (1, 4, 4, 4), 4, padding=SAME, multipliers=MAXIMUM, shifts=-2),
    case("activation_narrow", (1, 5, 5, 4), 4, padding=SAME, activation_min=-10, activation_max=20),
    case("activation_single_value", (1, 3, 3, 4), 4, activation_min=5, activation_max=5),
    case("relu_1x1", (1, 5, 5, 12), 8, (1, 1), **RELU),
    case("relu_1x1_stride_2_odd_filters", (1, 6, 5, 9), 5, (1, 1), stride=(2, 2), **RELU),
    case("relu_3x3", (1, 6, 7, 8), 8, padding=SAME, **RELU),
    case("relu_3x3_stride_2_wide", (1, 6, 18, 4), 6, stride=(2, 2), padding=(0, 0, 1, 1), **RELU),
    case("relu_stem", (2, 6, 11, 3), 6, padding=SAME, **RELU),
    case("relu_groups_odd_filters", (1, 5, 6, 8), 6, padding=SAME, groups=2, **RELU),
    case("relu_groups", (1, 5, 5, 6), 8, padding=SAME, groups=2, **RELU),
    case("relu_1x1_channels_70", (1, 3, 3, 70), 4, (1, 1), **RELU),
    case("relu_dilation_2", (1, 6, 9, 4), 4, padding=(2, 2, 2, 2), dilation=(2, 2), **RELU),
    case("relu_large_shifts", (1, 4, 4, 4), 4, shifts=-12, **RELU),
    case("relu_small_shifts", (1, 4, 4, 4), 4, shifts=-3, **RELU),
    case("relu_shift_31", (1, 4, 4, 4), 4, shifts=-31, **RELU),
    case("relu_two_roundings", (1, 1, 7, 1), 32, (1, 1), multipliers=1 << 27, shifts=-3, **RELU),
    case("relu_clamped", (1, 4, 5, 4), 3, output_offset=-50, activation_min=-50, activation_max=9),
    case(
        "large_sums", (1, 2, 3, 600), 4, (1, 1), input_offset=-127, multipliers=1 << 30, shifts=-9
    ),
    case("rows_of_padding_alone", (1, 9, 4, 2), 5, (1, 3), stride=(3, 2), padding=(2, 1, 2, 2)),
    at_ends(case("ends", (1, 5, 5, 4), 6, padding=SAME, bias=True, **SMALL), -128, 127),
    at_ends(case("ends_relu", (2, 3, 3, 5), 9, padding=SAME, **SMALL, **RELU), -128, 127),
    at_ends(case("lowest_inputs_and_weights", (1, 4, 5, 4), 4, bias=True, **SMALL), -128),
    at_ends(case("highest_inputs_and_weights", (1, 4, 5, 4), 4, bias=True, **SMALL), 127),
    at_ends(case("highest_beside_padding", (1, 5, 5, 3), 5, padding=SAME, **SMALL), 127),
    largest_pairs(case("largest_pairs", (1, 3, 4, 6), 5, padding=SAME, bias=True, **SMALL)),
    *(case(f"channels_{n}", (1, 4, 3, n), 2, padding=SAME, bias=True) for n in range(1, 18)),
    *(case(f"filters_{n}", (1, 3, 3, 3), n, padding=SAME, bias=True) for n in range(1, 18)),
    *(case(f"1x1_channels_{n}", (1, 3, 3, n), 3, (1, 1), bias=True) for n in (1, 7, 16, 33)),
    case("1x1_channels_70", (1, 3, 3, 70), 4, (1, 1), bias=True),
    case("channels_64", (1, 2, 3, 64), 5, padding=SAME, bias=True),
    case("3x3_wide", (1, 4, 18, 4), 34, padding=SAME, bias=True),
    case("3x3_wide_odd", (2, 3, 19, 10), 3, **RELU),
    case("3x3_wide_padding_3x2", (1, 2, 9, 3), 3, padding=(3, 2, 3, 2), bias=True),
    case("relu_3x3_8_tiles", (1, 8, 16, 8), 6, padding=SAME, **RELU),
    case("zero_shift_3x3_wide", (1, 3, 12, 5), 4, padding=SAME, shifts=0, multipliers=1 << 24),
    case("16_channels", (1, 6, 8, 16), 6, padding=SAME, bias=True),
    case("16_channels_relu", (2, 4, 9, 16), 4, padding=SAME, activation_min=-128, **RELU),
    case("16_channels_left_shift", (1, 4, 8, 16), 4, padding=SAME, shifts=1, multipliers=3 << 20),
    case("16_channels_narrow", (1, 4, 6, 16), 2, activation_min=-20, activation_max=9, bias=True),
    case("16_channels_stride_2", (1, 9, 16, 16), 8, stride=(2, 2), padding=SAME, bias=True),
    case("32_channels_column", (1, 6, 7, 32), 2, (3, 1), bias=True),
    case("16_channels_1x3_dilation_8", (1, 1, 23, 16), 18, (1, 3), dilation=(1, 8), **RELU),
    case("16_channels_column_stride_2", (2, 12, 1, 16), 4, (3, 1), stride=(2, 1), bias=True),
    case("16_channels_dilation_2x1", (2, 6, 10, 16), 4, dilation=(2, 1), bias=True),
    case("16_channels_5x5_on_5x5", (1, 5, 5, 16), 9, (5, 5), bias=True),
    case("8_channels_2x2", (1, 3, 6, 8), 3, (2, 2), **RELU),
    case("64_channels", (1, 5, 4, 64), 4, padding=SAME, bias=True),
    case("64_channels_5x3", (1, 6, 4, 64), 4, (5, 3), padding=SAME, bias=True),
    case("1_row", (1, 3, 6, 5), 6, padding=(0, 1, 0, 1), **RELU),
    case("1_row_no_padding", (2, 3, 7, 8), 4, bias=True),
    case("1_row_70_filters", (1, 2, 5, 7), 70, padding=(1, 1, 0, 1), bias=True),
]

WIDE_CASES = [
    case("3x3", (1, 6, 6, 4), 8, padding=SAME, bias=True),
    case("no_bias", (1, 5, 5, 4), 6, padding=SAME),
    case("1x1", (1, 6, 6, 8), 12, (1, 1), bias=True),
    case("stride_2x1_dilation_1x2", (2, 9, 6, 3), 4, stride=(2, 1), dilation=(1, 2), bias=True),
    case("groups_2", (1, 6, 6, 8), 6, padding=SAME, groups=2, bias=True),
    case("groups_of_1_channel", (1, 5, 5, 6), 12, padding=SAME, groups=6, bias=True),
    case("saturating", (1, 4, 4, 4), 4, padding=SAME, multipliers=MAXIMUM, shifts=-2, bias=True),
    case("multiplier_smallest", (1, 4, 4, 3), 3, multipliers=1 << 30, bias=True),
    case("multiplier_zero", (1, 4, 4, 3), 3, multipliers=0, shifts=0, bias=True),
    case("shift_31", (1, 4, 4, 3), 3, shifts=-31, multipliers=MAXIMUM, bias=True),
    case("shift_7", (1, 4, 4, 3), 3, shifts=7, multipliers=3 << 29, bias=True),
]
CASES += [widened(each) for each in WIDE_CASES]
CASES += [widened(each, "int32") for each in WIDE_CASES if each.tensors["bias"] is not None]
CASES += [
    widened(case("clamped", (1, 4, 4, 3), 5, bias=True), activation_min=-300, activation_max=2000)
]
