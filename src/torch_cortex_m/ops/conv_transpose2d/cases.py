"""The layers that conv_transpose2d must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_bias, random_int8, random_requantization
from ..rules.wide_cases import widened
from .op import ConvTranspose2d

Pair = tuple[int, int]

MAXIMUM = (1 << 31) - 1


def case(
    name: str,
    shape: tuple[int, int, int, int],
    filters: int,
    kernel: Pair = (3, 3),
    stride: Pair = (2, 2),
    *,
    bias: bool = True,
    multipliers: int | None = None,
    shifts: int | None = None,
    more: Pair = (0, 0),
    groups: int = 1,
    **fields: Any,
) -> Case:
    """A case with random data. ``more``: rows and columns behind those that inputs reach, where
    the padding is on all sides."""
    usual = {"stride": stride, "input_offset": 7, "output_offset": -3} | fields
    dilation, padding = usual.get("dilation", (1, 1)), usual.get("padding", (0, 0))
    size = tuple(
        (shape[i + 1] - 1) * stride[i]
        + dilation[i] * (kernel[i] - 1)
        + 1
        - 2 * padding[i]
        + more[i]
        for i in range(2)
    )
    op = ConvTranspose2d(**{"output_size": size, "groups": groups, **usual})
    rng = generator(f"conv_transpose2d {name}")
    taps = max(kernel[0] * kernel[1] * shape[3] // groups // (stride[0] * stride[1]), 1)
    multiplier_data, shift_data = random_requantization(rng, filters, taps)
    if multipliers is not None:
        multiplier_data = np.full(filters, multipliers, np.int32)
    if shifts is not None:
        shift_data = np.full(filters, shifts, np.int32)
    tensors = {
        "input": random_int8(rng, shape),
        "weight": random_int8(rng, (filters, *kernel, shape[3] // groups), low=-127),
        "bias": random_bias(rng, filters) if bias else None,
        "multipliers": multiplier_data,
        "shifts": shift_data,
    }
    return Case(name, op, tensors)


CASES = [
    case("3x3", (1, 4, 5, 6), 4),
    case("2x2_stride_2", (1, 4, 5, 8), 6, (2, 2)),
    case("4x4_stride_2", (1, 4, 5, 8), 6, (4, 4), padding=(1, 1)),
    case("3x3_stride_2_more", (1, 4, 5, 8), 6, padding=(1, 1), more=(1, 1)),
    case("stride_1", (1, 5, 6, 4), 3, (3, 3), (1, 1), padding=(1, 1)),
    case("stride_3_by_1", (1, 4, 5, 3), 4, (3, 3), (3, 1)),
    case("stride_beyond_kernel", (1, 3, 4, 3), 4, (1, 2), (3, 3)),
    case("stride_beyond_kernel_more", (1, 3, 4, 3), 4, (1, 2), (3, 4), more=(2, 3)),
    case("1x1", (1, 5, 4, 7), 5, (1, 1), (1, 1)),
    case("1x1_stride_2", (1, 5, 4, 7), 5, (1, 1)),
    case("one_dimension", (2, 1, 9, 5), 4, (1, 4), (1, 2), padding=(0, 1)),
    case("1_input", (1, 1, 1, 5), 4, (3, 2)),
    case("1_channel", (1, 4, 5, 1), 1),
    case("no_bias", (1, 4, 5, 6), 4, bias=False),
    case("batch_2", (2, 4, 3, 5), 4),
    case("dilation", (1, 4, 4, 3), 4, (3, 2), (2, 1), dilation=(2, 3)),
    case("dilation_meets_stride", (1, 4, 4, 3), 4, (3, 3), (2, 2), dilation=(2, 2)),
    case("groups", (1, 4, 5, 6), 4, groups=2),
    case("depthwise", (1, 4, 5, 6), 6, (4, 4), groups=6, padding=(1, 1)),
    case("17_channels", (1, 3, 3, 17), 17, (2, 2)),
    case("32_channels", (1, 3, 4, 32), 8, (4, 4), padding=(1, 1)),
    case("2x2_wide", (1, 3, 9, 5), 3, (2, 2)),
    case("3x3_wide", (1, 3, 9, 5), 3, padding=(1, 1), more=(1, 1)),
    case("4x4_wide", (2, 2, 9, 3), 5, (4, 4)),
    case("4x4_wide_padded", (1, 2, 10, 16), 9, (4, 4), padding=(1, 1)),
    case("5x5_wide", (1, 3, 10, 4), 2, (5, 5), padding=(3, 3), more=(1, 1)),
    case("stride_beyond_kernel_wide", (1, 3, 5, 4), 3, (1, 2), (3, 3), more=(2, 1)),
    case("1_filter_wide", (1, 2, 8, 16), 1, (2, 2)),
    case("large_padding", (1, 5, 6, 3), 4, (5, 5), padding=(4, 3)),
    case("cut_to_1", (1, 4, 5, 6), 4, output_size=(1, 1), padding=(3, 4)),
    case("beyond_all_inputs", (1, 2, 2, 3), 4, (2, 2), output_size=(9, 8)),
    case("only_bias", (1, 2, 2, 3), 4, (1, 1), (2, 2), output_size=(4, 4), padding=(0, 0)),
    case("saturating", (1, 4, 5, 6), 4, multipliers=MAXIMUM, shifts=8),
    case("left_shift_30", (1, 4, 5, 6), 4, shifts=30),
    case("shift_31", (1, 4, 5, 6), 4, multipliers=MAXIMUM, shifts=-31),
    case("multiplier_zero", (1, 4, 5, 6), 4, multipliers=0, shifts=0),
    case("clamped", (1, 4, 5, 6), 4, activation_min=-10, activation_max=20),
    case("relu", (1, 4, 5, 8), 4, output_offset=-128),
    case("offsets_low", (1, 4, 5, 6), 4, input_offset=128, output_offset=-128),
    case("offsets_high", (1, 4, 5, 6), 4, input_offset=-127, output_offset=127),
]

WIDE = ("3x3", "3x3_stride_2_more", "stride_3_by_1", "one_dimension", "no_bias", "dilation",
                  "groups", "depthwise", "cut_to_1", "beyond_all_inputs", "shift_31")  # fmt: skip
CASES += [widened(each) for each in CASES if each.name in WIDE]
CASES += [widened(CASES[0], "int32"), widened(CASES[4], activation_min=-300, activation_max=2000)]
