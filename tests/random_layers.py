"""Random convolutions from a seed: many sizes, so that every branch of a SIMD kernel is met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from torch_cortex_m import TcmError
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.rules.case_graph import case_graph

Rng = np.random.Generator

CHANNELS = (1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 31, 33)


def random_cases(seed: int, count: int, make: Callable[[Rng, str], Case]) -> list[Case]:
    """``count`` layers that have an output."""
    rng = np.random.default_rng(seed)
    cases: list[Case] = []
    while len(cases) < count:
        case = make(rng, f"seed_{seed}_{len(cases)}")
        try:
            case_graph(case)
        except TcmError:
            continue  # a kernel larger than the padded input
        cases.append(case)
    return cases


def random_conv2d(rng: Rng, name: str) -> Case:
    groups = int(rng.choice([1, 1, 1, 2, 3]))
    inputs, filters = groups * int(rng.choice(CHANNELS)), groups * int(rng.choice(CHANNELS))
    kernel, fields = _window(rng)
    op = Conv2d(**fields, groups=groups)
    shape = (int(rng.integers(1, 3)), *_image(rng), inputs)
    return _case(rng, name, op, shape, (filters, *kernel, inputs // groups), filters)


def random_depthwise_conv2d(rng: Rng, name: str) -> Case:
    channels = int(rng.choice([*CHANNELS, 130]))
    multiplier = int(rng.choice([1, 1, 2, 3, 4, 8])) if channels < 20 else 1
    kernel, fields = _window(rng)
    op = DepthwiseConv2d(**fields, depth_multiplier=multiplier)
    filters = channels * multiplier
    shape = (int(rng.choice([1, 1, 1, 2])), *_image(rng), channels)
    return _case(rng, name, op, shape, (1, *kernel, filters), filters)


def _image(rng: Rng) -> tuple[int, int]:
    """Height and width; often a signal of height 1."""
    height = 1 if rng.random() < 0.3 else int(rng.integers(1, 9))
    return height, int(rng.integers(1, 13))


def _window(rng: Rng) -> tuple[tuple[int, int], dict[str, Any]]:
    """The kernel's size, and the fields that every convolution has."""
    sizes = rng.choice([(3, 3), (1, 1), (1, 3), (1, 4), (5, 5), (2, 3), (3, 1)])
    dilation = rng.integers(1, 3, 2) if rng.random() < 0.2 else np.ones(2, int)
    reach = (dilation * (sizes - 1)).tolist()
    padding = [int(rng.integers(0, min(size, 2) + 1)) for size in (*reach, *reach)]
    low = int(rng.integers(-128, 100)) if rng.random() < 0.5 else -128
    fields = {
        "stride": tuple(int(v) for v in rng.integers(1, 4, 2)),
        "padding": tuple(padding) if rng.random() < 0.6 else (0, 0, 0, 0),
        "dilation": tuple(int(v) for v in dilation),
        "input_offset": int(rng.integers(-127, 129)),
        "output_offset": int(rng.integers(-128, 128)),
        "activation_min": low,
        "activation_max": int(rng.integers(low, 128)),
    }
    return (int(sizes[0]), int(sizes[1])), fields


def _case(
    rng: Rng,
    name: str,
    op: Any,
    shape: tuple[int, ...],
    weight: tuple[int, ...],
    filters: int,
) -> Case:
    taps = int(np.prod(weight)) // filters
    center = -7 - int(np.log2(taps) / 2)
    has_bias = rng.random() < 0.6
    tensors = {
        "input": rng.integers(-128, 128, shape).astype(np.int8),
        "weight": rng.integers(-128, 128, weight).astype(np.int8),
        "bias": rng.integers(-20000, 20000, filters).astype(np.int32) if has_bias else None,
        "multipliers": rng.integers(2**30, 2**31, filters).astype(np.int32),
        "shifts": rng.integers(center - 2, center + 3, filters).astype(np.int32),
    }
    return Case(name, op, tensors)
