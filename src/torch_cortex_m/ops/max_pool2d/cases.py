"""The layers that max_pool2d must compute, everywhere."""

from __future__ import annotations

from typing import Any

from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.wide_cases import widened
from .op import MaxPool2d


def case(
    name: str, shape: tuple[int, int, int, int], kernel: tuple[int, int] = (2, 2), **fields: Any
) -> Case:
    """A case with random data; the stride is the kernel unless given."""
    fields = {"kernel": kernel, "stride": kernel} | fields
    rng = generator(f"max_pool2d {name}")
    return Case(name, MaxPool2d(**fields), {"input": random_int8(rng, shape)})


SAME = (1, 1, 1, 1)
ONE = {"stride": (1, 1)}
TWO = {"stride": (2, 2)}
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
    case("3x3_on_1x1", (1, 1, 1, 4), (3, 3), padding=SAME),
    case("ceil_mode", (1, 7, 8, 3), ceil_mode=True),
    case("ceil_mode_padding", (1, 7, 6, 3), (3, 3), padding=SAME, ceil_mode=True, **TWO),
    case("ceil_mode_drops_window", (1, 4, 4, 3), padding=SAME, stride=(3, 3), ceil_mode=True),
    case("ceil_mode_kernel_beyond_input", (1, 2, 2, 3), (3, 3), ceil_mode=True, **TWO),
    case("ceil_mode_stride_3", (1, 9, 8, 2), stride=(3, 3), ceil_mode=True),
    case("dilation_2", (1, 8, 8, 3), (3, 3), dilation=(2, 2), **ONE),
    case("dilation_2_padding", (1, 7, 7, 3), (3, 3), dilation=(2, 2), padding=SAME, **TWO),
    case("dilation_1x3", (1, 6, 9, 2), (2, 2), dilation=(1, 3), **ONE),
    case("dilation_ceil_mode", (1, 8, 9, 2), dilation=(2, 3), stride=(3, 3), ceil_mode=True),
    case("asymmetric_padding", (1, 6, 6, 4), (3, 3), padding=(0, 0, 1, 1), **TWO),
    case("asymmetric_padding_top_left", (1, 5, 6, 4), (3, 3), padding=(2, 1, 0, 0), **ONE),
    case("windows_of_padding_only", (1, 3, 2, 3), padding=(2, 3, 2, 2)),
    case("batch_3", (3, 4, 6, 3)),
    case("batch_2_ceil_mode", (2, 5, 5, 4), padding=SAME, ceil_mode=True),
    case("activation_narrow", (1, 6, 6, 4), activation_min=-10, activation_max=20),
    case("activation_low", (1, 6, 6, 4), activation_max=-100),
    case("activation_single_value", (1, 4, 4, 4), activation_min=5, activation_max=5),
    *(case(f"channels_{n}", (1, 4, 5, n), padding=SAME) for n in range(1, 21)),
    case("channels_64", (1, 4, 4, 64)),
]

WIDE = ("3x3_stride_2_padding", "1x1", "ceil_mode_padding", "dilation_ceil_mode", "batch_3",
        "windows_of_padding_only", "asymmetric_padding", "channels_7")  # fmt: skip
CASES += [widened(each) for each in CASES if each.name in WIDE]
CASES += [widened(case("clamped", (1, 6, 6, 4)), activation_min=-9000, activation_max=20000)]
