"""Random layers of every operator, within the limits of int32 sums and with all extremes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from kernel_layers import GENERATORS

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.integers.arithmetic import quantize_multiplier
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.rules.case_graph import case_graph

Rng = np.random.Generator
Maker = Callable[[Rng], Case]
LARGEST_INPUT = 20_000


def integer(rng: Rng, low: int, high: int) -> int:
    """A whole number in [low, high]."""
    return int(rng.integers(low, high + 1))


def chance(rng: Rng, probability: float) -> bool:
    return bool(rng.random() < probability)


def values(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """int8 of the whole range, now and then only the extremes."""
    if chance(rng, 0.1):
        return rng.choice(np.array([-128, 127], np.int8), shape)
    return rng.integers(-128, 128, shape).astype(np.int8)


def requantization(rng: Rng, channels: int, taps: int) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers and shifts: mostly such that the outputs spread over int8, or anything."""
    if chance(rng, 0.15):
        multipliers = rng.choice(np.array([0, 1, 1 << 30, (1 << 31) - 1]), channels)
        return multipliers.astype(np.int32), rng.integers(-31, 8, channels).astype(np.int32)
    center = 2.0 ** -(rng.uniform(5, 8) + np.log2(taps) / 2)
    pairs = [quantize_multiplier(center * 2.0 ** rng.uniform(-1.5, 1.5)) for _ in range(channels)]
    multipliers, shifts = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    if chance(rng, 0.1):
        shifts[rng.integers(channels)] = integer(rng, -1, 4)
    return multipliers, shifts


def bias(rng: Rng, channels: int) -> np.ndarray | None:
    if chance(rng, 0.2):
        return None
    high = 1 << integer(rng, 4, 30) if chance(rng, 0.2) else 10_000
    return rng.integers(-high, high, channels).astype(np.int32)


def ranges(rng: Rng) -> dict[str, int]:
    """output_offset, activation_min, activation_max: none, a rectifier, or any clamp."""
    offset = int(rng.choice([-128, 127, integer(rng, -128, 127)]))
    kind = integer(rng, 0, 3)
    if kind == 0:
        low, high = -128, 127
    elif kind == 1:
        low, high = offset, 127
    else:
        low, high = sorted((integer(rng, -128, 127), integer(rng, -128, 127)))
    return {"output_offset": offset, "activation_min": low, "activation_max": high}


def input_offset(rng: Rng) -> int:
    return int(rng.choice([128, -127, 0, integer(rng, -127, 128)]))


def pair(rng: Rng, low: int, high: int) -> tuple[int, int]:
    return integer(rng, low, high), integer(rng, low, high)


def channel_count(rng: Rng, largest: int) -> int:
    """Often a multiple of 4 or 16, as networks have."""
    step = int(rng.choice([1, 1, 4, 8, 16]))
    return step * integer(rng, 1, max(1, largest // step))


def window_fields(rng: Rng, kernel: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    dilation = pair(rng, 1, 3) if chance(rng, 0.2) else (1, 1)
    padding = tuple(integer(rng, 0, kernel[i % 2] // 2 + 1) for i in range(4))
    return {
        "stride": pair(rng, 1, 3) if chance(rng, 0.4) else (1, 1),
        "padding": padding if chance(rng, 0.7) else (0, 0, 0, 0),
        "dilation": dilation,
    }


def conv2d(rng: Rng) -> Case:
    kernel = (1, 1) if chance(rng, 0.35) else pair(rng, 1, 5)
    groups = integer(rng, 2, 4) if chance(rng, 0.2) else 1
    largest = 300 if kernel == (1, 1) and chance(rng, 0.2) else 48
    channels = groups * channel_count(rng, max(1, largest // groups))
    filters = groups * channel_count(rng, 40 // groups)
    if kernel != (1, 1) and chance(rng, 0.4):  # as the layers inside of networks
        groups, channels, filters = 1, 16 * integer(rng, 1, 4), 4 * integer(rng, 1, 8)
    shape = (integer(rng, 1, 2), *pair(rng, 1, 12), channels)
    fields = window_fields(rng, kernel)
    if kernel == (1, 1) and chance(rng, 0.8):
        fields["padding"] = (0, 0, 0, 0)
    weight = values(rng, (filters, *kernel, channels // groups))
    op = Conv2d(**fields, groups=groups, input_offset=input_offset(rng), **ranges(rng))
    return weighted_case(rng, op, values(rng, shape), weight, filters, int(weight[0].size))


def depthwise_conv2d(rng: Rng) -> Case:
    kernel = (3, 3) if chance(rng, 0.6) else pair(rng, 1, 6)
    multiplier = integer(rng, 2, 5) if chance(rng, 0.25) else 1
    channels = channel_count(rng, 64 // multiplier)
    if chance(rng, 0.15):  # as the first layer of a network for sound
        channels = integer(rng, 1, 4)
        multiplier, kernel = integer(rng, 4, 40 // channels), pair(rng, 2, 10)
    shape = (integer(rng, 1, 2), *pair(rng, 1, 12), channels)
    filters = channels * multiplier
    weight = values(rng, (1, *kernel, filters))
    if chance(rng, 0.5):
        weight //= integer(rng, 2, 16)
    op = DepthwiseConv2d(
        **window_fields(rng, kernel),
        depth_multiplier=multiplier,
        input_offset=input_offset(rng),
        **ranges(rng),
    )
    return weighted_case(rng, op, values(rng, shape), weight, filters, kernel[0] * kernel[1])


def linear(rng: Rng) -> Case:
    features = channel_count(rng, 600 if chance(rng, 0.2) else 80)
    leading = [(), (integer(rng, 1, 5),), pair(rng, 1, 3)][integer(rng, 0, 2)]
    weight = values(rng, (channel_count(rng, 40), features))
    op = Linear(input_offset=input_offset(rng), **ranges(rng))
    return weighted_case(rng, op, values(rng, (*leading, features)), weight, len(weight), features)


def weighted_case(
    rng: Rng, op: object, inputs: np.ndarray, weight: np.ndarray, filters: int, taps: int
) -> Case:
    multipliers, shifts = requantization(rng, filters, taps)
    tensors = {
        "input": inputs,
        "weight": weight,
        "bias": bias(rng, filters),
        "multipliers": multipliers,
        "shifts": shifts,
    }
    return Case("random", op, tensors)


def add(rng: Rng) -> Case:
    return GENERATORS["add"](rng, "random")


def avg_pool2d(rng: Rng) -> Case:
    case = GENERATORS["avg_pool2d"](rng, "random")
    return more_channels(rng, case)


def max_pool2d(rng: Rng) -> Case:
    case = GENERATORS["max_pool2d"](rng, "random")
    return more_channels(rng, case)


def more_channels(rng: Rng, case: Case) -> Case:
    """The layer with channels of one or more whole registers and a rest."""
    inputs = case.tensors["input"]
    assert inputs is not None
    shape = (*inputs.shape[:3], channel_count(rng, 40))
    return replace(case, tensors={"input": values(rng, shape)})


MAKERS: dict[str, Maker] = {
    "conv2d": conv2d,
    "depthwise_conv2d": depthwise_conv2d,
    "linear": linear,
    "add": add,
    "avg_pool2d": avg_pool2d,
    "max_pool2d": max_pool2d,
}


def random_cases(operator: str, seed: int, count: int) -> list[Case]:
    """``count`` layers that the operator accepts and that are not too large."""
    rng = np.random.default_rng(seed)
    cases: list[Case] = []
    while len(cases) < count:
        case = MAKERS[operator](rng)
        try:
            case_graph(case)
        except TcmError:
            continue
        if sum(data.size for data in case.tensors.values() if data is not None) <= LARGEST_INPUT:
            cases.append(case)
    return cases
