"""The layers that avg_pool2d must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import INT16
from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.wide_cases import widened
from .op import AvgPool2d

Shape = tuple[int, int, int, int]


def case(
    name: str,
    shape: Shape,
    kernel: tuple[int, int] = (2, 2),
    *,
    values: tuple[int, int] = (-128, 128),
    **fields: Any,
) -> Case:
    """A case with random data from range(*values); the stride is the kernel unless given."""
    fields = {"kernel": kernel, "stride": kernel} | fields
    return Case(name, AvgPool2d(**fields), {"input": data(name, shape, values)})


def adaptive(
    name: str,
    shape: Shape,
    output: tuple[int, int],
    *,
    values: tuple[int, int] = (-128, 128),
    **fields: Any,
) -> Case:
    name = f"adaptive_{name}"
    return Case(
        name, AvgPool2d(adaptive_output=output, **fields), {"input": data(name, shape, values)}
    )


def data(name: str, shape: Shape, values: tuple[int, int] = (-128, 128)) -> np.ndarray:
    rng = generator(f"avg_pool2d {name}")
    if values == (-128, 128):
        return random_int8(rng, shape)
    return rng.integers(*values, shape).astype(np.int8)


def of_int16(name: str, shape: Shape, kernel: tuple[int, int], values: range) -> Case:
    """With random data among these values."""
    rng = generator(f"avg_pool2d int16 {name}")
    data = rng.integers(values.start, values.stop, shape).astype(np.int16)
    op = AvgPool2d(kernel, kernel, activation_min=INT16.low, activation_max=INT16.high)
    return Case(f"int16_{name}", op, {"input": data})


SAME = (1, 1, 1, 1)
ONE = {"stride": (1, 1)}
TWO = {"stride": (2, 2)}
COUNT: dict[str, Any] = {"count_include_pad": True, "padding_value": -17}
COUNT_LOWEST: dict[str, Any] = COUNT | {"padding_value": -128}
COUNT_HIGHEST: dict[str, Any] = COUNT | {"padding_value": 127}
CASES = [
    case("2x2", (1, 8, 8, 4)),
    case("2x2_odd_input", (1, 7, 9, 3)),
    case("3x3_stride_2", (1, 9, 9, 4), (3, 3), **TWO),
    case("3x3_stride_2_padding", (1, 8, 8, 4), (3, 3), padding=SAME, **TWO),
    case("3x3_stride_1_padding", (1, 5, 6, 5), (3, 3), padding=SAME, **ONE),
    case("1x1", (1, 4, 5, 3), (1, 1)),
    case("1x1_stride_2", (1, 5, 6, 3), (1, 1), **TWO),
    case("1x3", (1, 4, 10, 3), (1, 3)),
    case("3x1_stride_2x1", (1, 9, 4, 3), (3, 1), stride=(2, 1)),
    case("1x4_signal", (1, 1, 33, 5), (1, 4), stride=(1, 3), padding=(0, 2, 0, 2)),
    case("stride_larger_than_kernel", (1, 9, 10, 2), stride=(3, 4)),
    case("global", (1, 7, 5, 6), (7, 5)),
    case("global_25x5", (1, 25, 5, 8), (25, 5)),
    case("3x3_on_1x1", (1, 1, 1, 4), (3, 3), padding=SAME),
    case("all_lowest", (1, 6, 6, 2), (3, 3), values=(-128, -127)),
    case("all_highest", (1, 6, 6, 2), (3, 3), values=(127, 128)),
    case("ties", (1, 12, 12, 4), values=(-2, 3)),
    case("small_values", (1, 12, 12, 4), (4, 3), values=(-1, 2)),
    case("ceil_mode", (1, 7, 8, 3), ceil_mode=True),
    case("ceil_mode_padding", (1, 7, 6, 3), (3, 3), padding=SAME, ceil_mode=True, **TWO),
    case("ceil_mode_drops_window", (1, 4, 4, 3), padding=SAME, stride=(3, 3), ceil_mode=True),
    case("ceil_mode_kernel_beyond_input", (1, 2, 2, 3), (3, 3), ceil_mode=True, **TWO),
    case("ceil_mode_count", (1, 7, 6, 3), (3, 3), padding=SAME, ceil_mode=True, **TWO, **COUNT),
    case("ceil_mode_count_no_padding", (1, 7, 8, 3), (3, 3), ceil_mode=True, **TWO, **COUNT),
    case("count_include_pad", (1, 6, 6, 4), (3, 3), padding=SAME, **ONE, **COUNT),
    case("count_asymmetric", (1, 6, 7, 3), (3, 3), padding=(2, 1, 0, 2), **TWO, **COUNT),
    case("count_lowest", (1, 4, 4, 3), padding=SAME, **COUNT_LOWEST),
    case("count_highest", (1, 4, 4, 3), padding=SAME, **COUNT_HIGHEST),
    case("divisor_override", (1, 6, 6, 3), divisor_override=3),
    case("divisor_override_zero_point", (1, 6, 6, 3), divisor_override=3, padding_value=-20),
    case("divisor_override_1", (1, 4, 4, 3), divisor_override=1, padding_value=5),
    case("divisor_override_large", (1, 4, 4, 3), divisor_override=1000, padding_value=100),
    case("divisor_override_padding", (1, 5, 5, 3), padding=SAME, divisor_override=5, **COUNT),
    case("padding_value_unused", (1, 5, 5, 3), padding=SAME, padding_value=99),
    case("asymmetric_padding", (1, 6, 6, 4), (3, 3), padding=(0, 0, 1, 1), **TWO),
    case("asymmetric_padding_top_left", (1, 5, 6, 4), (3, 3), padding=(2, 1, 0, 0), **ONE),
    case("batch_3", (3, 4, 6, 3)),
    case("batch_2_ceil_mode", (2, 5, 5, 4), padding=SAME, ceil_mode=True, **COUNT),
    case("activation_narrow", (1, 6, 6, 4), activation_min=-10, activation_max=20),
    case("activation_low", (1, 6, 6, 4), activation_max=-30),
    case("activation_single_value", (1, 4, 4, 4), activation_min=5, activation_max=5),
    adaptive("global", (1, 5, 7, 6), (1, 1)),
    adaptive("halves", (1, 8, 6, 3), (4, 3)),
    adaptive("same_size", (1, 4, 5, 3), (4, 5)),
    adaptive("uneven", (1, 7, 5, 3), (3, 2)),
    adaptive("uneven_on_one_axis", (1, 8, 7, 3), (4, 3)),
    adaptive("uneven_large", (1, 13, 10, 2), (6, 7)),
    adaptive("larger_than_input", (1, 3, 2, 3), (7, 5)),
    adaptive("batch_2", (2, 5, 6, 3), (2, 4)),
    adaptive("activation_narrow", (1, 7, 5, 3), (3, 2), activation_min=-9, activation_max=12),
    case("ties_up", (1, 12, 12, 4), values=(-2, 3), ties_up=True),
    case("ties_up_small_values", (1, 12, 12, 4), (4, 3), values=(-1, 2), ties_up=True),
    case("ties_up_lowest", (1, 6, 6, 2), values=(-128, -127), ties_up=True),
    case("ties_up_highest", (1, 6, 6, 2), values=(127, 128), ties_up=True),
    case("ties_up_padding", (1, 5, 6, 5), (3, 3), padding=SAME, ties_up=True, **ONE),
    case("ties_up_count", (1, 6, 6, 4), padding=SAME, ties_up=True, **TWO, **COUNT_LOWEST),
    case("ties_up_divisor_override", (1, 6, 6, 3), divisor_override=2, ties_up=True),
    case("ties_up_odd", (1, 9, 9, 4), (3, 3), values=(-2, 3), ties_up=True),
    adaptive("ties_up_uneven", (1, 7, 5, 3), (3, 2), values=(-2, 3), ties_up=True),
    *(case(f"channels_{n}", (1, 4, 5, n), padding=SAME) for n in range(1, 21)),
    case("channels_64", (1, 4, 4, 64)),
]

WIDE = ("3x3_stride_2_padding", "1x1", "ceil_mode_count", "count_asymmetric", "divisor_override",
        "divisor_override_zero_point", "global", "adaptive_uneven", "batch_3",
        "asymmetric_padding", "channels_7")  # fmt: skip
CASES += [widened(each) for each in CASES if each.name in WIDE]
CASES += [
    widened(case("clamped", (1, 6, 6, 4)), activation_min=-900, activation_max=2000),
    widened(case("low_padding", (1, 5, 5, 3), padding=SAME, **COUNT), padding_value=-32768),
    of_int16("ties", (1, 12, 12, 4), (2, 2), range(-2, 3)),
    of_int16("lowest", (1, 128, 128, 1), (128, 128), range(-32768, -32767)),
    of_int16("highest", (1, 128, 128, 1), (128, 128), range(32767, 32768)),
]
